package dev.posthorn.ir.op;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Strings put one after the other: {@code y[…] = x₀[…] + separator + x₁[…] + …}. Operands have one shape or are scalars.
 * Source: TF StringJoin.
 */
public record TextJoin(String separator) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.size() == 0) {
            throw new ShapeException("expected strings to join but was no operand");
        }
        Shape y = Shape.SCALAR;
        for (int i = 0; i < in.size(); i++) {
            Shape x = Texts.strings(in, i).shape();
            y = x.isRanked() && x.rank() == 0 ? y : y.isRanked() && y.rank() == 0 ? x : Shape.merge(y, x);
        }
        return in.type(0).withShape(y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        byte[] between = separator.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < y.size(); i++) {
            ByteArrayOutputStream s = new ByteArrayOutputStream();
            for (int k = 0; k < in.size(); k++) {
                if (k > 0) {
                    s.writeBytes(between);
                }
                byte[][] x = in.get(k).byteStrings();
                s.writeBytes(x[in.get(k).shape().rank() == 0 ? 0 : i]);
            }
            y.byteStrings()[i] = s.toByteArray();
        }
        return y;
    }
}
