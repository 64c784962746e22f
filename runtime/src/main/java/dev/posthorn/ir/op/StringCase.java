package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Strings in lower or upper case: letters of ASCII alone, or of UTF-8 where {@code unicode}. Source: TF StringLower,
 * StringUpper.
 */
public record StringCase(boolean upper, boolean unicode) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Texts.map(in.get(0), out, unicode ? this::whole : this::ascii);
    }

    private byte[] whole(byte[] s) {
        String text = new String(s, StandardCharsets.UTF_8);
        return (upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] ascii(byte[] s) {
        byte[] y = s.clone();
        for (int i = 0; i < y.length; i++) {
            boolean letter = upper ? y[i] >= 'a' && y[i] <= 'z' : y[i] >= 'A' && y[i] <= 'Z';
            y[i] = (byte) (letter ? y[i] ^ 0x20 : y[i]);
        }
        return y;
    }
}
