package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where random windows begin that fractional pooling cuts axes into: {@code n[], key[1], counter[2] → y[outputs+1]}
 * for each of the axes, whose lengths are the first operands; int64, from 0 to n. Windows are {@code ⌊n/outputs⌋} or
 * one more in size: in random order, or as {@code ⌈n/outputs·(i + u)⌉} has it, u random, where {@code pseudo}. Source:
 * TF FractionalMaxPool.
 */
public record PoolingSequences(List<Integer> outputs, boolean pseudo) implements Op.Primitive {
    public PoolingSequences {
        outputs = List.copyOf(outputs);
    }

    @Override
    public List<TensorType> infer(Operands in) {
        int axes = outputs.size();
        in.count(axes + 2);
        for (int a = 0; a < axes; a++) {
            if (!in.dtype(a).isInteger() || !in.shape(a).accepts(Shape.SCALAR) || outputs.get(a) < 1) {
                throw new ShapeException(
                        "expected lengths of axes and windows but was " + in.types() + " and " + outputs);
            }
        }
        Draws.check(in, axes);
        return outputs.stream().map(n -> TensorType.of(DType.INT64, n + 1)).toList();
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int axes = outputs.size();
        long drawn = 0;
        List<Tensor> all = new ArrayList<>();
        for (int a = 0; a < axes; a++) {
            int n = (int) in.get(a).getLong(0);
            int m = outputs.get(a);
            if (n < m) {
                throw new ShapeException("expected at least " + m + " elements but was " + n);
            }
            Philox source = Draws.source(in.get(axes), in.get(axes + 1)).skip(drawn);
            long[] y = pseudo ? regular(n, m, source) : shuffled(n, m, source);
            drawn += pseudo ? 1 : (m + 3) / 4;
            for (int i = 1; i <= m; i++) {
                y[i] += y[i - 1];
            }
            all.add(Tensor.of(DType.INT64, Shape.of(m + 1), y));
        }
        return all;
    }

    /** The sizes of the windows, behind a 0. */
    private static long[] regular(int n, int m, Philox source) {
        double alpha = (double) n / m;
        int k = n / m;
        double most = Math.min((k + 2) / alpha - 1, (n + 1 - k) / alpha - (m - 1));
        int[] four = source.next();
        double u = Philox.unit(four[0], four[1]) * most;
        long[] sizes = new long[m + 1];
        long before = 1;
        for (int i = 1; i <= m; i++) {
            long now = i == m ? n + 1 : (long) Math.ceil(alpha * (i + u));
            sizes[i] = now - before;
            before = now;
        }
        return sizes;
    }

    private static long[] shuffled(int n, int m, Philox source) {
        long[] sizes = new long[m + 1];
        for (int i = 0; i < m; i++) {
            int size = n / m + (i < n % m ? 1 : 0);
            sizes[i + 1] = size;
        }
        int[] four = {};
        for (int i = 0; i + 1 < m; i++) {
            four = i % 4 == 0 ? source.next() : four;
            int other = i + Integer.remainderUnsigned(four[i % 4], m - i);
            long t = sizes[i + 1];
            sizes[i + 1] = sizes[other + 1];
            sizes[other + 1] = t;
        }
        return sizes;
    }
}
