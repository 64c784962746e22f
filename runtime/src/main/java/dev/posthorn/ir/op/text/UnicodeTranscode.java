package dev.posthorn.ir.op.text;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import java.util.List;

/** The same text in another encoding: {@code x[…] → y[…]}. Source: TF UnicodeTranscode. */
public record UnicodeTranscode(Encoding from, Encoding to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Texts.map(in.get(0), out, s -> from.transcoded(s, to));
    }
}
