package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.List;

/** Products and convolutions with what follows them, as TensorFlow's optimizer joins them. */
final class FusedOps {
    static final List<TfOp> ALL = List.of(
            one("_FusedMatMul", s -> {
                MatMul op = new MatMul(
                        s.attributes().bool("transpose_a", false),
                        s.attributes().bool("transpose_b", false));
                return followed(s, s.b().add(op, s.in(0), s.in(1)));
            }),
            one("_FusedConv2D", s -> followed(s, Convolutions.conv(s, 2))),
            one("FusedPadConv2D", s -> padded(s, s.in(0), 1)),
            one("FusedResizeAndPadConv2D", s -> padded(s, Resizing.bilinear(s, "resize_align_corners"), 2)),
            one("_FusedDepthwiseConv2dNative", s -> followed(s, Convolutions.depthwise(s))),
            one("BatchNormWithGlobalNormalization", FusedOps::normalised),
            one("_FusedBatchNormEx", FusedOps::normalisedThen));

    private FusedOps() {}

    /** x, mirrored by the paddings that input i is, convolved with input i + 1. */
    private static Value padded(Site s, Value x, int i) {
        Value wide = Joining.mirrored(s.given(new TfValue.Of(x), s.raw(i)), new TfValue.Of(x));
        return Convolutions.conv(s.given(new TfValue.Of(wide), s.raw(i + 1)), 2);
    }

    /** y with the ops of the attribute {@code fused_ops} behind it, whose operands follow those of the first. */
    private static Value followed(Site s, Value first) {
        Builder b = s.b();
        Value y = first;
        int next = 2;
        for (String op : s.attributes().strings("fused_ops")) {
            switch (op) {
                case "BiasAdd" -> y = b.plus(y, Normalisation.channels(s, y, s.in(next++)));
                case "Add" -> y = b.plus(y, s.in(next++));
                case "FusedBatchNorm" -> {
                    boolean channelsFirst =
                            s.attributes().string("data_format", "NHWC").startsWith("NC");
                    int axis = channelsFirst ? 1 : y.shape().rank() - 1;
                    BatchNorm norm = new BatchNorm(axis, s.attributes().real("epsilon", 1e-4f));
                    y = b.add(norm, y, s.in(next), s.in(next + 1), s.in(next + 2), s.in(next + 3));
                    next += 4;
                }
                default -> y = activated(s, op, y);
            }
        }
        return y;
    }

    private static Value activated(Site s, String op, Value y) {
        Builder b = s.b();
        return switch (op) {
            case "Identity" -> y;
            case "Relu" -> b.unary(Unary.Fn.RELU, y);
            case "Relu6" -> b.add(new Relu6(), y);
            case "Elu" -> b.add(new Elu(1), y);
            case "Tanh" -> b.unary(Unary.Fn.TANH, y);
            case "Sigmoid" -> b.unary(Unary.Fn.SIGMOID, y);
            case "LeakyRelu" -> b.add(new LeakyRelu(s.attributes().real("leakyrelu_alpha", 0.2f)), y);
            case "GeluExact" -> b.add(new Gelu(false), y);
            case "GeluApproximate" -> b.add(new Gelu(true), y);
            default -> throw s.unsupported("the fused op " + op);
        };
    }

    /** {@code (t − m) / √(v + epsilon) [· gamma] + beta}, the operands t, m, v, beta, gamma. */
    private static Value normalised(Site s) {
        Builder b = s.b();
        boolean scaled = s.attributes().bool("scale_after_normalization", false);
        Value gamma = scaled ? s.in(4) : b.broadcastTo(b.constant(s.dtype(0), 1), b.dims(s.in(3)));
        BatchNorm norm = new BatchNorm(s.shape(0).rank() - 1, s.attributes().real("variance_epsilon", 0));
        return b.add(norm, s.in(0), gamma, s.in(3), s.in(1), s.in(2));
    }

    private static Value normalisedThen(Site s) {
        if (s.attributes().bool("is_training", true)) {
            throw s.unsupported("a fused normalisation that trains");
        }
        boolean channelsFirst = s.attributes().string("data_format", "NHWC").startsWith("NC");
        BatchNorm norm = new BatchNorm(
                channelsFirst ? 1 : s.shape(0).rank() - 1, s.attributes().real("epsilon", 1e-4f));
        Value y = s.b().add(norm, s.in(0), s.in(1), s.in(2), s.in(3), s.in(4));
        y = s.count() > 5 ? s.b().plus(y, s.in(5)) : y;
        return activated(s, s.attributes().string("activation_mode", "Identity"), y);
    }
}
