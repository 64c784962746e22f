package dev.posthorn.ir.op.text;

import java.util.function.IntPredicate;

/** The classes of ASCII characters that POSIX names. */
final class Re2Posix {
    private Re2Posix() {}

    static IntPredicate named(String name, Re2Sets parser) {
        boolean not = name.startsWith("^");
        IntPredicate upper = x -> x >= 'A' && x <= 'Z';
        IntPredicate lower = x -> x >= 'a' && x <= 'z';
        IntPredicate digit = x -> x >= '0' && x <= '9';
        IntPredicate graph = x -> x >= '!' && x <= '~';
        IntPredicate set = switch (not ? name.substring(1) : name) {
            case "alnum" -> upper.or(lower).or(digit);
            case "alpha" -> upper.or(lower);
            case "ascii" -> x -> x >= 0 && x <= 0x7f;
            case "blank" -> x -> x == ' ' || x == '\t';
            case "cntrl" -> x -> x >= 0 && x < 0x20 || x == 0x7f;
            case "digit" -> digit;
            case "graph" -> graph;
            case "lower" -> lower;
            case "print" -> graph.or(x -> x == ' ');
            case "punct" -> graph.and(upper.or(lower).or(digit).negate());
            case "space" -> x -> x == ' ' || x >= '\t' && x <= '\r';
            case "upper" -> upper;
            case "word" -> Re2::isWord;
            case "xdigit" -> digit.or(x -> x >= 'a' && x <= 'f' || x >= 'A' && x <= 'F');
            default -> throw parser.wrong("[:" + name + ":]");
        };
        return not ? set.negate() : set;
    }
}
