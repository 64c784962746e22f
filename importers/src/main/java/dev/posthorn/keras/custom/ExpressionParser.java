package dev.posthorn.keras.custom;

import dev.posthorn.keras.custom.Expression.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the notation of {@link Expression}, by descent from the operators that bind least to those that bind most. */
final class ExpressionParser {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:(\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?)|([A-Za-z_]\\w*)|('[^']*'|\"[^\"]*\")"
                    + "|(\\.\\.\\.|\\*\\*|//|==|!=|<=|>=|[-+*/%@~&|^<>()\\[\\],.:=]))");
    private static final int DEEPEST = 100;

    /** Operators of two operands, those that bind least first. */
    private static final List<List<String>> LEVELS = List.of(
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("==", "!=", "<", "<=", ">", ">="),
            List.of("+", "-"),
            List.of("*", "/", "//", "%", "@"));

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Node> parameters = new LinkedHashMap<>();
    private int at;
    private int depth;

    ExpressionParser(String text) {
        this.text = text;
        Matcher m = TOKEN.matcher(text);
        int end = 0;
        while (m.lookingAt()) {
            tokens.add(m.group().strip());
            end = m.end();
            m.region(end, text.length());
        }
        if (!text.substring(end).isBlank()) {
            throw wrong("'" + text.substring(end).strip() + "'");
        }
        tokens.add("");
    }

    Expression parse() {
        if (accept("lambda")) {
            do {
                String name = take();
                if (name.isEmpty() || !Character.isJavaIdentifierStart(name.charAt(0))) {
                    throw wrong("'" + name + "' for a parameter");
                }
                parameters.put(name, accept("=") ? expression() : null);
            } while (accept(","));
            expect(":");
        } else {
            parameters.put("x", null);
        }
        Node body = expression();
        expect("");
        return new Expression(text, parameters, body);
    }

    private Node expression() {
        Node value = deeper(() -> binary(0));
        if (!accept("if")) {
            return value;
        }
        Node condition = deeper(() -> binary(0));
        expect("else");
        Node otherwise = expression();
        return s -> Functions.truth(condition.value(s)) ? value.value(s) : otherwise.value(s);
    }

    private Node deeper(Supplier<Node> part) {
        if (++depth > DEEPEST) {
            throw wrong("more than " + DEEPEST + " levels");
        }
        Node n = part.get();
        depth--;
        return n;
    }

    private Node binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Node left = binary(level + 1);
        while (LEVELS.get(level).contains(peek())) {
            String operator = take();
            Node a = left;
            Node b = binary(level + 1);
            left = s -> Functions.operator(operator, s.b(), a.value(s), b.value(s));
        }
        return left;
    }

    private Node unary() {
        if (List.of("-", "+", "~").contains(peek())) {
            String operator = take();
            Node x = deeper(this::unary);
            return s -> Functions.operator(operator, s.b(), x.value(s));
        }
        Node base = postfix();
        if (accept("**")) {
            Node exponent = deeper(this::unary);
            return s -> Functions.operator("**", s.b(), base.value(s), exponent.value(s));
        }
        return base;
    }

    private Node postfix() {
        Node n = atom();
        while (true) {
            if (accept("[")) {
                Node x = n;
                List<Node> keys = new ArrayList<>();
                do {
                    keys.add(key());
                } while (accept(",") && !peek().equals("]"));
                expect("]");
                n = s -> Functions.item(s.b(), x.value(s), values(keys, s));
            } else if (accept(".")) {
                Node x = n;
                String attribute = take();
                n = s -> Functions.attribute(x.value(s), attribute);
            } else {
                return n;
            }
        }
    }

    private Node key() {
        if (accept("...")) {
            return s -> Map.of("class_name", "__ellipsis__");
        }
        List<Node> parts = new ArrayList<>();
        boolean slice = false;
        parts.add(peek().equals(":") ? null : expression());
        while (accept(":")) {
            slice = true;
            parts.add(List.of(":", ",", "]").contains(peek()) ? null : expression());
        }
        return slice ? s -> Functions.slice(values(parts, s)) : parts.get(0);
    }

    private Node atom() {
        String token = take();
        if (token.equals("(") || token.equals("[")) {
            String close = token.equals("(") ? ")" : "]";
            List<Node> items = new ArrayList<>();
            boolean comma = false;
            while (!peek().equals(close)) {
                items.add(expression());
                comma = accept(",");
                if (!comma) {
                    break;
                }
            }
            expect(close);
            return close.equals(")") && items.size() == 1 && !comma ? items.get(0) : s -> values(items, s);
        }
        if (token.startsWith("'") || token.startsWith("\"")) {
            return s -> token.substring(1, token.length() - 1);
        }
        if (!token.isEmpty() && (Character.isDigit(token.charAt(0)) || token.length() > 1 && token.charAt(0) == '.')) {
            Number n = number(token);
            return s -> n;
        }
        if (token.isEmpty() || !Character.isJavaIdentifierStart(token.charAt(0))) {
            throw wrong(token.isEmpty() ? "its end" : "'" + token + "'");
        }
        return parameters.containsKey(token) ? s -> s.names().get(token) : global(token);
    }

    private Number number(String token) {
        if (!token.matches("\\d+")) {
            return Double.valueOf(token);
        }
        if (token.length() > 18) {
            throw wrong("'" + token + "'");
        }
        return Long.valueOf(token);
    }

    /** A name that is no parameter: a function to call, or a constant. */
    private Node global(String first) {
        StringBuilder name = new StringBuilder(first);
        while (peek().equals(".")) {
            name.append(take()).append(take());
        }
        if (!accept("(")) {
            Object constant = Functions.constant(name.toString()).orElseThrow(() -> wrong("the name '" + name + "'"));
            return s -> constant == Functions.NONE ? null : constant;
        }
        Functions.Function f =
                Functions.find(name.toString()).orElseThrow(() -> wrong("the unknown function '" + name + "'"));
        List<Node> positional = new ArrayList<>();
        Map<String, Node> named = new LinkedHashMap<>();
        while (!peek().equals(")")) {
            if (tokens.get(at + 1).equals("=")) {
                String key = take();
                expect("=");
                named.put(key, expression());
            } else {
                positional.add(expression());
            }
            if (!accept(",")) {
                break;
            }
        }
        expect(")");
        return s -> {
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((k, v) -> byName.put(k, v.value(s)));
            return f.call(s.b(), values(positional, s), byName);
        };
    }

    private static List<Object> values(List<Node> nodes, Expression.Scope s) {
        List<Object> values = new ArrayList<>();
        nodes.forEach(n -> values.add(n == null ? null : n.value(s)));
        return Collections.unmodifiableList(values);
    }

    private String peek() {
        return tokens.get(at);
    }

    private String take() {
        String token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private boolean accept(String token) {
        boolean is = peek().equals(token) && !(token.isEmpty() && at < tokens.size() - 1);
        at += is && !token.isEmpty() ? 1 : 0;
        return is;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw wrong((peek().isEmpty() ? "its end" : "'" + peek() + "'") + " where "
                    + (token.isEmpty() ? "its end" : "'" + token + "'") + " should be");
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(
                "expression: expected one such as x / 255 but was '" + text + "' with " + what);
    }
}
