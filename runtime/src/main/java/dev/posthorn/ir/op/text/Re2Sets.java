package dev.posthorn.ir.op.text;

import dev.posthorn.model.ShapeException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Where an expression is read, and the sets of characters that are written there: literals, escapes, classes. */
final class Re2Sets {
    final String pattern;
    int at;
    boolean fold;

    Re2Sets(String pattern) {
        this.pattern = pattern;
    }

    ShapeException wrong(String what) {
        return new ShapeException(
                "regular expression: expected what RE2 takes but was " + what + " in '" + pattern + "'");
    }

    boolean next(String s) {
        boolean there = pattern.startsWith(s, at);
        at += there ? s.length() : 0;
        return there;
    }

    int point() {
        if (at >= pattern.length()) {
            throw wrong("an end too early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    IntPredicate literal(int c) {
        if (!fold) {
            return x -> x == c;
        }
        int folded = folded(c);
        return x -> folded(x) == folded;
    }

    private static int folded(int c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    /** The set that an escape names, or null. */
    IntPredicate named(int c) {
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
    int character(int c) {
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

    IntPredicate set() {
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
