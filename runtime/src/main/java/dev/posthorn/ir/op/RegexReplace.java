package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Matches of a regular expression replaced, all or the first; a backslash and a digit in {@code rewrite} stand for the
 * match and its groups. The expression is in RE2's syntax; what RE2 has not (look-around, back-references, possessive
 * quantifiers) is refused. Source: TF RegexReplace.
 */
public record RegexReplace(String pattern, String rewrite, boolean all) implements Op.Single {
    private static final Pattern FOREIGN = Pattern.compile("\\(\\?(=|!|<=|<!|>)|\\\\[1-9]|[*+?}]\\+");

    public RegexReplace {
        checkRewrite(rewrite, compiled(pattern).matcher("").groupCount());
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Pattern p = compiled(pattern);
        return Texts.map(in.get(0), out, s -> {
            Charset charset = Texts.charset(s);
            return replaced(p.matcher(new String(s, charset))).getBytes(charset);
        });
    }

    private String replaced(Matcher m) {
        StringBuilder y = new StringBuilder();
        int before = -1;
        while (m.find()) {
            if (m.end() == before) {
                continue; // as RE2: nothing matches where the match before ended
            }
            before = m.end();
            m.appendReplacement(y, "");
            for (int i = 0; i < rewrite.length(); i++) {
                boolean escaped = rewrite.charAt(i) == '\\';
                char c = rewrite.charAt(escaped ? ++i : i);
                String group = escaped && c != '\\' ? m.group(c - '0') : String.valueOf(c);
                y.append(group == null ? "" : group);
            }
            if (!all) {
                break;
            }
        }
        return m.appendTail(y).toString();
    }

    /** Java's form of an RE2 expression: inside of a class, Java gives meaning to {@code [} and {@code &&}. */
    static Pattern compiled(String re2) {
        StringBuilder java = new StringBuilder();
        boolean inClass = false;
        boolean lines = re2.contains("(?m") || re2.contains("(?sm") || re2.contains("(?im");
        for (int i = 0; i < re2.length(); i++) {
            char c = re2.charAt(i);
            if (c == '\\' && i + 1 < re2.length()) {
                java.append(c).append(re2.charAt(++i));
            } else if (inClass && re2.startsWith("[:", i) && re2.indexOf(":]", i) > 0) {
                int end = re2.indexOf(":]", i);
                java.append(posix(re2.substring(i + 2, end)));
                i = end + 1;
            } else if (inClass && (c == '[' || c == '&')) {
                java.append('\\').append(c);
            } else if (!inClass && c == '[') {
                inClass = true;
                java.append(c);
                if (re2.startsWith("^", i + 1)) {
                    java.append(re2.charAt(++i));
                }
                if (re2.startsWith("]", i + 1)) { // a first ] is itself
                    java.append('\\').append(re2.charAt(++i));
                }
            } else {
                inClass = inClass && c != ']';
                java.append(c == '$' && !inClass && !lines ? "\\z" : String.valueOf(c));
            }
        }
        if (FOREIGN.matcher(re2.replaceAll("\\\\[^0-9]", "")).find()) {
            throw new ShapeException("RegexReplace: expected an expression that RE2 takes but was " + re2);
        }
        try {
            return Pattern.compile(java.toString(), Pattern.UNIX_LINES);
        } catch (PatternSyntaxException e) {
            throw new ShapeException("RegexReplace: expected an expression that RE2 takes but was " + re2, e);
        }
    }

    private static String posix(String name) {
        boolean not = name.startsWith("^");
        return switch (not ? name.substring(1) : name) {
            case "alnum" -> not ? "\\P{Alnum}" : "\\p{Alnum}";
            case "alpha" -> not ? "\\P{Alpha}" : "\\p{Alpha}";
            case "digit" -> not ? "\\P{Digit}" : "\\p{Digit}";
            case "lower" -> not ? "\\P{Lower}" : "\\p{Lower}";
            case "punct" -> not ? "\\P{Punct}" : "\\p{Punct}";
            case "space" -> not ? "\\P{Space}" : "\\p{Space}";
            case "upper" -> not ? "\\P{Upper}" : "\\p{Upper}";
            case "word" -> not ? "\\W" : "\\w";
            default -> throw new ShapeException("RegexReplace: expected a known class but was [:" + name + ":]");
        };
    }

    private static void checkRewrite(String rewrite, int groups) {
        for (int i = rewrite.indexOf('\\'); i >= 0; i = rewrite.indexOf('\\', i + 2)) {
            char c = i + 1 < rewrite.length() ? rewrite.charAt(i + 1) : ' ';
            if (c != '\\' && (c < '0' || c > '9' || c - '0' > groups)) {
                throw new ShapeException("RegexReplace: expected \\ and a group of " + groups + " but was " + rewrite);
            }
        }
    }
}
