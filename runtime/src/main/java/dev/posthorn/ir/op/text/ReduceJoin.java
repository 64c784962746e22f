package dev.posthorn.ir.op.text;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Index;
import dev.posthorn.ir.op.Texts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Strings along axes joined: {@code x[…] → y[… without axes]}; the first of the axes counts fastest. Source: TF ReduceJoin.
 */
public record ReduceJoin(List<Integer> axes, boolean keepDims, String separator) implements Op.Single {
    public ReduceJoin {
        axes = List.copyOf(axes);
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = Texts.strings(in.count(1), 0);
        if (!x.shape().isRanked()) {
            return x;
        }
        axes.forEach(a -> Index.axis(a, x.shape()));
        return x.withShape(reduced(x.shape()));
    }

    private Shape reduced(Shape s) {
        Shape y = s;
        for (int a = s.rank() - 1; a >= 0; a--) {
            y = !axes.contains(a) ? y : keepDims ? y.with(a, 1) : y.remove(a);
        }
        return y;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape s = in.get(0).shape();
        int[] strides = Index.strides(s);
        Shape left = s;
        for (int a : axes) {
            left = left.with(a, 1);
        }
        int[] from = Index.walk(left, strides, 0);
        List<Integer> slowest = new ArrayList<>(axes);
        Collections.reverse(slowest);
        Shape inner = Shape.of(slowest.stream().mapToInt(s::dim).toArray());
        int[] places =
                Index.walk(inner, slowest.stream().mapToInt(a -> strides[a]).toArray(), 0);
        Tensor y = Tensor.zeros(new TensorType(out.dtype(), reduced(s)));
        byte[] between = separator.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < from.length; i++) {
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (int k = 0; k < places.length; k++) {
                joined.writeBytes(k == 0 ? new byte[0] : between);
                joined.writeBytes(in.get(0).byteStrings()[from[i] + places[k]]);
            }
            y.byteStrings()[i] = joined.toByteArray();
        }
        return y;
    }
}
