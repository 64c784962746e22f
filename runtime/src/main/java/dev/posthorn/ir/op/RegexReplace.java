package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.text.Re2;
import dev.posthorn.model.ShapeException;
import java.nio.charset.Charset;
import java.util.List;

/**
 * Matches of a regular expression replaced, all or the first; a backslash and a digit in {@code rewrite} stand for the
 * match and its groups. The expression is in RE2's syntax, and takes time linear in the text as there. Source: TF
 * RegexReplace.
 */
public record RegexReplace(String pattern, String rewrite, boolean all) implements Op.Single {
    public RegexReplace {
        checkRewrite(rewrite, new Re2(pattern).groups());
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Re2 re = new Re2(pattern);
        return Texts.map(in.get(0), out, s -> {
            Charset charset = Texts.charset(s);
            return replaced(re, new String(s, charset).codePoints().toArray()).getBytes(charset);
        });
    }

    private String replaced(Re2 re, int[] s) {
        StringBuilder y = new StringBuilder();
        int at = 0;
        int before = -1;
        while (at <= s.length) {
            int[] m = re.find(s, at);
            if (m == null) {
                break;
            }
            append(y, s, at, m[0]);
            at = m[1];
            if (m[0] == before && m[1] == before) { // as RE2: nothing matches where the match before ended
                append(y, s, at, Math.min(at + 1, s.length));
                at++;
                continue;
            }
            before = at;
            rewrite(y, s, m);
            if (!all) {
                break;
            }
        }
        append(y, s, at, s.length);
        return y.toString();
    }

    private void rewrite(StringBuilder y, int[] s, int[] m) {
        for (int i = 0; i < rewrite.length(); i++) {
            boolean escaped = rewrite.charAt(i) == '\\';
            char c = rewrite.charAt(escaped ? ++i : i);
            if (escaped && c != '\\') {
                int group = 2 * (c - '0');
                append(y, s, Math.max(m[group], 0), Math.max(m[group + 1], 0));
            } else {
                y.append(c);
            }
        }
    }

    private static void append(StringBuilder y, int[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            y.appendCodePoint(s[i]);
        }
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
