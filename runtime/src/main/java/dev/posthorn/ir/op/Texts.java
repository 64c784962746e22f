package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** What ops of strings share. */
public final class Texts {
    private Texts() {}

    /** The type of operand {@code i}, which must be strings. */
    public static TensorType strings(Operands in, int i) {
        if (in.dtype(i) != DType.STRING) {
            throw new ShapeException("expected strings but was " + in.type(i));
        }
        return in.type(i);
    }

    /** The charset in which {@code s} may be taken apart: bytes that are not UTF-8 stand for themselves. */
    public static Charset charset(byte[] s) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(s));
            return StandardCharsets.UTF_8;
        } catch (CharacterCodingException e) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    /** Every string with {@code f} applied. */
    public static Tensor map(Tensor x, TensorType out, UnaryOperator<byte[]> f) {
        Tensor y = Tensor.zeros(out);
        byte[][] from = x.byteStrings();
        for (int i = 0; i < from.length; i++) {
            y.byteStrings()[i] = f.apply(from[i]);
        }
        return y;
    }

    /** The value of {@code splits}, checked: from 0 to {@code n}, ascending. */
    public static int[] splits(Tensor splits, int n) {
        int[] at = new int[splits.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = Math.toIntExact(splits.getLong(i));
            if (at[i] < (i == 0 ? 0 : at[i - 1]) || i == 0 && at[i] != 0) {
                throw new ShapeException("expected splits that ascend from 0 but was " + splits);
            }
        }
        if (at.length == 0 || at[at.length - 1] != n) {
            throw new ShapeException("expected splits that end at " + n + " but was " + splits);
        }
        return at;
    }

    /** Where the characters of UTF-8 start, and where the last ends; bytes that continue none belong to the one before. */
    public static int[] starts(byte[] s) {
        int[] starts = new int[s.length + 1];
        int n = 0;
        for (int i = 0; i < s.length; i++) {
            if ((s[i] & 0xc0) != 0x80) {
                starts[n++] = i;
            }
        }
        starts[n++] = s.length;
        return java.util.Arrays.copyOf(starts, n);
    }
}
