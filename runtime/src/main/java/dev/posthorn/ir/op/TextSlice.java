package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Parts of strings: {@code x[…], at[…], n[…] → y[…]}, n bytes, or characters of UTF-8, from place {@code at}, which counts
 * from the end where it is negative; fewer where the string ends. The three are broadcast.
 *
 * <p>(C1) at inside of the string, or its end. (C2) integers of one dtype. Source: TF Substr.
 */
public record TextSlice(boolean characters) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = Texts.strings(in.count(3), 0);
        DType at = in.dtype(1);
        if (!at.isInteger() || in.dtype(2) != at) { // (C2)
            throw new ShapeException("expected places and lengths of one integer type but was " + in.types());
        }
        return x.withShape(Shape.broadcast(x.shape(), Shape.broadcast(in.shape(1), in.shape(2))));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        int[] xi = Index.broadcast(in.get(0).shape(), out.shape());
        int[] ai = Index.broadcast(in.get(1).shape(), out.shape());
        int[] ni = Index.broadcast(in.get(2).shape(), out.shape());
        for (int i = 0; i < y.size(); i++) {
            byte[] x = in.get(0).byteStrings()[xi[i]];
            int[] starts = characters
                    ? Texts.starts(x)
                    : IntStream.rangeClosed(0, x.length).toArray();
            int length = starts.length - 1;
            long at = in.get(1).getLong(ai[i]);
            if (at < -length || at > length) { // (C1)
                throw new ShapeException(
                        "expected a place in a string of " + length + " but was " + at + " (element " + i + ")");
            }
            int from = (int) (at < 0 ? at + length : at);
            long n = Math.max(0, Math.min(in.get(2).getLong(ni[i]), length - from));
            y.byteStrings()[i] = Arrays.copyOfRange(x, starts[from], starts[from + (int) n]);
        }
        return y;
    }
}
