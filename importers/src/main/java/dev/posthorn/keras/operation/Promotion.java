package dev.posthorn.keras.operation;

import dev.posthorn.ir.DType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The type of a result of mixed operands: the least upper bound in a lattice in which Python's numbers are types of their
 * own, below those of their kind. Source: keras/src/backend/common/dtypes.py.
 */
public final class Promotion {
    /** A type of the lattice: an element type, or that of a Python number. */
    public enum Kind {
        BOOL(DType.BOOL),
        INT(DType.INT32),
        UINT8(DType.UINT8),
        UINT16(DType.UINT16),
        UINT32(DType.UINT32),
        UINT64(DType.UINT32), // as Keras, whose results are never uint64
        INT8(DType.INT8),
        INT16(DType.INT16),
        INT32(DType.INT32),
        INT64(DType.INT64),
        FLOAT(DType.FLOAT32),
        BFLOAT16(DType.BFLOAT16),
        FLOAT16(DType.FLOAT16),
        FLOAT32(DType.FLOAT32),
        FLOAT64(DType.FLOAT64),
        COMPLEX64(DType.COMPLEX64),
        COMPLEX128(DType.COMPLEX64);

        private final DType dtype;

        Kind(DType dtype) {
            this.dtype = dtype;
        }

        static Kind of(DType dtype) {
            for (Kind k : values()) {
                if (k.name().equals(dtype.name())) {
                    return k;
                }
            }
            throw new ShapeException("expected a numeric type but was " + dtype);
        }
    }

    /** Each type with those right above it. */
    private static final Map<Kind, List<Kind>> ABOVE = Map.ofEntries(
            Map.entry(Kind.BOOL, List.of(Kind.INT)),
            Map.entry(Kind.UINT8, List.of(Kind.INT16, Kind.UINT16)),
            Map.entry(Kind.UINT16, List.of(Kind.INT32, Kind.UINT32)),
            Map.entry(Kind.UINT32, List.of(Kind.INT64, Kind.UINT64)),
            Map.entry(Kind.UINT64, List.of(Kind.FLOAT)),
            Map.entry(Kind.INT, List.of(Kind.UINT8, Kind.INT8, Kind.COMPLEX64)),
            Map.entry(Kind.INT8, List.of(Kind.INT16)),
            Map.entry(Kind.INT16, List.of(Kind.INT32)),
            Map.entry(Kind.INT32, List.of(Kind.INT64)),
            Map.entry(Kind.INT64, List.of(Kind.FLOAT)),
            Map.entry(Kind.FLOAT, List.of(Kind.BFLOAT16, Kind.FLOAT16)),
            Map.entry(Kind.BFLOAT16, List.of(Kind.FLOAT32)),
            Map.entry(Kind.FLOAT16, List.of(Kind.FLOAT32)),
            Map.entry(Kind.FLOAT32, List.of(Kind.FLOAT64, Kind.COMPLEX64)),
            Map.entry(Kind.FLOAT64, List.of(Kind.COMPLEX128)),
            Map.entry(Kind.COMPLEX64, List.of(Kind.COMPLEX128)),
            Map.entry(Kind.COMPLEX128, List.of()));

    private Promotion() {}

    /** The type of a result of operands of these types. */
    public static DType of(List<Kind> operands) {
        Set<Kind> common = new LinkedHashSet<>(List.of(Kind.values()));
        operands.forEach(k -> common.retainAll(up(k)));
        for (Kind k : common) { // the least: that from which all others are reached
            if (up(k).containsAll(common)) {
                return k.dtype;
            }
        }
        throw new ShapeException("expected types that Keras promotes but was " + operands);
    }

    public static DType of(DType... operands) {
        List<Kind> kinds = new ArrayList<>();
        for (DType d : operands) {
            kinds.add(Kind.of(d));
        }
        return of(kinds);
    }

    /** The floating-point type that functions of one operand compute in. */
    public static DType floating(DType dtype) {
        return of(List.of(Kind.of(dtype), Kind.FLOAT));
    }

    private static Set<Kind> up(Kind k) {
        Set<Kind> all = new HashSet<>(Set.of(k));
        ABOVE.get(k).forEach(next -> all.addAll(up(next)));
        return all;
    }
}
