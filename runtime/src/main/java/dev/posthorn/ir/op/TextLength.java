package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** How long strings are, in bytes, or in characters of UTF-8: {@code x[…] → y[…]} as int32. Source: TF StringLength. */
public record TextLength(boolean characters) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0).withDType(DType.INT32);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        byte[][] x = in.get(0).byteStrings();
        for (int i = 0; i < x.length; i++) {
            y.setLong(i, characters ? Texts.starts(x[i]).length - 1 : x[i].length);
        }
        return y;
    }
}
