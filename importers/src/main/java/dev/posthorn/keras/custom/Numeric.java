package dev.posthorn.keras.custom;

import java.util.List;
import java.util.Map;

/** Python's numbers and lists in an {@link Expression}, where no tensor is concerned. */
final class Numeric {
    private Numeric() {}

    static Number operator(String operator, List<Number> operands) {
        boolean whole = operands.stream().allMatch(n -> n instanceof Long || n instanceof Integer);
        double x = operands.get(0).doubleValue();
        if (operands.size() == 1) {
            double y = operator.equals("-") ? -x : operator.equals("~") ? -x - 1 : x;
            return of(y, whole);
        }
        double y = operands.get(1).doubleValue();
        return switch (operator) {
            case "+" -> of(x + y, whole);
            case "-" -> of(x - y, whole);
            case "*" -> of(x * y, whole);
            case "/" -> x / y;
            case "//" -> of(Math.floor(x / y), whole);
            case "%" -> of(x - y * Math.floor(x / y), whole);
            case "**" -> of(Math.pow(x, y), whole && y >= 0);
            default ->
                throw new IllegalArgumentException(
                        "expression: expected arithmetic of numbers but was the operator " + operator);
        };
    }

    private static Number of(double value, boolean whole) {
        if (whole && Math.abs(value) < 1L << 52) {
            return (long) value;
        }
        return value;
    }

    /** A slice of a list. */
    static List<?> sublist(List<?> list, Object key) {
        if (!(key instanceof Map<?, ?> m && m.get("config") instanceof Map<?, ?> slice) || slice.get("step") != null) {
            throw new IllegalArgumentException("expression: expected an index or a slice but was " + key);
        }
        int from = bound(slice.get("start"), list.size(), 0);
        int to = bound(slice.get("stop"), list.size(), list.size());
        return from >= to ? List.of() : list.subList(from, to);
    }

    private static int bound(Object at, int size, int ifAbsent) {
        if (!(at instanceof Number n)) {
            return ifAbsent;
        }
        int i = n.intValue() < 0 ? n.intValue() + size : n.intValue();
        return Math.max(0, Math.min(size, i));
    }
}
