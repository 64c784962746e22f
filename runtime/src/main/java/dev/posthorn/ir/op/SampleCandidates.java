package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Random classes, and how often classes are expected among them: {@code true[…], key[1], counter[2] → sampled[n],
 * ofTrue[…], ofSampled[n]}; classes are int64, below {@code range} (C1). Where they are {@code unique}, classes are
 * drawn until there are n, and t draws expect {@code 1 − (1 − p)^t} of a class of probability p; else {@code n·p}.
 * Sources: TF UniformCandidateSampler; tensorflow/core/kernels/range_sampler.cc.
 */
public record SampleCandidates(Kind kind, int n, int range, boolean unique) implements Op.Primitive {
    /**
     * What is drawn: all classes in order, any, or class c with probability {@code log((c + 2)/(c + 1))/log(range +
     * 1)}.
     */
    public enum Kind {
        ALL,
        UNIFORM,
        LOG_UNIFORM
    }

    public SampleCandidates {
        if (n < 1 || range < 1 || unique && n > range || kind == Kind.ALL && n != range) {
            throw new ShapeException("SampleCandidates: expected classes to choose from but was " + n + " of " + range);
        }
    }

    @Override
    public List<TensorType> infer(Operands in) {
        if (in.count(3).dtype(0) != DType.INT64) {
            throw new ShapeException("expected classes of int64 but was " + in.type(0));
        }
        Draws.check(in, 1);
        return List.of(
                TensorType.of(DType.INT64, n), in.type(0).withDType(DType.FLOAT32), TensorType.of(DType.FLOAT32, n));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        SingleDraws draws = SingleDraws.of(in.get(1), in.get(2));
        long[] sampled = new long[n];
        int tries = n;
        if (unique && kind != Kind.ALL) {
            Set<Long> used = new HashSet<>();
            tries = 0;
            for (int i = 0; i < n; tries++) {
                long drawn = drawn(draws);
                if (used.add(drawn)) {
                    sampled[i++] = drawn;
                }
            }
        } else {
            for (int i = 0; i < n; i++) {
                sampled[i] = kind == Kind.ALL ? i : drawn(draws);
            }
        }
        Tensor classes = Tensor.of(DType.INT64, Shape.of(n), sampled);
        return List.of(classes, expected(in.get(0), tries), expected(classes, tries));
    }

    private long drawn(SingleDraws draws) {
        if (kind == Kind.UNIFORM) {
            return draws.belowOf64(range);
        }
        int high = draws.next();
        double u = Philox.unit(high, draws.next());
        return ((long) Math.exp(u * Math.log1p(range)) - 1) % range;
    }

    private Tensor expected(Tensor classes, int tries) {
        Tensor y = Tensor.zeros(classes.type().withDType(DType.FLOAT32));
        for (int i = 0; i < y.size(); i++) {
            long c = classes.longs()[i];
            if (c < 0 || c >= range) { // (C1)
                throw new ShapeException("expected classes in [0, " + range + ") but was " + c);
            }
            float p = switch (kind) {
                case ALL -> 1f / n;
                case UNIFORM -> (float) (1.0 / range);
                case LOG_UNIFORM -> (float) (Math.log((c + 2.0) / (c + 1.0)) / Math.log1p(range));
            };
            y.floats()[i] = tries == n ? p * n : (float) -Math.expm1(tries * Math.log1p(-p));
        }
        return y;
    }
}
