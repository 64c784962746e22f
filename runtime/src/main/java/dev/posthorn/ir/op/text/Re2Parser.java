package dev.posthorn.ir.op.text;

import dev.posthorn.model.ShapeException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads expressions in RE2's syntax, as it takes them without options. Source: github.com/google/re2/wiki/Syntax. */
final class Re2Parser {
    private static final int MOST_REPEATS = 1000;
    private static final int MOST_DEPTH = 250;
    private static final Pattern TIMES = Pattern.compile("\\{(\\d{1,6})(,(\\d{0,6}))?\\}");

    private final String pattern;
    private int at;
    private int depth;
    private boolean fold;
    private boolean lines;
    private boolean dotAll;
    private boolean swapped;
    int groups = 1;

    Re2Parser(String pattern) {
        this.pattern = pattern;
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

    ShapeException wrong(String what) {
        return new ShapeException(
                "regular expression: expected what RE2 takes but was " + what + " in '" + pattern + "'");
    }

    Part parse() {
        Part p = either();
        if (at < pattern.length()) {
            throw wrong("a ) too many");
        }
        return p;
    }

    private boolean next(String s) {
        boolean there = pattern.startsWith(s, at);
        at += there ? s.length() : 0;
        return there;
    }

    private int point() {
        if (at >= pattern.length()) {
            throw wrong("an end too early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private Part either() {
        if (++depth > MOST_DEPTH) {
            throw wrong("more than " + MOST_DEPTH + " groups inside of each other");
        }
        List<Part> parts = new ArrayList<>(List.of(sequence()));
        while (next("|")) {
            parts.add(sequence());
        }
        depth--;
        return parts.size() == 1 ? parts.get(0) : new Part.Either(parts);
    }

    private Part sequence() {
        List<Part> parts = new ArrayList<>();
        while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            if (next("\\Q")) {
                int end = pattern.indexOf("\\E", at);
                String literal = pattern.substring(at, end < 0 ? pattern.length() : end);
                at = end < 0 ? pattern.length() : end + 2;
                literal.codePoints().forEach(c -> parts.add(new Part.Chars(literal(c))));
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
            int from = at;
            int[] times = times();
            if (times == null) {
                return p;
            }
            if (again) {
                throw wrong("a repetition of a repetition, at " + from);
            }
            boolean lazy = next("?") != swapped;
            p = new Part.Repeat(p, times[0], times[1], lazy);
            again = true;
        }
    }

    /** How often, or null where nothing says; -1 for any number. */
    private int[] times() {
        if (next("*")) {
            return new int[] {0, -1};
        }
        if (next("+")) {
            return new int[] {1, -1};
        }
        if (next("?")) {
            return new int[] {0, 1};
        }
        Matcher m = TIMES.matcher(pattern).region(at, pattern.length());
        if (!m.lookingAt()) {
            return null;
        }
        at = m.end();
        int least = Integer.parseInt(m.group(1));
        int most = m.group(2) == null ? least : m.group(3).isEmpty() ? -1 : Integer.parseInt(m.group(3));
        if (least > MOST_REPEATS || most > MOST_REPEATS || most >= 0 && most < least) {
            throw wrong("a repetition of " + m.group());
        }
        return new int[] {least, most};
    }

    private Part atom() {
        int c = point();
        return switch (c) {
            case '(' -> group();
            case '[' -> new Part.Chars(set());
            case '.' -> {
                boolean all = dotAll;
                yield new Part.Chars(x -> all || x != '\n');
            }
            case '^' -> new Part.Assert(lines ? Place.LINE_START : Place.TEXT_START);
            case '$' -> new Part.Assert(lines ? Place.LINE_END : Place.TEXT_END);
            case '*', '+', '?' -> throw wrong("a repetition of nothing");
            case '\\' -> escaped();
            default -> new Part.Chars(literal(c));
        };
    }

    private IntPredicate literal(int c) {
        if (!fold) {
            return x -> x == c;
        }
        int folded = folded(c);
        return x -> folded(x) == folded;
    }

    private static int folded(int c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    private Part group() {
        if (!next("?")) {
            return capture();
        }
        if (next("P<") || next("<")) {
            if (next("=") || next("!")) {
                throw wrong("a look behind");
            }
            int end = pattern.indexOf('>', at);
            if (end < 0 || !pattern.substring(at, end).matches("\\w+")) {
                throw wrong("a group without a name");
            }
            at = end + 1;
            return capture();
        }
        boolean[] before = {fold, lines, dotAll, swapped};
        boolean on = true;
        while (true) {
            int c = point();
            switch (c) {
                case 'i' -> fold = on;
                case 'm' -> lines = on;
                case 's' -> dotAll = on;
                case 'U' -> swapped = on;
                case '-' -> on = false;
                case ':' -> {
                    Part p = either();
                    close();
                    fold = before[0];
                    lines = before[1];
                    dotAll = before[2];
                    swapped = before[3];
                    return p;
                }
                case ')' -> {
                    return null;
                }
                default -> throw wrong("(?" + Character.toString(c));
            }
        }
    }

    private Part capture() {
        int number = groups++;
        boolean[] before = {fold, lines, dotAll, swapped};
        Part p = either();
        close();
        fold = before[0];
        lines = before[1];
        dotAll = before[2];
        swapped = before[3];
        return new Part.Group(p, number);
    }

    private void close() {
        if (!next(")")) {
            throw wrong("a ( without its )");
        }
    }

    private Part escaped() {
        int c = point();
        return switch (c) {
            case 'A' -> new Part.Assert(Place.TEXT_START);
            case 'z' -> new Part.Assert(Place.TEXT_END);
            case 'b' -> new Part.Assert(Place.WORD);
            case 'B' -> new Part.Assert(Place.NO_WORD);
            case 'C' -> throw wrong("a single byte");
            default -> {
                IntPredicate set = named(c);
                yield new Part.Chars(set != null ? set : literal(character(c)));
            }
        };
    }

    /** The set that an escape names, or null. */
    private IntPredicate named(int c) {
        IntPredicate set = switch (Character.toLowerCase(c)) {
            case 'd' -> x -> x >= '0' && x <= '9';
            case 'w' -> Re2::isWord;
            case 's' -> x -> x == ' ' || x == '\t' || x == '\n' || x == '\f' || x == '\r';
            case 'p' -> unicode();
            default -> null;
        };
        return set != null && Character.isUpperCase(c) ? set.negate() : set;
    }

    private IntPredicate unicode() {
        boolean braces = next("{");
        int end = braces ? pattern.indexOf('}', at) : at + 1;
        if (end < 0 || end > pattern.length()) {
            throw wrong("a class without a name");
        }
        String name = pattern.substring(at, end);
        at = end + (braces ? 1 : 0);
        boolean not = name.startsWith("^");
        String plain = not ? name.substring(1) : name;
        IntPredicate set;
        if (plain.equals("Any")) {
            set = x -> true;
        } else if (plain.matches("[A-Z][a-z]?") && !plain.equals("Yi")) {
            Pattern category;
            try {
                category = Pattern.compile("\\p{" + plain + "}");
            } catch (PatternSyntaxException e) {
                throw wrong("the class " + plain);
            }
            set = x -> category.matcher(Character.toString(x)).matches();
        } else {
            UnicodeScript script;
            try {
                script = UnicodeScript.valueOf(plain.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw wrong("the class " + plain);
            }
            set = x -> Character.isValidCodePoint(x) && UnicodeScript.of(x) == script;
        }
        return not ? set.negate() : set;
    }

    /** The character that an escape stands for. */
    private int character(int c) {
        switch (c) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'v':
                return 0x0b;
            case 'a':
                return 7;
            case 'x':
                return hexadecimal();
            default:
                if (c == '0' || c > '0' && c <= '7' && at < pattern.length() && octal(pattern.charAt(at))) {
                    int v = c - '0';
                    for (int i = 0; i < 2 && at < pattern.length() && octal(pattern.charAt(at)); i++) {
                        v = v * 8 + pattern.charAt(at++) - '0';
                    }
                    return v;
                }
                if (c < 0x80 && !Re2.isWord(c) || c == '_') {
                    return c;
                }
                throw wrong("\\" + Character.toString(c));
        }
    }

    private static boolean octal(char c) {
        return c >= '0' && c <= '7';
    }

    private int hexadecimal() {
        boolean braces = next("{");
        int end = braces ? pattern.indexOf('}', at) : at + 2;
        if (end < 0 || end > pattern.length() || !pattern.substring(at, end).matches("[0-9a-fA-F]{1,6}")) {
            throw wrong("a \\x without digits");
        }
        int v = Integer.parseInt(pattern.substring(at, end), 16);
        at = end + (braces ? 1 : 0);
        return v;
    }

    private IntPredicate set() {
        boolean not = next("^");
        List<IntPredicate> all = new ArrayList<>();
        boolean first = true;
        while (first || !next("]")) {
            first = false;
            IntPredicate part;
            int posix = pattern.startsWith("[:", at) ? pattern.indexOf(":]", at + 2) : -1;
            if (posix > 0) {
                part = Re2Posix.named(pattern.substring(at + 2, posix), this);
                at = posix + 2;
            } else {
                part = range();
            }
            all.add(part);
        }
        return not ? any(all).negate() : any(all);
    }

    /** Whether any says so; not one inside of the other, for there may be many. */
    static IntPredicate any(List<IntPredicate> sets) {
        IntPredicate[] all = sets.toArray(IntPredicate[]::new);
        return x -> {
            for (IntPredicate set : all) {
                if (set.test(x)) {
                    return true;
                }
            }
            return false;
        };
    }

    private IntPredicate range() {
        int low = point();
        if (low == '\\') {
            low = point();
            IntPredicate set = named(low);
            if (set != null) {
                return set;
            }
            low = character(low);
        }
        if (!pattern.startsWith("-", at) || pattern.startsWith("-]", at)) {
            return literal(low);
        }
        at++;
        int high = point();
        high = high == '\\' ? character(point()) : high;
        if (high < low) {
            throw wrong("a range that ends before it begins");
        }
        int from = low;
        int to = high;
        IntPredicate plain = x -> x >= from && x <= to;
        return !fold
                ? plain
                : x -> plain.test(x) || plain.test(Character.toLowerCase(x)) || plain.test(Character.toUpperCase(x));
    }
}
