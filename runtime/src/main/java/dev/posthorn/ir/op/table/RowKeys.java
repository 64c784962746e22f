package dev.posthorn.ir.op.table;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of tensors as keys of Java's maps. */
final class RowKeys {
    private RowKeys() {}

    /** Row {@code i} of {@code x}, of {@code n} elements; equal rows give equal keys. */
    static Object of(Tensor x, int i, int n) {
        List<Object> key = new ArrayList<>(n);
        for (int k = i * n; k < (i + 1) * n; k++) {
            key.add(
                    x.dtype() == DType.STRING
                            ? ByteBuffer.wrap(x.byteStrings()[k])
                            : x.dtype().isFloating() ? (Object) x.getDouble(k) : (Object) x.getLong(k));
        }
        return key;
    }

    /** The elements of a row. */
    static int width(Shape s) {
        return s.size(1, s.rank());
    }

    /** The place of each key; the last of equal ones counts. */
    static Map<Object, Integer> places(Tensor keys) {
        Map<Object, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < keys.shape().dim(0); i++) {
            places.put(of(keys, i, width(keys.shape())), i);
        }
        return places;
    }

    /** Copies row {@code from} of {@code x} to row {@code to} of {@code y}. */
    static void copy(Tensor x, int from, Tensor y, int to, int n) {
        for (int k = 0; k < n; k++) {
            Copy.element(x, from * n + k, y, to * n + k);
        }
    }

    /** Checks that rows of {@code rows} may be in a table of {@code table}. */
    static void check(TensorType table, TensorType rows, String what) {
        boolean ranks = !table.shape().isRanked()
                || !rows.shape().isRanked()
                || rows.shape().rank() >= table.shape().rank() - 1;
        if (table.dtype() != rows.dtype() || !ranks) {
            throw new ShapeException("expected " + what + " as in " + table + " but was " + rows);
        }
    }
}
