package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.autograd.Gradients;
import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Softsign;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Gradients that graphs hold as ops of their own. */
final class Derivatives {
    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;

    static final List<TfOp> ALL = List.of(
            one("Relu6Grad", s -> of(s, (b, x) -> b.add(new Relu6(), x.get(0)), s.in(0), s.in(1))),
            one("SoftsignGrad", s -> of(s, (b, x) -> b.add(new Softsign(), x.get(0)), s.in(0), s.in(1))),
            one("LeakyReluGrad", s -> {
                LeakyRelu op = new LeakyRelu(s.attributes().real("alpha", 0.2f));
                return of(s, (b, x) -> b.add(op, x.get(0)), s.in(0), s.in(1));
            }),
            one("EluGrad", s -> ofResult(s, 1, 1)),
            one("SeluGrad", s -> ofResult(s, SELU_SCALE, SELU_SCALE * SELU_ALPHA)),
            one("BiasAddGrad", Derivatives::bias),
            one("MirrorPadGrad", s -> moved(s, s.in(0), mirrored(s), index -> Joining.mirrored(s, index))),
            one("StridedSliceGrad", s -> {
                int[] shape = s.ints(0);
                return moved(
                        s, s.in(4), shape, index -> StridedSlices.read(s.given(index, s.raw(1), s.raw(2), s.raw(3))));
            }),
            one("CholeskyGrad", s -> Matrices.choleskyGradient(s.b(), s.in(0), s.in(1))),
            many("FusedBatchNormGrad", Derivatives::batchNorm),
            many("FusedBatchNormGradV2", Derivatives::batchNorm),
            many("FusedBatchNormGradV3", Derivatives::batchNorm),
            one("LRNGrad", s -> of(s, (b, x) -> Bits.localResponse(s, b, x.get(0)), s.in(0), s.in(1))),
            one(
                    "FakeQuantWithMinMaxArgsGradient",
                    s -> Quantisation.fakeGradient(s).get(0)),
            many("FakeQuantWithMinMaxVarsGradient", Quantisation::fakeGradient),
            many("FakeQuantWithMinMaxVarsPerChannelGradient", Quantisation::fakeGradient));

    private Derivatives() {}

    /** {@code dx = dy · ∂f(x)/∂x}. */
    static Value of(Site s, BiFunction<Builder, List<Value>, Value> f, Value dy, Value x) {
        return all(s.b(), f, dy, List.of(x)).get(0);
    }

    /** The derivatives of {@code Σ dy·f(xs)} by all floating-point xs; zeros where there is no influence. */
    static List<Value> all(Builder b, BiFunction<Builder, List<Value>, Value> f, Value dy, List<Value> xs) {
        Builder own = new Builder(); // its inputs are no constants, whatever xs are
        List<Value> in = new ArrayList<>();
        xs.forEach(x -> in.add(own.input("x" + in.size(), x.type())));
        Value y = f.apply(own, in);
        Value d = own.input("dy", dy.type());
        List<Optional<Value>> dxs = Gradients.of(own, List.of(y), List.of(d), in);
        Map<String, Value> results = new LinkedHashMap<>();
        for (int i = 0; i < xs.size(); i++) {
            Value x = in.get(i);
            results.put("d" + i, dxs.get(i).orElseGet(() -> Adjoint.zeros(own, x)));
        }
        in.add(d);
        Graph graph = own.graph(in, results, Map.of());
        List<Value> arguments = new ArrayList<>(xs);
        arguments.add(dy);
        return Rewriter.inline(graph, b, arguments);
    }

    /** The gradient of an exponential unit by its result y: {@code above} where y ≥ 0, else {@code y + below}. */
    private static Value ofResult(Site s, double above, double below) {
        Builder b = s.b();
        Value y = s.in(1);
        Value negative = b.compare(Compare.Fn.LT, y, b.constant(y.dtype(), 0));
        Value slope = b.select(negative, b.binary(Binary.Fn.ADD, y, below), b.constant(y.dtype(), above));
        return b.times(s.in(0), slope);
    }

    private static Value bias(Site s) {
        Value dy = s.in(0);
        int rank = dy.shape().rank();
        int axis = s.attributes().string("data_format", "NHWC").startsWith("NC") ? 1 : rank - 1;
        return s.b().reduce(
                        Reduce.Fn.SUM,
                        dy,
                        false,
                        IntStream.range(0, rank).filter(a -> a != axis).toArray());
    }

    /** An op that only moves elements, on an index of the elements. */
    @FunctionalInterface
    interface Movement {
        Value of(TfValue.Of index);
    }

    /** What flows back through a movement from a tensor of {@code shape}: added up where it came from. */
    static Value moved(Site s, Value dy, int[] shape, Movement movement) {
        Builder b = s.b();
        int n = Math.toIntExact(Shape.of(shape).longSize());
        Value index = b.reshape(b.add(new Iota(DType.INT32), b.constant(DType.INT32, n)), shape);
        Value from = b.reshape(movement.of(new TfValue.Of(index)), -1);
        Value flat = b.add(new ScatterAdd(0), from, b.reshape(dy, -1), b.ints(n));
        return b.reshape(flat, shape);
    }

    private static int[] mirrored(Site s) {
        int[] pads = s.ints(1);
        int[] shape = s.shape(0).dims();
        for (int a = 0; a < shape.length; a++) {
            shape[a] -= pads[2 * a] + pads[2 * a + 1];
        }
        return shape;
    }

    /** The gradients by x, scale and offset. */
    private static List<Value> batchNorm(Site s) {
        Builder b = s.b();
        Value x = s.in(1);
        boolean first = s.attributes().string("data_format", "NHWC").startsWith("NC");
        int rank = x.shape().rank();
        int axis = first ? 1 : rank - 1;
        int[] axes = IntStream.range(0, rank).filter(a -> a != axis).toArray();
        DType wide = s.dtype(2);
        Value dy = b.cast(s.in(0), wide);
        Value v = b.cast(x, wide);
        boolean training = s.attributes().bool("is_training", true);
        Value mean = training ? b.reduce(Reduce.Fn.MEAN, v, true, axes) : along(b, s.in(3), axis, rank);
        Value centred = b.minus(v, mean);
        Value variance = training
                ? b.reduce(Reduce.Fn.MEAN, b.unary(Unary.Fn.SQUARE, centred), true, axes)
                : along(b, s.in(4), axis, rank);
        double epsilon = s.attributes().real("epsilon", 1e-4f);
        Value inverse = b.unary(Unary.Fn.RSQRT, b.binary(Binary.Fn.ADD, variance, epsilon));
        Value normal = b.times(centred, inverse);
        Value scaled = b.times(dy, along(b, s.in(2), axis, rank));
        Value dx = scaled;
        if (training) {
            Value flat = b.reduce(Reduce.Fn.MEAN, scaled, true, axes);
            Value slope = b.reduce(Reduce.Fn.MEAN, b.times(scaled, normal), true, axes);
            dx = b.minus(b.minus(scaled, flat), b.times(normal, slope));
        }
        Value none = b.constant(dev.posthorn.ir.Tensor.zeros(TensorType.of(wide, 0)));
        return List.of(
                b.cast(b.times(dx, inverse), x.dtype()),
                b.reduce(Reduce.Fn.SUM, b.times(dy, normal), false, axes),
                b.reduce(Reduce.Fn.SUM, dy, false, axes),
                none,
                none);
    }

    private static Value along(Builder b, Value v, int axis, int rank) {
        Dim[] dims = IntStream.range(0, rank)
                .mapToObj(a -> a == axis ? b.dim(v, 0) : Dim.of(1))
                .toArray(Dim[]::new);
        return b.reshape(v, dims);
    }
}
