package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Celu;
import dev.posthorn.ir.fn.Einsum;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.Glu;
import dev.posthorn.ir.fn.HardShrink;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.SoftShrink;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.SoftmaxCrossEntropy;
import dev.posthorn.ir.fn.Sparsemax;
import dev.posthorn.ir.fn.Squareplus;
import dev.posthorn.ir.fn.Threshold;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DataFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Operations of neural networks. Source: keras/src/backend/tensorflow/nn.py, keras/src/ops/nn.py. */
final class NeuralOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("BatchNorm", of(NeuralOperations::batchNorm)),
            Map.entry("BinaryCrossentropy", of(NeuralOperations::binaryCrossentropy)),
            Map.entry("CategoricalCrossentropy", of(NeuralOperations::categoricalCrossentropy)),
            Map.entry("Celu", activation(a -> new Celu(a.number("alpha", 1)))),
            Map.entry("DepthToSpace", of(a -> blocks(a, true))),
            Map.entry("DotProductAttention", of(NeuralOperations::attention)),
            Map.entry("Elu", activation(a -> new Elu(a.number("alpha", 1)))),
            Map.entry("Gelu", activation(a -> new Gelu(a.flag("approximate")))),
            Map.entry("Glu", activation(a -> new Glu(a.integer("axis", -1)))),
            Map.entry("HardShrink", activation(a -> new HardShrink(a.number("threshold", 0.5)))),
            Map.entry("HardSigmoid", activation("hard_sigmoid")),
            Map.entry("HardSilu", activation("hard_silu")),
            Map.entry("HardTanh", activation("hard_tanh")),
            Map.entry("LayerNorm", of(NeuralOperations::layerNorm)),
            Map.entry("LeakyRelu", activation(a -> new LeakyRelu(a.number("negative_slope", 0.2)))),
            Map.entry("LogSigmoid", activation("log_sigmoid")),
            Map.entry("LogSoftmax", activation(a -> new LogSoftmax(axes(a)))),
            Map.entry("Normalize", of(NeuralOperations::normalize)),
            Map.entry("RMSNorm", of(NeuralOperations::rmsNorm)),
            Map.entry("Relu6", activation("relu6")),
            Map.entry("Selu", activation("selu")),
            Map.entry("Silu", activation("silu")),
            Map.entry("SoftShrink", activation(a -> new SoftShrink(a.number("threshold", 0.5)))),
            Map.entry("Softmax", activation(a -> new Softmax(axes(a)))),
            Map.entry("Softsign", activation("softsign")),
            Map.entry("SpaceToDepth", of(a -> blocks(a, false))),
            Map.entry("SparseCategoricalCrossentropy", of(NeuralOperations::sparseCategoricalCrossentropy)),
            Map.entry("SparsePlus", activation("sparse_plus")),
            Map.entry("SparseSigmoid", activation("sparse_sigmoid")),
            Map.entry("Sparsemax", activation(a -> new Sparsemax(a.integer("axis", -1)))),
            Map.entry("Squareplus", activation(a -> new Squareplus(a.number("b", 4)))),
            Map.entry("TanhShrink", activation("tanh_shrink")),
            Map.entry(
                    "Threshold",
                    activation(a -> new Threshold(a.number("threshold", 0), a.number("default_value", 0)))));

    private static final double EPSILON = 1e-7;

    private NeuralOperations() {}

    private static Operation activation(Function<Arguments, Op> op) {
        return of(a -> a.b().add(op.apply(a), a.x()));
    }

    private static Operation activation(String name) {
        return activation(a -> Activation.of(name).op());
    }

    private static List<Integer> axes(Arguments a) {
        return IntStream.of(a.axes(a.x())).boxed().toList();
    }

    private static Value batchNorm(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int axis = x.shape().axis(a.integer("axis", -1));
        Value variance = b.plus(along(a, "variance", 2, x, axis), b.constant(x.dtype(), a.number("epsilon", 1e-3)));
        Value y = b.times(b.minus(x, along(a, "mean", 1, x, axis)), b.unary(Unary.Fn.RSQRT, variance));
        y = a.raw("scale", 4) == null ? y : b.times(y, along(a, "scale", 4, x, axis));
        return a.raw("offset", 3) == null ? y : b.plus(y, along(a, "offset", 3, x, axis));
    }

    /** A vector argument along one axis of x. */
    private static Value along(Arguments a, String name, int position, Value x, int axis) {
        Dim[] dims = new Dim[x.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        dims[axis] = a.b().dim(x, axis);
        return a.b().reshape(a.b().cast(a.tensor(name, position), x.dtype()), dims);
    }

    private static Value layerNorm(Arguments a) {
        Builder b = a.b();
        Value x = b.cast(a.x(), Promotion.of(a.x().dtype(), DType.FLOAT32));
        int[] axes = a.axes(x);
        Value centred = b.minus(x, b.reduce(Reduce.Fn.MEAN, x, true, axes));
        Value variance = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, centred), true, axes);
        Value y = b.times(a.flag("rms_scaling") ? x : centred, scale(a, variance));
        y = a.raw("gamma", 1) == null ? y : b.times(y, over(a, "gamma", 1, x, axes));
        y = a.raw("beta", 2) == null || a.flag("rms_scaling") ? y : b.plus(y, over(a, "beta", 2, x, axes));
        return b.cast(y, a.x().dtype());
    }

    /** An argument that has the normalised axes alone, beside x. */
    private static Value over(Arguments a, String name, int position, Value x, int[] axes) {
        Value v = a.b().cast(a.tensor(name, position), x.dtype());
        if (v.shape().rank() == x.shape().rank()
                || axes.length == 1 && axes[0] == x.shape().rank() - 1) {
            return v;
        }
        Dim[] dims = new Dim[x.shape().rank()];
        Arrays.fill(dims, Dim.of(1));
        for (int axis : axes) {
            dims[axis] = a.b().dim(x, axis);
        }
        return a.b().reshape(v, dims);
    }

    private static Value rmsNorm(Arguments a) {
        Builder b = a.b();
        Value x = b.cast(a.x(), Promotion.of(a.x().dtype(), DType.FLOAT32));
        Value square = b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, x), true, a.axes(x));
        Value y = b.times(x, scale(a, square));
        y = a.raw("scale", 1) == null ? y : b.times(y, b.cast(a.tensor("scale", 1), x.dtype()));
        return b.cast(y, a.x().dtype());
    }

    /** 1 / √(variance + ε). */
    private static Value scale(Arguments a, Value variance) {
        return a.b().unary(Unary.Fn.RSQRT, a.b().binary(Binary.Fn.ADD, variance, a.number("epsilon", EPSILON)));
    }

    private static Value normalize(Arguments a) {
        Builder b = a.b();
        Value x = ElementwiseOperations.floating(a);
        double order = a.number("order", 2);
        double epsilon = a.number("epsilon", EPSILON);
        int[] axes = a.axes(x);
        if (order == 2) {
            Value sum = b.reduce(Reduce.Fn.SUM, b.unary(Unary.Fn.SQUARE, x), true, axes);
            return b.times(x, b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.MAX, sum, epsilon * epsilon)));
        }
        Value powers = b.reduce(Reduce.Fn.SUM, b.binary(Binary.Fn.POW, b.unary(Unary.Fn.ABS, x), order), true, axes);
        return b.over(x, b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.POW, powers, 1 / order), epsilon));
    }

    private static Value clipped(Builder b, Value p) {
        return b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, p, EPSILON), 1 - EPSILON);
    }

    private static Value binaryCrossentropy(Arguments a) {
        Builder b = a.b();
        Value y = a.tensor("target", 0);
        Value x = a.tensor("output", 1);
        Value one = b.constant(x.dtype(), 1);
        if (a.flag("from_logits")) { // max(x, 0) − x·y + log(1 + exp(−|x|))
            Value tail =
                    b.unary(Unary.Fn.LOG1P, b.unary(Unary.Fn.EXP, b.unary(Unary.Fn.NEG, b.unary(Unary.Fn.ABS, x))));
            return b.plus(b.minus(b.unary(Unary.Fn.RELU, x), b.times(x, y)), tail);
        }
        Value p = clipped(b, x);
        Value hit = b.times(y, b.unary(Unary.Fn.LOG, p));
        Value miss = b.times(b.minus(one, y), b.unary(Unary.Fn.LOG, b.minus(one, p)));
        return b.unary(Unary.Fn.NEG, b.plus(hit, miss));
    }

    private static Value categoricalCrossentropy(Arguments a) {
        Value x = a.tensor("output", 1);
        return crossentropy(a, a.b().cast(a.tensor("target", 0), x.dtype()), x);
    }

    private static Value sparseCategoricalCrossentropy(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("output", 1);
        Value y = a.tensor("target", 0);
        int axis = x.shape().axis(a.integer("axis", -1));
        Value i = b.cast(y.shape().rank() == x.shape().rank() ? b.squeeze(y, -1) : y, DType.INT32);
        Value hit = b.compare(Compare.Fn.EQ, b.expandDims(i, axis), Extents.positions(b, x, axis));
        return crossentropy(a, b.cast(hit, x.dtype()), x);
    }

    private static Value crossentropy(Arguments a, Value y, Value x) {
        Builder b = a.b();
        int axis = x.shape().axis(a.integer("axis", -1));
        if (a.flag("from_logits")) {
            return b.add(new SoftmaxCrossEntropy(axis), x, y);
        }
        Value p = b.over(x, b.reduce(Reduce.Fn.SUM, x, true, axis));
        Value log = b.unary(Unary.Fn.LOG, clipped(b, p));
        return b.unary(Unary.Fn.NEG, b.reduce(Reduce.Fn.SUM, b.times(y, log), false, axis));
    }

    /** {@code softmax(q[b×t×h×d]·k[b×s×h×d]·scale + bias)·v[b×s×h×d] → [b×t×h×d]}. */
    private static Value attention(Arguments a) {
        Builder b = a.b();
        Value q = a.tensor("query", 0);
        if (a.option("attn_logits_soft_cap") != null) {
            throw a.unsupported("attn_logits_soft_cap");
        }
        double scale = a.raw("scale", 5) instanceof Number n
                ? n.doubleValue()
                : 1 / Math.sqrt(q.shape().dim(-1));
        Value logits = Einsum.of(b, "BTNH,BSNH->BNTS", List.of(q, a.tensor("key", 1)));
        logits = b.binary(Binary.Fn.MUL, logits, scale);
        if (a.raw("bias", 3) != null) {
            logits = b.plus(logits, a.tensor("bias", 3));
        }
        if (a.raw("mask", 4) != null) {
            Value low = b.constant(logits.dtype(), -0.7 * RoundingOperations.largest(logits.dtype()));
            logits = b.select(a.tensor("mask", 4), logits, low);
        }
        if (a.flag("is_causal")) {
            Value low = b.constant(logits.dtype(), -0.7 * RoundingOperations.largest(logits.dtype()));
            Value past = b.compare(Compare.Fn.LE, Extents.positions(b, logits, 3), Extents.positions(b, logits, 2));
            logits = b.select(past, logits, low);
        }
        Value weights = b.add(new Softmax(List.of(3)), logits);
        return Einsum.of(b, "BNTS,BSNH->BTNH", List.of(weights, a.tensor("value", 2)));
    }

    private static Value blocks(Arguments a, boolean toSpace) {
        Builder b = a.b();
        DataFormat format = WindowOperations.format(a);
        Value x = format.toLast(b, a.x());
        int n = a.integer("block_size", 2);
        Dim[] d = b.dims(x);
        int h = x.shape().dim(1);
        int w = x.shape().dim(2);
        int c = x.shape().dim(3);
        if (h < 0 || w < 0) {
            throw a.unsupported("a dimension that is not known");
        }
        Dim k = Dim.of(n);
        return format.fromLast(
                b,
                toSpace
                        ? b.reshape(
                                b.transpose(b.reshape(x, d[0], d[1], d[2], k, k, Dim.of(c / n / n)), 0, 1, 3, 2, 4, 5),
                                d[0],
                                Dim.of(h * n),
                                Dim.of(w * n),
                                Dim.of(c / n / n))
                        : b.reshape(
                                b.transpose(
                                        b.reshape(x, d[0], Dim.of(h / n), k, Dim.of(w / n), k, d[3]), 0, 1, 3, 2, 4, 5),
                                d[0],
                                Dim.of(h / n),
                                Dim.of(w / n),
                                Dim.of(c * n * n)));
    }
}
