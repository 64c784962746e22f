package dev.posthorn.ir.op.text;

import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads expressions in RE2's syntax, as it takes them without options. Source: github.com/google/re2/wiki/Syntax. */
final class Re2Parser {
    private static final int MOST_REPEATS = 1000;
    private static final int MOST_DEPTH = 250;
    private static final Pattern TIMES = Pattern.compile("\\{(\\d{1,6})(,(\\d{0,6}))?\\}");

    private final Re2Sets in;
    private int depth;
    private boolean lines;
    private boolean dotAll;
    private boolean swapped;
    int groups = 1;

    Re2Parser(String pattern) {
        in = new Re2Sets(pattern);
    }

    /** A part of an expression. */
    sealed interface Part {
        record Chars(IntPredicate set) implements Part {}

        record All(List<Part> parts) implements Part {}

        record Either(List<Part> parts) implements Part {}

        record Repeat(Part part, int least, int most, boolean lazy) implements Part {}

        record Group(Part part, int number) implements Part {}

        record Assert(Place place) implements Part {}
    }

    /** What an assertion asks of a place. */
    enum Place {
        TEXT_START,
        TEXT_END,
        LINE_START,
        LINE_END,
        WORD,
        NO_WORD
    }

    /** What says that the expression is none. */
    ShapeException wrong(String what) {
        return in.wrong(what);
    }

    Part parse() {
        Part p = either();
        if (in.at < in.pattern.length()) {
            throw in.wrong("a ) too many");
        }
        return p;
    }

    private Part either() {
        if (++depth > MOST_DEPTH) {
            throw in.wrong("more than " + MOST_DEPTH + " groups inside of each other");
        }
        List<Part> parts = new ArrayList<>(List.of(sequence()));
        while (in.next("|")) {
            parts.add(sequence());
        }
        depth--;
        return parts.size() == 1 ? parts.get(0) : new Part.Either(parts);
    }

    private Part sequence() {
        List<Part> parts = new ArrayList<>();
        while (in.at < in.pattern.length() && in.pattern.charAt(in.at) != '|' && in.pattern.charAt(in.at) != ')') {
            if (in.next("\\Q")) {
                int end = in.pattern.indexOf("\\E", in.at);
                String literal = in.pattern.substring(in.at, end < 0 ? in.pattern.length() : end);
                in.at = end < 0 ? in.pattern.length() : end + 2;
                literal.codePoints().forEach(c -> parts.add(new Part.Chars(in.literal(c))));
                continue;
            }
            Part p = atom();
            if (p != null) {
                parts.add(repeated(p));
            }
        }
        return parts.size() == 1 ? parts.get(0) : new Part.All(parts);
    }

    private Part repeated(Part part) {
        Part p = part;
        boolean again = false;
        while (true) {
            int from = in.at;
            int[] times = times();
            if (times == null) {
                return p;
            }
            if (again) {
                throw in.wrong("a repetition of a repetition, at " + from);
            }
            boolean lazy = in.next("?") != swapped;
            p = new Part.Repeat(p, times[0], times[1], lazy);
            again = true;
        }
    }

    /** How often, or null where nothing says; -1 for any number. */
    private int[] times() {
        if (in.next("*")) {
            return new int[] {0, -1};
        }
        if (in.next("+")) {
            return new int[] {1, -1};
        }
        if (in.next("?")) {
            return new int[] {0, 1};
        }
        Matcher m = TIMES.matcher(in.pattern).region(in.at, in.pattern.length());
        if (!m.lookingAt()) {
            return null;
        }
        in.at = m.end();
        int least = Integer.parseInt(m.group(1));
        int most = m.group(2) == null ? least : m.group(3).isEmpty() ? -1 : Integer.parseInt(m.group(3));
        if (least > MOST_REPEATS || most > MOST_REPEATS || most >= 0 && most < least) {
            throw in.wrong("a repetition of " + m.group());
        }
        return new int[] {least, most};
    }

    private Part atom() {
        int c = in.point();
        return switch (c) {
            case '(' -> group();
            case '[' -> new Part.Chars(in.set());
            case '.' -> {
                boolean all = dotAll;
                yield new Part.Chars(x -> all || x != '\n');
            }
            case '^' -> new Part.Assert(lines ? Place.LINE_START : Place.TEXT_START);
            case '$' -> new Part.Assert(lines ? Place.LINE_END : Place.TEXT_END);
            case '*', '+', '?' -> throw in.wrong("a repetition of nothing");
            case '\\' -> escaped();
            default -> new Part.Chars(in.literal(c));
        };
    }

    private Part group() {
        if (!in.next("?")) {
            return capture();
        }
        if (in.next("P<") || in.next("<")) {
            if (in.next("=") || in.next("!")) {
                throw in.wrong("a look behind");
            }
            int end = in.pattern.indexOf('>', in.at);
            if (end < 0 || !in.pattern.substring(in.at, end).matches("\\w+")) {
                throw in.wrong("a group without a name");
            }
            in.at = end + 1;
            return capture();
        }
        boolean[] before = {in.fold, lines, dotAll, swapped};
        boolean on = true;
        while (true) {
            int c = in.point();
            switch (c) {
                case 'i' -> in.fold = on;
                case 'm' -> lines = on;
                case 's' -> dotAll = on;
                case 'U' -> swapped = on;
                case '-' -> on = false;
                case ':' -> {
                    Part p = either();
                    close();
                    in.fold = before[0];
                    lines = before[1];
                    dotAll = before[2];
                    swapped = before[3];
                    return p;
                }
                case ')' -> {
                    return null;
                }
                default -> throw in.wrong("(?" + Character.toString(c));
            }
        }
    }

    private Part capture() {
        int number = groups++;
        boolean[] before = {in.fold, lines, dotAll, swapped};
        Part p = either();
        close();
        in.fold = before[0];
        lines = before[1];
        dotAll = before[2];
        swapped = before[3];
        return new Part.Group(p, number);
    }

    private void close() {
        if (!in.next(")")) {
            throw in.wrong("a ( without its )");
        }
    }

    private Part escaped() {
        int c = in.point();
        return switch (c) {
            case 'A' -> new Part.Assert(Place.TEXT_START);
            case 'z' -> new Part.Assert(Place.TEXT_END);
            case 'b' -> new Part.Assert(Place.WORD);
            case 'B' -> new Part.Assert(Place.NO_WORD);
            case 'C' -> throw in.wrong("a single byte");
            default -> {
                IntPredicate set = in.named(c);
                yield new Part.Chars(set != null ? set : in.literal(in.character(c)));
            }
        };
    }
}
