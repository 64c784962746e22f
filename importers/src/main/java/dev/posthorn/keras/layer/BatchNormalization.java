package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Moments;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.WeightOptions;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code y = gamma · (x − mean) / √(variance + epsilon) + beta} along one axis, or several in Keras 2: with the moving statistics, or in training
 * those of the batch, towards which the moving ones then go. A frozen layer keeps to the moving statistics in training
 * too. Source: keras/src/layers/normalization/batch_normalization.py.
 *
 * @param fuses whether pictures and volumes are normalised by TensorFlow's own operation, as in Keras 2, which ignores masks and
 *     keeps the variance of a sample
 */
public record BatchNormalization(
        String className,
        Axes axis,
        double momentum,
        double epsilon,
        boolean center,
        boolean scale,
        WeightOptions beta,
        WeightOptions gamma,
        Object meanInitializer,
        Object varianceInitializer,
        boolean isSynchronized,
        Renorm renorm,
        boolean fuses)
        implements SimpleLayer {
    /** Batch renormalisation; Keras 2 says nothing of it where it is off. */
    public record Renorm(boolean on, Object clipping, double momentum) {
        private static final double MOMENTUM = 0.99;

        static Renorm of(Fields<Renorm> f) {
            if (f.dialect() == Dialect.KERAS3) {
                return new Renorm(
                        f.of("renorm", FieldType.BOOL, Renorm::on, false),
                        f.of("renorm_clipping", FieldType.ANY, Renorm::clipping),
                        f.of("renorm_momentum", Numbers.FLOAT, Renorm::momentum, MOMENTUM));
            }
            Boolean on = f.rare("renorm", FieldType.BOOL, r -> r.on ? Boolean.TRUE : null);
            Object clipping = f.rare("renorm_clipping", FieldType.ANY, Renorm::clipping);
            Double momentum =
                    f.rare("renorm_momentum", Numbers.FLOAT, r -> r.on || r.momentum != MOMENTUM ? r.momentum : null);
            return new Renorm(Boolean.TRUE.equals(on), clipping, momentum == null ? MOMENTUM : momentum);
        }
    }

    public static Codec<BatchNormalization> codec(String className) {
        return Codec.of(
                className,
                f -> new BatchNormalization(
                        className,
                        f.of("axis", Axes.TYPE, BatchNormalization::axis, Axes.LAST),
                        f.of("momentum", Numbers.FLOAT, BatchNormalization::momentum, 0.99),
                        f.of("epsilon", Numbers.FLOAT, BatchNormalization::epsilon, 1e-3),
                        f.of("center", FieldType.BOOL, BatchNormalization::center, true),
                        f.of("scale", FieldType.BOOL, BatchNormalization::scale, true),
                        f.group(WeightOptions.of("beta"), BatchNormalization::beta),
                        f.group(WeightOptions.of("gamma"), BatchNormalization::gamma),
                        f.of("moving_mean_initializer", FieldType.ANY, BatchNormalization::meanInitializer),
                        f.of("moving_variance_initializer", FieldType.ANY, BatchNormalization::varianceInitializer),
                        f.of(List.of("synchronized", ""), FieldType.BOOL, BatchNormalization::isSynchronized, false),
                        f.group(Renorm::of, BatchNormalization::renorm),
                        f.implied(
                                "the variance of a sample", BatchNormalization::fuses, f.dialect() == Dialect.KERAS2)));
    }

    public BatchNormalization {
        if (axis.list().isEmpty()) {
            throw new UnsupportedModelException(className + ": expected an axis but was none");
        }
    }

    @Override
    public boolean mixesBatch() {
        return true;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int[] n = shape(inputs.get(0).shape());
        List<Weight> weights = new ArrayList<>();
        if (scale) {
            weights.add(Weight.of("gamma", n));
        }
        if (center) {
            weights.add(Weight.of("beta", n));
        }
        weights.add(Weight.frozen("moving_mean", n));
        weights.add(Weight.frozen("moving_variance", n));
        if (renorm.on) {
            List.of("moving_stddev", "renorm_mean", "renorm_stddev").forEach(w -> weights.add(Weight.frozen(w, n)));
        }
        return weights;
    }

    /** One size; along several axes as many as x has, each 1 but theirs. */
    private int[] shape(Shape x) {
        if (axis.list().size() == 1) {
            return new int[] {x.dim(axis.list().get(0))};
        }
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        axis.list().forEach(a -> dims[x.axis(a)] = x.dim(a));
        return dims;
    }

    private Value alongSeveral(Call c, Value x) {
        Builder b = c.builder();
        Value mean = c.rawWeight("moving_mean");
        Value variance = c.rawWeight("moving_variance");
        Value gamma = scale ? b.cast(c.rawWeight("gamma"), x.dtype()) : null;
        Value beta = center ? b.cast(c.rawWeight("beta"), x.dtype()) : null;
        if (c.training() && c.trainable()) {
            int[] own = axis.list().stream().mapToInt(x.shape()::axis).toArray();
            int[] others = IntStream.range(0, x.shape().rank())
                    .filter(i -> IntStream.of(own).noneMatch(a -> a == i))
                    .toArray();
            Value batch = b.reduce(Reduce.Fn.MEAN, x, true, others);
            Value spread = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, b.minus(x, batch)), true, others);
            if (renorm.on) {
                Value stddev = b.unary(Unary.Fn.SQRT, b.binary(Binary.Fn.ADD, spread, epsilon));
                Value[] corrections = corrections(c, batch, stddev);
                Value shift = gamma == null ? corrections[1] : b.times(corrections[1], gamma);
                beta = beta == null ? shift : b.plus(shift, beta);
                gamma = gamma == null ? corrections[0] : b.times(corrections[0], gamma);
                remember(c, batch, stddev);
            } else {
                c.update("moving_mean", towards(b, mean, batch, momentum));
                c.update("moving_variance", towards(b, variance, spread, momentum));
            }
            mean = batch;
            variance = spread;
        }
        Value inverse = b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, b.cast(variance, x.dtype()), epsilon));
        inverse = gamma == null ? inverse : b.times(inverse, gamma);
        Value y = b.times(b.minus(x, b.cast(mean, x.dtype())), inverse);
        y = beta == null ? y : b.plus(y, beta);
        return b.cast(y, c.policy().compute());
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        Value x = input.dtype().isFloating() ? input : b.cast(input, DType.FLOAT32);
        if (axis.list().size() > 1) {
            return alongSeveral(c, x);
        }
        Value mean = c.rawWeight("moving_mean");
        Value variance = c.rawWeight("moving_variance");
        int n = mean.shape().dim(0);
        Value gamma = scale ? c.rawWeight("gamma") : filled(b, n, 1);
        Value beta = center ? c.rawWeight("beta") : filled(b, n, 0);
        int at = x.shape().axis(axis.list().get(0));
        if (c.training() && c.trainable()) {
            boolean fused = isFused(x, at);
            Moments batch = Moments.of(b, x, at, fused ? Optional.empty() : c.mask());
            if (renorm.on) {
                Value stddev = b.unary(Unary.Fn.SQRT, b.binary(Binary.Fn.ADD, batch.variance(), epsilon));
                Value[] corrections = corrections(c, batch.mean(), stddev);
                beta = b.plus(b.times(corrections[1], gamma), beta);
                gamma = b.times(corrections[0], gamma);
                remember(c, batch.mean(), stddev);
            } else {
                c.update("moving_mean", towards(b, mean, batch.mean(), momentum));
                Value spread = fused ? ofSample(b, x, at, batch.variance()) : batch.variance();
                c.update("moving_variance", towards(b, variance, spread, momentum));
            }
            mean = batch.mean();
            variance = batch.variance();
        }
        return b.cast(
                b.add(new BatchNorm(at, epsilon), x, gamma, beta, mean, variance),
                c.policy().compute());
    }

    /** Source: BatchNormalizationBase.build and _fused_can_be_used of Keras 2.15. */
    private boolean isFused(Value x, int at) {
        int rank = x.shape().rank();
        boolean can =
                fuses && !renorm.on && !isSynchronized && !className.startsWith("Sync") && x.dtype() != DType.FLOAT64;
        return can && (rank == 4 || rank == 5) && (at == 1 || at == rank - 1);
    }

    /** n / (n − 1) times the variance of n elements. Source: TF FusedBatchNormV3. */
    private static Value ofSample(Builder b, Value x, int at, Value variance) {
        Dim[] others = IntStream.range(0, x.shape().rank())
                .filter(i -> i != at)
                .mapToObj(i -> b.dim(x, i))
                .toArray(Dim[]::new);
        Value n = b.cast(b.reduce(Reduce.Fn.PROD, b.shape(others), false, 0), variance.dtype());
        Value less = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.SUB, n, 1), 1);
        return b.times(variance, b.over(n, less));
    }

    /** By which factor and difference the batch's statistics are away from the renorm ones, clipped. */
    private Value[] corrections(Call c, Value mean, Value stddev) {
        Builder b = c.builder();
        Map<?, ?> clip = renorm.clipping instanceof Map<?, ?> m ? m : Map.of();
        Value usual = b.binary(
                Binary.Fn.MAX, b.cast(c.rawWeight("renorm_stddev"), mean.dtype()), (float) Math.sqrt((float) epsilon));
        Value r = b.over(stddev, usual);
        r = clip.get("rmin") instanceof Number n ? b.binary(Binary.Fn.MAX, r, n.doubleValue()) : r;
        r = clip.get("rmax") instanceof Number n ? b.binary(Binary.Fn.MIN, r, n.doubleValue()) : r;
        Value d = b.over(b.minus(mean, b.cast(c.rawWeight("renorm_mean"), mean.dtype())), usual);
        if (clip.get("dmax") instanceof Number n) {
            d = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, d, -n.doubleValue()), n.doubleValue());
        }
        return new Value[] {b.add(new StopGradient(), r), b.add(new StopGradient(), d)};
    }

    private void remember(Call c, Value mean, Value stddev) {
        Builder b = c.builder();
        c.update("renorm_mean", towards(b, c.rawWeight("renorm_mean"), mean, renorm.momentum));
        c.update("renorm_stddev", towards(b, c.rawWeight("renorm_stddev"), stddev, renorm.momentum));
        c.update("moving_mean", towards(b, c.rawWeight("moving_mean"), mean, momentum));
        Value moving = towards(b, c.rawWeight("moving_stddev"), stddev, momentum);
        c.update("moving_stddev", moving);
        Value variance = b.binary(Binary.Fn.SUB, b.unary(Unary.Fn.SQUARE, moving), epsilon);
        c.update("moving_variance", b.unary(Unary.Fn.RELU, variance));
    }

    private static Value towards(Builder b, Value moving, Value batch, double momentum) {
        Value old = b.binary(Binary.Fn.MUL, b.cast(moving, batch.dtype()), momentum);
        return b.cast(b.plus(old, b.binary(Binary.Fn.MUL, batch, 1 - momentum)), moving.dtype());
    }

    private static Value filled(Builder b, int n, float value) {
        float[] data = new float[n];
        Arrays.fill(data, value);
        return b.constant(Tensor.of(Shape.of(n), data));
    }
}
