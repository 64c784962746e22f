package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.text.Re2;
import java.nio.charset.Charset;
import java.util.List;

/**
 * Whether the whole of a string matches a regular expression in RE2's syntax: {@code x[…] → y[…]} as bool. Source: TF
 * RegexFullMatch.
 */
public record TextMatch(String pattern) implements Op.Single {
    public TextMatch {
        new Re2(pattern);
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0).withDType(DType.BOOL);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        Re2 re = new Re2(pattern);
        byte[][] x = in.get(0).byteStrings();
        for (int i = 0; i < x.length; i++) {
            Charset charset = Texts.charset(x[i]);
            y.setLong(i, re.matches(new String(x[i], charset)) ? 1 : 0);
        }
        return y;
    }
}
