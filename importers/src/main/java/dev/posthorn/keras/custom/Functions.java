package dev.posthorn.keras.custom;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.object.Activations;
import dev.posthorn.keras.operation.Arguments;
import dev.posthorn.keras.operation.KerasOperations;
import dev.posthorn.keras.operation.Operation;
import dev.posthorn.keras.operation.TensorFlowFunctions;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What an {@link Expression} may call: operators, {@code keras.ops}, TensorFlow, Keras's backend and activations. */
public final class Functions {
    /** Python's None among constants. */
    static final Object NONE = new Object();

    private static final String BACKEND = "keras.backend.";

    private static final Map<String, String> OPERATORS = Map.ofEntries(
            Map.entry("+", "Add"),
            Map.entry("-", "Subtract"),
            Map.entry("*", "Multiply"),
            Map.entry("/", "TrueDivide"),
            Map.entry("//", "FloorDivide"),
            Map.entry("%", "Mod"),
            Map.entry("**", "Power"),
            Map.entry("@", "Matmul"),
            Map.entry("==", "Equal"),
            Map.entry("!=", "NotEqual"),
            Map.entry("<", "Less"),
            Map.entry("<=", "LessEqual"),
            Map.entry(">", "Greater"),
            Map.entry(">=", "GreaterEqual"),
            Map.entry("&", "LogicalAnd"),
            Map.entry("|", "LogicalOr"),
            Map.entry("^", "LogicalXor"));

    private Functions() {}

    /** A function of an expression. */
    interface Function {
        Object call(Builder b, List<Object> positional, Map<String, Object> named);
    }

    /** The function of that name: {@code tf.reduce_mean}, {@code ops.mean}, {@code K.mean}, {@code relu}. */
    static Optional<Function> find(String name) {
        String n = name.replaceFirst("^(tensorflow|tf)\\.keras\\.", "keras.")
                .replaceFirst("^keras\\.(src\\.)?", "")
                .replaceFirst("^tensorflow\\.", "tf.")
                .replaceFirst("^backend\\.", "K.");
        if (n.startsWith("tf.raw_ops.")) {
            return Optional.of(RawOps.find(n.substring("tf.raw_ops.".length())));
        }
        if (n.startsWith("tf.")) {
            return tensorflow(n.substring("tf.".length()));
        }
        if (n.equals("error")) {
            return Optional.of((b, positional, named) -> {
                throw new UnsupportedModelException(positional.get(0) + " is not supported");
            });
        }
        if (n.startsWith("K.")) {
            String bare = n.substring("K.".length());
            return backend(bare).or(() -> operation(bare));
        }
        if (n.startsWith("activations.")) {
            return activation(n.substring("activations.".length()));
        }
        String bare = n.replaceFirst("^ops\\.", "").replaceFirst("^(numpy|nn|math|linalg|core)\\.", "");
        return operation(bare)
                .or(() -> n.startsWith("ops.")
                        ? Optional.empty()
                        : activation(bare).or(() -> backend(bare)));
    }

    private static Optional<Function> activation(String name) {
        return Optional.ofNullable(Activations.ALL.get(name))
                .map(op -> (b, positional, named) -> b.add(op, tensor(b, positional.get(0), name)));
    }

    private static Optional<Function> backend(String name) {
        return name.equals("int_shape")
                ? Optional.of((b, positional, named) -> attribute(positional.get(0), "shape"))
                : Optional.ofNullable(Signatures.BACKEND.get(name)).map(e -> e::call);
    }

    /** A function of {@code keras.ops}: its parameters are arguments of a call or options of the operation. */
    private static Optional<Function> operation(String name) {
        Signatures.Op signature = Signatures.OPS.get(name);
        if (signature == null || KerasOperations.find(signature.className()).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of((b, positional, named) -> {
            Map<String, Object> given = bound("ops." + name, signature.parameters(), positional, named);
            signature.defaults().forEach(given::putIfAbsent);
            List<Object> args = new ArrayList<>();
            for (String p : signature.call()) {
                if (p.startsWith("*")) {
                    args.addAll((List<?>) given.getOrDefault(p, List.of()));
                } else if (given.containsKey(p)) {
                    args.add(given.get(p));
                }
            }
            Map<String, Object> options = new LinkedHashMap<>();
            signature.options().forEach((option, p) -> {
                if (given.containsKey(p)) {
                    options.put(option, given.get(p));
                }
            });
            Operation operation = KerasOperations.find(signature.className()).orElseThrow();
            return run(operation, signature.className(), b, args, options);
        });
    }

    /** A function of TensorFlow that is made of others, as an operation. */
    public static Optional<Operation> made(String name) {
        Expression made = name.startsWith(BACKEND)
                ? Signatures.BACKEND.get(name.substring(BACKEND.length()))
                : Signatures.TENSORFLOW_MADE.get(name);
        return Optional.ofNullable(made).map(e -> a -> {
            Map<String, Object> named = new LinkedHashMap<>();
            a.call().kwargs().forEach((k, v) -> {
                if (!k.equals("name") && (v != null || e.takes(k))) {
                    named.put(k, unwrapped(v));
                }
            });
            named.keySet().forEach(a::option);
            List<?> positional = (List<?>) unwrapped(a.call().args());
            Object y = e.call(a.b(), positional, named);
            return y instanceof List<?> l
                    ? l.stream().map(v -> tensor(a.b(), v, name)).toList()
                    : List.of(tensor(a.b(), y, name));
        });
    }

    private static Object unwrapped(Object structure) {
        return KerasTensor.map(structure, o -> o instanceof KerasTensor t ? t.value() : o);
    }

    /** A function of TensorFlow: the first argument by position, the others by name. */
    private static Optional<Function> tensorflow(String name) {
        if (Signatures.TENSORFLOW_MADE.containsKey(name)) {
            return Optional.of((b, positional, named) ->
                    Signatures.TENSORFLOW_MADE.get(name).call(b, positional, named)); // it may stand further down
        }
        Optional<Operation> operation = TensorFlowFunctions.find(name);
        List<String> parameters = Signatures.TENSORFLOW.get(name);
        if (operation.isEmpty() || parameters == null) {
            return Optional.empty();
        }
        return Optional.of((b, positional, named) -> {
            Map<String, Object> given = bound("tf." + name, parameters, positional, named);
            List<Object> args = new ArrayList<>();
            if (!parameters.isEmpty() && given.containsKey(parameters.get(0))) {
                args.add(given.remove(parameters.get(0)));
            }
            return run(operation.get(), "tf." + name, b, args, given);
        });
    }

    private static Map<String, Object> bound(
            String who, List<String> parameters, List<Object> positional, Map<String, Object> named) {
        List<String> byPosition = parameters;
        List<Object> rest = List.of();
        for (String p : parameters) {
            int i = parameters.indexOf(p);
            if (p.startsWith("*") && positional.size() > i) {
                byPosition = parameters.subList(0, i);
                rest = positional.subList(i, positional.size());
            }
        }
        if (positional.size() > byPosition.size() + rest.size() || !parameters.containsAll(named.keySet())) {
            throw new IllegalArgumentException(who + ": expected the arguments " + parameters + " but was "
                    + positional.size() + " and " + named.keySet());
        }
        Map<String, Object> given = new LinkedHashMap<>();
        for (int i = 0; i < positional.size() - rest.size(); i++) {
            given.put(byPosition.get(i), positional.get(i));
        }
        if (!rest.isEmpty()) {
            given.put(parameters.get(byPosition.size()), rest);
        }
        given.putAll(named);
        return given;
    }

    private static Object run(
            Operation operation, String who, Builder b, List<Object> args, Map<String, Object> options) {
        List<?> wrapped = (List<?>) wrapped(args);
        Map<String, Object> named = new LinkedHashMap<>();
        options.forEach((k, v) -> named.put(k, wrapped(v)));
        List<Value> y = operation.apply(new Arguments(Call.of(b, who, wrapped, named), who, named));
        return y.size() == 1 && !who.toLowerCase(Locale.ROOT).matches("(tf\\.)?(array)?(split|unstack)") ? y.get(0) : y;
    }

    static Object wrapped(Object structure) {
        return KerasTensor.map(structure, o -> o instanceof Value v ? KerasTensor.of(v) : o);
    }

    /** A condition, which must not depend on tensors. */
    static boolean truth(Object condition) {
        if (condition instanceof Boolean b) {
            return b;
        }
        throw new IllegalArgumentException("expression: expected true or false after 'if' but was " + condition);
    }

    /** An operator of one or two operands; of numbers alone the result is a number. */
    static Object operator(String operator, Builder b, Object... operands) {
        if (operator.equals("==") && (operands[0] == null || operands[1] == null)) { // compared with None
            return operands[0] == operands[1];
        }
        if (operator.equals("!=") && Arrays.stream(operands).anyMatch(o -> o == null || o instanceof String)) {
            return !Objects.equals(operands[0], operands[1]);
        }
        boolean plain = Arrays.stream(operands).noneMatch(o -> o instanceof Value);
        if (plain && operator.equals("==") && operands[0] instanceof Number m && operands[1] instanceof Number n) {
            return m.doubleValue() == n.doubleValue();
        }
        if (plain && operator.equals("==")) {
            return Objects.equals(operands[0], operands[1]);
        }
        if (operator.equals(">=") && operands[0] instanceof Number m && operands[1] instanceof Number n) {
            return m.doubleValue() >= n.doubleValue();
        }
        if (Arrays.stream(operands).allMatch(o -> o instanceof Number)) {
            return Numeric.operator(
                    operator, Arrays.stream(operands).map(o -> (Number) o).toList());
        }
        if (operands.length == 1) {
            String unary = operator.equals("-") ? "Negative" : operator.equals("~") ? "LogicalNot" : "";
            return unary.isEmpty()
                    ? operands[0]
                    : run(KerasOperations.find(unary).orElseThrow(), unary, b, Arrays.asList(operands), Map.of());
        }
        String name = OPERATORS.get(operator);
        return run(KerasOperations.find(name).orElseThrow(), name, b, Arrays.asList(operands), Map.of());
    }

    /** {@code x[keys]}. */
    static Object item(Builder b, Object x, List<Object> keys) {
        if (x instanceof List<?> l && keys.size() == 1) {
            if (keys.get(0) instanceof Number n) {
                int i = n.intValue() < 0 ? n.intValue() + l.size() : n.intValue();
                if (i < 0 || i >= l.size()) {
                    throw new IllegalArgumentException(
                            "expression: expected an index below " + l.size() + " but was " + n);
                }
                return l.get(i);
            }
            return Numeric.sublist(l, keys.get(0));
        }
        return run(
                KerasOperations.find("GetItem").orElseThrow(),
                "GetItem",
                b,
                Collections.singletonList(x),
                Map.of("key", keys));
    }

    /** {@code start:stop:step} as a key. */
    static Object slice(List<Object> parts) {
        Map<String, Object> slice = new LinkedHashMap<>();
        slice.put("start", parts.get(0));
        slice.put("stop", parts.get(1));
        slice.put("step", parts.size() > 2 ? parts.get(2) : null);
        return Map.of("class_name", "__slice__", "config", slice);
    }

    static Object attribute(Object x, String name) {
        if (x instanceof Value v && name.equals("shape")) {
            List<Object> dims = new ArrayList<>();
            for (int d : v.shape().dims()) {
                dims.add(d == Shape.UNKNOWN ? null : Integer.valueOf(d));
            }
            return Collections.unmodifiableList(dims);
        }
        if (x instanceof Value v && name.equals("dtype")) {
            return v.dtype().keras();
        }
        throw new IllegalArgumentException("expression: expected shape or dtype but was the attribute '" + name + "'");
    }

    /** The value of a name that is not called. */
    static Optional<Object> constant(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return switch (name) {
            case "None" -> Optional.of(NONE);
            case "True" -> Optional.of(true);
            case "False" -> Optional.of(false);
            default ->
                name.contains(".") && DType.ofKeras(last).isPresent()
                        ? Optional.of(last)
                        : last.equals("newaxis") ? Optional.of(NONE) : Optional.empty();
        };
    }

    /** A result as a tensor: Python's numbers become int32 or float32. */
    static Value tensor(Builder b, Object o, String where) {
        if (o instanceof Value v) {
            return v;
        }
        if (o instanceof Number n) {
            boolean whole = n instanceof Long || n instanceof Integer;
            return b.constant(Tensor.scalar(whole ? DType.INT32 : DType.FLOAT32, n.doubleValue()));
        }
        throw new IllegalArgumentException("expression: expected a tensor but was " + o + ", at " + where);
    }
}
