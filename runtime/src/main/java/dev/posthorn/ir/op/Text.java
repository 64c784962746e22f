package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/** {@code y[…] = fn(x[…])}, string by string. Source: the TensorFlow ops that the functions name. */
public record Text(Fn fn) implements Op.Single {
    /** The functions. */
    public enum Fn {
        /** White space of ASCII is taken from both ends. Source: TF StringStrip. */
        STRIP(Text::strip),
        /** Base 64 with the alphabet for addresses. Source: TF EncodeBase64. */
        TO_BASE64(s -> Base64.getUrlEncoder().withoutPadding().encode(s)),
        /** The same, filled up with {@code =}. */
        TO_BASE64_PADDED(s -> Base64.getUrlEncoder().encode(s)),
        /** What was encoded; anything else is refused. Source: TF DecodeBase64. */
        FROM_BASE64(Text::decode);

        private final UnaryOperator<byte[]> each;

        Fn(UnaryOperator<byte[]> each) {
            this.each = each;
        }
    }

    private static byte[] strip(byte[] s) {
        int from = 0;
        int to = s.length;
        while (from < to && isSpace(s[from])) {
            from++;
        }
        while (to > from && isSpace(s[to - 1])) {
            to--;
        }
        return Arrays.copyOfRange(s, from, to);
    }

    static boolean isSpace(byte c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static byte[] decode(byte[] s) {
        try {
            return Base64.getUrlDecoder().decode(s);
        } catch (IllegalArgumentException e) {
            throw new ShapeException("expected base 64 for addresses but was another (" + e.getMessage() + ")");
        }
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Texts.map(in.get(0), out, fn.each);
    }
}
