package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** What an operation is called with: tensors and constants by name or position, and its configuration by name. */
public final class Arguments {
    private final Call c;
    private final String operation;
    private final Map<String, Object> config;
    private final Set<String> asked;

    public Arguments(Call c, String operation, Map<String, Object> config) {
        this.c = c;
        this.operation = operation;
        this.config = config;
        this.asked = new HashSet<>();
    }

    private Arguments(Arguments same, Map<String, Object> config) {
        this.c = same.c;
        this.operation = same.operation;
        this.config = config;
        this.asked = same.asked;
    }

    /** The names of what is given and was not asked for, but for options that are off. */
    List<String> unasked() {
        return config.entrySet().stream()
                .filter(e -> e.getValue() != null && !Boolean.FALSE.equals(e.getValue()))
                .filter(e -> !asked.contains(e.getKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    public Builder b() {
        return c.builder();
    }

    /** The call, for layers that compute the same. */
    public Call call() {
        return c;
    }

    /** The same with one option set. */
    Arguments with(String name, Object value) {
        Map<String, Object> options = new LinkedHashMap<>(config);
        options.put(name, value);
        asked.add(name);
        return new Arguments(this, options);
    }

    /** Why the operation cannot be written. */
    public UnsupportedModelException unsupported(String what) {
        return new UnsupportedModelException(
                "operation " + operation + ": " + what + " is not supported, at " + c.path());
    }

    /** The number of positional arguments. */
    public int size() {
        return c.args().size();
    }

    /** An argument of the call as it is written; null where there is none. */
    public Object raw(String name, int position) {
        asked.add(name);
        return c.argument(name, position).orElse(config.get(name));
    }

    /** A key of the configuration; null where there is none. */
    public Object option(String name) {
        asked.add(name);
        return config.get(name);
    }

    public boolean flag(String name) {
        return option(name) instanceof Boolean f && f;
    }

    public int integer(String name, int ifAbsent) {
        return option(name) instanceof Number n ? n.intValue() : ifAbsent;
    }

    public double number(String name, double ifAbsent) {
        return option(name) instanceof Number n ? n.doubleValue() : ifAbsent;
    }

    public String string(String name, String ifAbsent) {
        return option(name) instanceof String s ? s : ifAbsent;
    }

    /** A key of the configuration that is an integer or a list of integers. */
    public List<Integer> integers(String name) {
        Object raw = option(name);
        List<?> list = raw instanceof List<?> l ? l : raw == null ? List.of() : List.of(raw);
        List<Integer> integers = new ArrayList<>();
        for (Object o : list) {
            if (o instanceof Number n) {
                integers.add(n.intValue());
            } else if (o instanceof KerasTensor t
                    && KnownIntegers.of(t.value()).stream().allMatch(Objects::nonNull)) {
                integers.addAll(KnownIntegers.of(t.value()));
            } else {
                throw unsupported(name + " that is known only when the graph runs");
            }
        }
        return integers;
    }

    /** The key {@code axis}, counted from the start: one axis, several, or all of {@code x} where it is null. */
    public int[] axes(Value x) {
        return option("axis") == null
                ? IntStream.range(0, x.shape().rank()).toArray()
                : integers("axis").stream().mapToInt(a -> x.shape().axis(a)).toArray();
    }

    public DType dtype(String name, DType ifAbsent) {
        return option(name) instanceof String s
                ? DType.ofKeras(s).orElseThrow(() -> unsupported("dtype " + s))
                : ifAbsent;
    }

    /** The first argument as a tensor. */
    public Value x() {
        return tensor("x", 0);
    }

    /** An argument as a tensor: a Python number becomes int32 or float32. */
    public Value tensor(String name, int position) {
        Object raw = raw(name, position);
        if (raw == null) {
            throw new ModelFormatException(
                    "operation " + operation + ": expected the argument '" + name + "' but was none, at " + c.path());
        }
        return tensor(raw);
    }

    /** An argument that is a list of tensors. */
    public List<Value> tensors(String name, int position) {
        return raw(name, position) instanceof List<?> l
                ? l.stream().map(this::tensor).toList()
                : List.of(tensor(name, position));
    }

    /** Two arguments cast to the type that Keras promotes them to, in which Python's numbers weigh less. */
    public List<Value> weak(Promotion.Kind... further) {
        return promoted(List.of(rawOf("x1", 0), rawOf("x2", 1)), further);
    }

    /** Two arguments, Python's numbers first made int32 or float32, cast to the type that Keras promotes them to. */
    public List<Value> strong(Promotion.Kind... further) {
        return promoted(List.of(tensor(rawOf("x1", 0)), tensor(rawOf("x2", 1))), further);
    }

    private Object rawOf(String name, int position) {
        Object raw = raw(name, position);
        raw = raw == null ? raw(position == 0 ? "x" : "y", position) : raw;
        raw = raw == null && position == 1 ? raw("other", position) : raw;
        if (raw == null) {
            throw new ModelFormatException(
                    "operation " + operation + ": expected two operands but was one, at " + c.path());
        }
        return raw;
    }

    /** Tensors, values and Python numbers cast to the type that Keras promotes them to. */
    public List<Value> promoted(List<?> operands, Promotion.Kind... further) {
        List<Promotion.Kind> kinds = new ArrayList<>(List.of(further));
        for (Object o : operands) {
            boolean whole = o instanceof Integer || o instanceof Long;
            kinds.add(
                    whole
                            ? Promotion.Kind.INT
                            : o instanceof Number ? Promotion.Kind.FLOAT : Promotion.Kind.of(value(o).dtype()));
        }
        DType to = Promotion.of(kinds);
        return operands.stream()
                .map(o -> o instanceof Number n ? b().constant(Constants.tensor(n, to)) : b().cast(value(o), to))
                .toList();
    }

    private Value value(Object o) {
        return o instanceof Value v ? v : tensor(o);
    }

    /** A tensor, or a constant in any of the forms in which Keras writes them. */
    private Value tensor(Object raw) {
        if (raw instanceof KerasTensor t) {
            return t.value();
        }
        if (raw instanceof Map<?, ?> m && m.get("config") instanceof Map<?, ?> data && data.containsKey("value")) {
            DType dtype = DType.ofKeras(String.valueOf(data.get("dtype")))
                    .orElseThrow(() -> unsupported("constant " + data.get("dtype")));
            return b().constant(Constants.tensor(data.get("value"), dtype));
        }
        if (raw instanceof List<?> l && KerasTensor.flatten(l).size() > 0) {
            List<Value> parts =
                    promoted(l).stream().map(v -> b().expandDims(v, 0)).toList();
            return b().concat(0, parts);
        }
        return b().constant(Constants.tensor(raw, natural(raw)));
    }

    /** The type that a Python constant takes. */
    private DType natural(Object raw) {
        if (raw instanceof List<?> l) {
            return l.isEmpty()
                    ? DType.FLOAT32
                    : l.stream().map(this::natural).reduce(Promotion::of).orElseThrow();
        }
        if (raw instanceof Boolean) {
            return DType.BOOL;
        }
        if (raw instanceof Integer || raw instanceof Long) {
            return ((Number) raw).longValue() == ((Number) raw).intValue() ? DType.INT32 : DType.INT64;
        }
        if (raw instanceof Number) {
            return DType.FLOAT32;
        }
        throw unsupported("argument " + raw);
    }
}
