package dev.posthorn.ir.op.example;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import java.util.List;

/**
 * Which features are taken, by key: sparse ones as they are, dense ones of one shape (whose first dimension may be unknown:
 * they are filled up), ragged ones as rows.
 */
public record Fields(List<Field> sparse, List<Field> dense, List<Field> ragged) {
    /** A feature: strings, float32 or int64. For ragged ones {@code splits} is the type of their splits. */
    public record Field(String key, DType dtype, Shape shape, DType splits) {
        public Field(String key, DType dtype) {
            this(key, dtype, Shape.SCALAR, DType.INT64);
        }

        /** Whether the first dimension is as long as it must be. */
        boolean isOpen() {
            return shape.rank() > 0 && shape.dim(0) == Shape.UNKNOWN;
        }

        /** The number of values of one element along an open dimension, or of all. */
        int size() {
            return (isOpen() ? shape.slice(1, shape.rank()) : shape).size();
        }
    }

    public Fields {
        sparse = List.copyOf(sparse);
        dense = List.copyOf(dense);
        ragged = List.copyOf(ragged);
    }
}
