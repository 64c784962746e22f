package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Biases, normalisations, softmax and losses. */
final class Normalisation {
    static final List<TfOp> ALL = List.of(
            one("BiasAdd", s -> s.b().plus(s.in(0), channels(s, s.in(0), s.in(1)))),
            one("BiasAddV1", s -> s.b().plus(s.in(0), s.in(1))),
            Direct.of("Softmax", new Softmax(List.of(-1))),
            Direct.of("LogSoftmax", new LogSoftmax(List.of(-1))),
            general("FusedBatchNorm", s -> batchNorm(s, 5)),
            general("FusedBatchNormV2", s -> batchNorm(s, 5)),
            general("FusedBatchNormV3", s -> batchNorm(s, 6)),
            many("SoftmaxCrossEntropyWithLogits", s -> crossEntropy(s, s.in(1))),
            many("SparseSoftmaxCrossEntropyWithLogits", s -> crossEntropy(s, oneHot(s, s.in(0), s.in(1)))));

    private Normalisation() {}

    /** A vector along the axis of channels. */
    static Value channels(Site s, Value x, Value bias) {
        if (!s.attributes().string("data_format", "NHWC").startsWith("NC")) {
            return bias;
        }
        Dim[] dims = new Dim[x.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        dims[1] = s.b().dim(bias, 0);
        return s.b().reshape(bias, dims);
    }

    private static List<TfValue> batchNorm(Site s, int outputs) {
        Value x = s.in(0);
        int axis = s.attributes().string("data_format", "NHWC").startsWith("NC")
                ? 1
                : x.shape().rank() - 1;
        double epsilon = s.attributes().real("epsilon", 1e-4f);
        if (!s.attributes().bool("is_training", true)) {
            Value y = s.b().add(new BatchNorm(axis, epsilon), x, s.in(1), s.in(2), s.in(3), s.in(4));
            List<TfValue> all = s.first(y, outputs);
            all.set(1, s.raw(3));
            all.set(2, s.raw(4));
            return all;
        }
        int[] axes = new int[x.shape().rank() - 1];
        Arrays.setAll(axes, a -> a < axis ? a : a + 1);
        Value wide = s.b().cast(x, s.dtype(1));
        Value mean = s.b().reduce(Reduce.Fn.MEAN, wide, true, axes);
        Value variance =
                s.b().reduce(Reduce.Fn.MEAN, s.b().unary(Unary.Fn.SQUARE, s.b().minus(wide, mean)), false, axes);
        Value flat = s.b().reshape(mean, s.b().dim(s.in(1), 0));
        Value y = s.b().add(new BatchNorm(axis, epsilon), x, s.in(1), s.in(2), flat, variance);
        Value rest = s.b().cast(s.b().over(Shapes.size(s, x), Shapes.value(s, s.b().dim(s.in(1), 0))), s.dtype(1));
        Value less = s.b().binary(Binary.Fn.MAX, s.b().binary(Binary.Fn.SUB, rest, 1), 1);
        double factor = s.attributes().real("exponential_avg_factor", 1);
        List<TfValue> all = s.first(y, outputs);
        // TensorFlow's gradient is that of y alone.
        Value unbiased = s.b().times(variance, s.b().over(rest, less));
        all.set(1, new TfValue.Of(s.b().add(new StopGradient(), moved(s, s.raw(3), flat, factor))));
        all.set(2, new TfValue.Of(s.b().add(new StopGradient(), moved(s, s.raw(4), unbiased, factor))));
        return all;
    }

    /** {@code (1 − factor)·old + factor·now}. */
    private static Value moved(Site s, TfValue old, Value now, double factor) {
        if (factor == 1) {
            return now;
        }
        Value before = s.frame().value(old, s.op(), s.where());
        return s.b().plus(s.b().binary(Binary.Fn.MUL, before, 1 - factor), s.b().binary(Binary.Fn.MUL, now, factor));
    }

    /** The loss of each row, and its gradient with respect to the logits. */
    private static List<Value> crossEntropy(Site s, Value labels) {
        Value logits = s.in(0);
        Value log = s.b().add(new LogSoftmax(List.of(-1)), logits);
        Value loss = s.b().unary(Unary.Fn.NEG, s.b().reduce(Reduce.Fn.SUM, s.b().times(labels, log), false, -1));
        return List.of(loss, s.b().minus(s.b().unary(Unary.Fn.EXP, log), labels));
    }

    private static Value oneHot(Site s, Value logits, Value labels) {
        List<Dim> along = new ArrayList<>(List.of(Dim.of(1), s.b().dim(logits, -1)));
        Value n = Shapes.value(s, along.get(1));
        Value classes = s.b().reshape(s.b().add(new Iota(DType.INT32), n), along.toArray(Dim[]::new));
        Value hot = s.b().compare(Compare.Fn.EQ, s.b().expandDims(s.b().cast(labels, DType.INT32), -1), classes);
        return s.b().cast(hot, logits.dtype());
    }
}
