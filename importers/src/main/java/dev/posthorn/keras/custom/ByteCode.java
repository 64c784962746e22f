package dev.posthorn.keras.custom;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What the byte code of a Python lambda that is one expression reads as. It is only read, to be suggested: nothing is run.
 * Known are the instructions of Python 3.6 to 3.12 that such expressions are made of. Source: CPython, Lib/opcode.py.
 */
final class ByteCode {
    /** Operators that had an instruction each, up to Python 3.10. */
    private static final Map<Integer, String> BINARY = Map.ofEntries(
            Map.entry(16, "@"),
            Map.entry(19, "**"),
            Map.entry(20, "*"),
            Map.entry(22, "%"),
            Map.entry(23, "+"),
            Map.entry(24, "-"),
            Map.entry(26, "//"),
            Map.entry(27, "/"),
            Map.entry(64, "&"),
            Map.entry(65, "^"),
            Map.entry(66, "|"));

    /** Operators by their numbers, from Python 3.11 on. */
    private static final List<String> OPERATORS =
            List.of("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^");

    private static final List<String> COMPARISONS = List.of("<", "<=", "==", "!=", ">", ">=");

    private final Marshal.Code code;
    private final boolean since12;
    private final Deque<String> stack = new ArrayDeque<>();
    private List<?> keywords = List.of();

    private ByteCode(Marshal.Code code) {
        this.code = code;
        boolean calls = false;
        boolean precalls = false;
        for (int i = 0; i + 1 < code.bytes().length; i += 2) {
            int op = code.bytes()[i] & 0xff;
            calls |= op == 171;
            precalls |= op == 166 || op == 160;
            i += code.since11() ? 2 * caches(op) : 0;
        }
        since12 = code.since11() && calls && !precalls;
    }

    /** The expression, with its parameters where they are not just x. */
    static Optional<String> read(byte[] marshalled, List<?> defaults) {
        Optional<Marshal.Code> code = Marshal.code(marshalled);
        try {
            return code.map(c -> new ByteCode(c)).flatMap(b -> b.run().map(body -> b.parameters(defaults) + body));
        } catch (IndexOutOfBoundsException | NoSuchElementException e) {
            return Optional.empty();
        }
    }

    private String parameters(List<?> defaults) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < code.arguments(); i++) {
            int given = i - (code.arguments() - defaults.size());
            all.add(code.variables().get(i) + (given >= 0 ? "=" + constant(defaults.get(given)) : ""));
        }
        return all.equals(List.of("x")) ? "" : "lambda " + String.join(", ", all) + ": ";
    }

    private Optional<String> run() {
        byte[] bytes = code.bytes();
        int extended = 0;
        for (int i = 0; i + 1 < bytes.length; i += 2) {
            int op = bytes[i] & 0xff;
            int arg = extended << 8 | bytes[i + 1] & 0xff;
            extended = op == 144 ? arg : 0;
            if (op == 83) {
                return stack.size() == 1 ? Optional.of(bare(stack.pop())) : Optional.empty();
            }
            if (op == 121 && code.since11()) {
                return Optional.of(constant(code.constants().get(arg)));
            }
            if (op != 144 && !step(op, arg)) {
                return Optional.empty();
            }
            i += code.since11() ? 2 * caches(op) : 0;
        }
        return Optional.empty();
    }

    /** How many units of two bytes follow an instruction for the interpreter's own use. */
    private int caches(int op) {
        return switch (op) {
            case 116 -> since12 ? 4 : 5; // LOAD_GLOBAL
            case 106 -> since12 ? 9 : 4; // LOAD_ATTR
            case 160 -> 10; // LOAD_METHOD
            case 122, 166 -> 1; // BINARY_OP, PRECALL
            case 171 -> since12 ? 3 : 4; // CALL
            case 25 -> since12 ? 1 : 4; // BINARY_SUBSCR
            case 107 -> since12 ? 1 : 2; // COMPARE_OP
            default -> 0;
        };
    }

    private boolean step(int op, int arg) {
        boolean new11 = code.since11();
        if (!new11 && BINARY.containsKey(op)) {
            return binary(BINARY.get(op));
        }
        switch (op) {
            case 0, 2, 151, 166 -> { // CACHE, PUSH_NULL, RESUME, PRECALL
                return new11;
            }
            case 124 -> stack.push(String.valueOf(code.variables().get(arg)));
            case 100 -> stack.push(constant(code.constants().get(arg)));
            case 116 -> stack.push(String.valueOf(code.names().get(new11 ? arg >> 1 : arg)));
            case 106 -> stack.push(bare(stack.pop()) + "." + code.names().get(since12 ? arg >> 1 : arg));
            case 160 -> stack.push(bare(stack.pop()) + "." + code.names().get(arg));
            case 172 -> keywords = (List<?>) code.constants().get(arg);
            case 161, 131, 171 -> call(arg, keywords);
            case 141 -> {
                List<String> names =
                        List.of(bare(stack.pop()).replaceAll("[()' ]", "").split(","));
                call(arg, names.stream().filter(n -> !n.isEmpty()).toList());
            }
            case 102 -> stack.push("(" + String.join(", ", take(arg)) + (arg == 1 ? ",)" : ")"));
            case 103 -> stack.push("[" + String.join(", ", take(arg)) + "]");
            case 162 -> { // LIST_EXTEND of an empty list by a constant tuple
                String items = stack.pop();
                stack.pop();
                stack.push("[" + items.replaceAll("^\\(|,?\\)$", "") + "]");
            }
            case 133 ->
                stack.push(String.join(
                        ":",
                        take(arg).stream().map(s -> s.equals("None") ? "" : s).toList()));
            case 25 -> subscript(stack.pop());
            case 26 -> { // BINARY_SLICE
                List<String> bounds = take(2);
                subscript(String.join(
                        ":", bounds.stream().map(s -> s.equals("None") ? "" : s).toList()));
                return since12;
            }
            case 122 -> {
                return arg < OPERATORS.size() && binary(OPERATORS.get(arg));
            }
            case 107 -> {
                int i = arg >= 16 ? arg >> 4 : arg;
                return i < COMPARISONS.size() && binary(COMPARISONS.get(i));
            }
            case 11 -> stack.push("(-" + stack.pop() + ")");
            case 10 -> stack.push("(+" + stack.pop() + ")");
            case 15 -> stack.push("(~" + stack.pop() + ")");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void subscript(String key) {
        String keys = key.startsWith("(") && key.endsWith(")") && key.contains(",")
                ? key.substring(1, key.length() - 1)
                : key;
        stack.push(stack.pop() + "[" + keys.replaceAll(",$", "") + "]");
    }

    private boolean binary(String operator) {
        String right = stack.pop();
        stack.push("(" + stack.pop() + " " + operator + " " + right + ")");
        return true;
    }

    private void call(int count, List<?> names) {
        List<String> args = new ArrayList<>();
        List<String> given = take(count);
        for (int i = 0; i < count; i++) {
            int named = i - (count - names.size());
            args.add((named >= 0 ? names.get(named) + "=" : "") + bare(given.get(i)));
        }
        keywords = List.of();
        stack.push(stack.pop() + "(" + String.join(", ", args) + ")");
    }

    private List<String> take(int n) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            items.add(0, stack.pop());
        }
        return items;
    }

    /** A term without the brackets around all of it. */
    private static String bare(String s) {
        int open = 0;
        for (int i = 0; i < s.length(); i++) {
            open += s.charAt(i) == '(' ? 1 : s.charAt(i) == ')' ? -1 : 0;
            if (open == 0 && i < s.length() - 1) {
                return s;
            }
        }
        boolean tuple = s.contains(",") && s.startsWith("(");
        return s.startsWith("(") && s.endsWith(")") && !tuple ? s.substring(1, s.length() - 1) : s;
    }

    private static String constant(Object value) {
        if (value instanceof List<?> l) {
            List<String> items = l.stream().map(ByteCode::constant).toList();
            return "(" + String.join(", ", items) + (items.size() == 1 ? ",)" : ")");
        }
        if (value instanceof String s) {
            return "'" + s + "'";
        }
        return value == null
                ? "None"
                : value instanceof Boolean b
                        ? b ? "True" : "False"
                        : value == Marshal.Ellipsis.ELLIPSIS ? "..." : String.valueOf(value);
    }
}
