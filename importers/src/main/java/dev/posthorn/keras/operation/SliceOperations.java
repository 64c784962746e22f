package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.keras.KerasTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Parts of tensors by indices and slices. Source: keras/src/ops/numpy.py, core.py. */
final class SliceOperations {
    static final Map<String, Operation> ALL = Map.of(
            "GetItem", of(SliceOperations::getItem),
            "Slice", of(SliceOperations::slice));

    private SliceOperations() {}

    /** {@code x[key]}: integers, slices, an ellipsis, new axes, or one tensor of integers. */
    private static Value getItem(Arguments a) {
        Builder b = a.b();
        Value y = a.x();
        Object raw = a.raw("key", 1);
        List<?> keys = raw instanceof List<?> l ? l : Collections.singletonList(raw);
        int axis = 0;
        for (Object key : keys) {
            if (key == null) {
                y = b.expandDims(y, axis++);
            } else if (is(key, "__ellipsis__")) {
                List<?> rest = keys.subList(keys.indexOf(key) + 1, keys.size());
                axis = y.shape().rank()
                        - (int) rest.stream().filter(k -> k != null).count();
            } else if (key instanceof Number n) {
                int i = n.intValue();
                y = b.squeeze(b.slice(y, axis, i, i == -1 ? Slice.END : i + 1), axis);
            } else if (is(key, "__slice__")) {
                y = sliced(a, y, axis++, (Map<?, ?>) ((Map<?, ?>) key).get("config"));
            } else if (KerasTensor.flatten(key).size() == 1
                    && KerasTensor.flatten(key).get(0).value().dtype().isInteger()) {
                Value index = KerasTensor.flatten(key).get(0).value();
                y = b.gather(y, IndexOperations.wrapped(b, index, b.dim(y, axis)), axis);
                axis += index.shape().rank();
            } else {
                throw a.unsupported("index " + key);
            }
        }
        return y;
    }

    private static boolean is(Object key, String className) {
        return key instanceof Map<?, ?> m && className.equals(m.get("class_name"));
    }

    private static Value sliced(Arguments a, Value x, int axis, Map<?, ?> slice) {
        int step = slice.get("step") instanceof Number n ? n.intValue() : 1;
        Integer start = slice.get("start") instanceof Number n ? Integer.valueOf(n.intValue()) : null;
        Integer stop = slice.get("stop") instanceof Number n ? Integer.valueOf(n.intValue()) : null;
        if (step == 1
                && KerasTensor.flatten(List.of(orNone(slice.get("start")), orNone(slice.get("stop"))))
                                .size()
                        > 0) {
            return between(a, x, axis, slice);
        }
        if (step == 0 || !plain(slice.get("start")) || !plain(slice.get("stop"))) {
            throw a.unsupported("slice " + slice);
        }
        if (step < 0) { // counted from the other end: position i is -(i + 1) there
            start = start == null ? null : Integer.valueOf(-(start + 1));
            stop = stop == null ? null : Integer.valueOf(-(stop + 1));
            return strided(a.b(), a.b().reverse(x, axis), axis, start, stop, -step);
        }
        return strided(a.b(), x, axis, start, stop, step);
    }

    private static Object orNone(Object bound) {
        return bound == null ? "None" : bound;
    }

    /** A slice whose bounds are computed. */
    private static Value between(Arguments a, Value x, int axis, Map<?, ?> slice) {
        Builder b = a.b();
        Value n = Extents.scalar(b, b.dim(x, axis));
        Value start = bound(a, slice.get("start"), n, b.constant(DType.INT32, 0));
        Value length = b.binary(Binary.Fn.MAX, b.minus(bound(a, slice.get("stop"), n, n), start), 0);
        return b.gather(x, b.plus(b.add(new Iota(DType.INT32), length), start), axis);
    }

    /** A bound of n elements, of which negative ones count from the end, between 0 and n. */
    private static Value bound(Arguments a, Object raw, Value n, Value otherwise) {
        Builder b = a.b();
        if (raw == null) {
            return otherwise;
        }
        if (!(raw instanceof Number)
                && !(raw instanceof KerasTensor t && t.value().shape().rank() == 0)) {
            throw a.unsupported("bound " + raw + " of a slice");
        }
        Value given = raw instanceof KerasTensor t
                ? b.cast(t.value(), DType.INT32)
                : b.constant(DType.INT32, ((Number) raw).intValue());
        Value negative = b.compare(Compare.Fn.LT, given, b.constant(DType.INT32, 0));
        Value counted = b.select(negative, b.plus(given, n), given);
        return b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, counted, 0), n);
    }

    private static boolean plain(Object bound) {
        return bound == null || bound instanceof Number;
    }

    private static Value strided(Builder b, Value x, int axis, Integer start, Integer stop, int step) {
        if (start == null && stop == null && step == 1) {
            return x;
        }
        int rank = x.shape().rank();
        List<Integer> starts = new ArrayList<>(Collections.nCopies(rank, 0));
        List<Integer> ends = new ArrayList<>(Collections.nCopies(rank, Slice.END));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(rank, 1));
        starts.set(axis, start == null ? Integer.valueOf(0) : start);
        ends.set(axis, stop == null ? Integer.valueOf(Slice.END) : stop);
        strides.set(axis, step);
        return b.add(new Slice(starts, ends, strides), x);
    }

    private static Value slice(Arguments a) {
        if (!(a.raw("start_indices", 1) instanceof List<?> starts)
                || !starts.stream().allMatch(s -> s instanceof Number)) {
            throw a.unsupported("a start that is computed");
        }
        Value y = a.x();
        List<Integer> shape = a.integers("shape");
        for (int i = 0; i < starts.size(); i++) {
            int from = ((Number) starts.get(i)).intValue();
            y = strided(a.b(), y, i, from, shape.get(i) == -1 ? null : Integer.valueOf(from + shape.get(i)), 1);
        }
        return y;
    }
}
