package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Text of code points: {@code points[k], splits[n+1] → y[n]}; string i is made of the points {@code splits[i]} to
 * {@code splits[i+1]}. Source: TF UnicodeEncode.
 */
public record UnicodeEncode(Encoding encoding) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Shape splits = in.count(2).shape(1);
        if (in.dtype(0) != DType.INT32 || !in.dtype(1).isInteger() || splits.isRanked() && splits.rank() != 1) {
            throw new ShapeException("expected int32 code points and a vector of splits but was " + in.types());
        }
        int n = splits.isRanked() ? splits.dim(0) : Shape.UNKNOWN;
        return TensorType.of(DType.STRING, n == Shape.UNKNOWN ? Shape.UNKNOWN : Math.max(n, 1) - 1);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int[] points = in.get(0).ints();
        int[] at = Texts.splits(in.get(1), points.length);
        Tensor y = Tensor.zeros(TensorType.of(DType.STRING, at.length - 1));
        for (int i = 0; i + 1 < at.length; i++) {
            ByteArrayOutputStream s = new ByteArrayOutputStream();
            for (int k = at[i]; k < at[i + 1]; k++) {
                encoding.encode(points[k], s);
            }
            y.byteStrings()[i] = s.toByteArray();
        }
        return y;
    }
}
