package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Constants among the arguments of a call, in the forms in which Keras writes them. */
public final class Constants {
    private Constants() {}

    /** The arguments of a layer, with tensors in the place of constants; numbers and flat lists of them stay. */
    public static Object resolved(Builder b, Object arguments) {
        if (arguments instanceof Map<?, ?> m && of(m).isPresent()) {
            Map<?, ?> data = of(m).get();
            DType dtype = DType.ofKeras(String.valueOf(data.get("dtype")))
                    .orElseThrow(() -> new UnsupportedModelException(
                            "constant: expected a dtype of Keras but was " + data.get("dtype")));
            return KerasTensor.of(b.constant(tensor(data.get("value"), dtype)));
        }
        if (arguments instanceof Map<?, ?> m) {
            Map<Object, Object> out = new LinkedHashMap<>();
            m.forEach((k, v) -> out.put(k, resolved(b, v)));
            return out;
        }
        if (arguments instanceof List<?> l && isMatrix(l)) { // Keras 2 writes arrays as lists
            boolean mask = leaf(l) instanceof Boolean;
            return KerasTensor.of(b.constant(tensor(l, mask ? DType.BOOL : DType.FLOAT32)));
        }
        if (arguments instanceof List<?> l) {
            List<Object> out = new ArrayList<>();
            l.forEach(o -> out.add(resolved(b, o)));
            return out;
        }
        return arguments;
    }

    /** What an array of NumPy or a tensor holds: its value and its dtype. */
    private static Optional<Map<?, ?>> of(Map<?, ?> json) {
        boolean array = "__numpy__".equals(json.get("class_name")) || "__tensor__".equals(json.get("class_name"));
        return array && json.get("config") instanceof Map<?, ?> data && data.containsKey("value")
                ? Optional.of(data)
                : Optional.empty();
    }

    /** Whether it is one array: lists in lists of booleans, or a matrix of numbers; deeper ones may be several matrices. */
    private static boolean isMatrix(List<?> list) {
        boolean single = leaf(list) instanceof Boolean || depth(list) == 2;
        return single && depth(list) >= 2 && list.stream().allMatch(o -> o instanceof List<?> l && isArray(l));
    }

    private static boolean isArray(List<?> list) {
        return !list.isEmpty()
                && list.stream()
                        .allMatch(o ->
                                o instanceof Boolean || o instanceof Number || o instanceof List<?> l && isArray(l));
    }

    private static int depth(Object o) {
        return o instanceof List<?> l ? 1 + (l.isEmpty() ? 0 : depth(l.get(0))) : 0;
    }

    private static Object leaf(Object o) {
        return o instanceof List<?> l && !l.isEmpty() ? leaf(l.get(0)) : o;
    }

    /** A number or nested lists of numbers. */
    static Tensor tensor(Object raw, DType dtype) {
        Shape shape = Shape.SCALAR;
        for (Object o = raw; o instanceof List<?> l; o = l.isEmpty() ? null : l.get(0)) {
            shape = shape.append(l.size());
        }
        Tensor t = Tensor.zeros(new TensorType(dtype, shape));
        if (fill(t, raw, 0) != t.size()) {
            throw new UnsupportedModelException("constant: expected lists of equal lengths but was " + raw);
        }
        return t;
    }

    private static int fill(Tensor t, Object raw, int from) {
        int at = from;
        if (raw instanceof List<?> l) {
            for (Object o : l) {
                at = fill(t, o, at);
            }
            return at;
        }
        if (at >= t.size()) {
            throw new UnsupportedModelException("constant: expected lists of equal lengths but was a longer one");
        }
        if (raw instanceof Long n) {
            t.setLong(at, n);
        } else if (raw instanceof Number n) {
            t.setDouble(at, n.doubleValue());
        } else if (raw instanceof Boolean f) {
            t.setLong(at, f ? 1 : 0);
        } else {
            throw new UnsupportedModelException("constant: expected numbers but was " + raw);
        }
        return at + 1;
    }
}
