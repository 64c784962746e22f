package dev.posthorn.plan;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.ClippedRelu;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.HardSigmoid;
import dev.posthorn.ir.fn.HardSilu;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Mish;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Selu;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.fn.Softsign;
import dev.posthorn.kernel.Unary;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which kernel function an elementwise op of one operand is. */
final class Activations {
    /** A kernel function with its parameters. */
    record Applied(Unary fn, float alpha, float beta) {
        static Applied of(Unary fn, double alpha, double beta) {
            return new Applied(fn, (float) alpha, (float) beta);
        }
    }

    private static final Map<String, Unary> BY_NAME =
            Arrays.stream(Unary.values()).collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

    private Activations() {}

    /** The kernel function that computes {@code op}, if there is one. */
    static Optional<Applied> of(Op op) {
        if (op instanceof dev.posthorn.ir.op.Unary u) {
            return Optional.ofNullable(BY_NAME.get(u.fn().name())).map(fn -> Applied.of(fn, 0, 0));
        }
        return Optional.ofNullable(composite(op));
    }

    private static Applied composite(Op op) {
        if (op instanceof Relu6) {
            return Applied.of(Unary.RELU6, 0, 0);
        }
        if (op instanceof LeakyRelu r) {
            return Applied.of(Unary.LEAKY_RELU, r.alpha(), 0);
        }
        if (op instanceof ClippedRelu r && r.threshold() == 0 && r.negativeSlope() == 0 && r.maxValue() != null) {
            return Applied.of(Unary.CLIP, 0, r.maxValue());
        }
        if (op instanceof Elu e) {
            return Applied.of(Unary.ELU, e.alpha(), 0);
        }
        if (op instanceof Selu) {
            return Applied.of(Unary.SELU, 1.6732632423543772, 1.0507009873554805);
        }
        if (op instanceof Silu) {
            return Applied.of(Unary.SILU, 1, 0);
        }
        if (op instanceof Gelu g) {
            return Applied.of(g.approximate() ? Unary.GELU_TANH : Unary.GELU_ERF, 0, 0);
        }
        if (op instanceof HardSigmoid h) {
            return Applied.of(Unary.HARD_SIGMOID, h.slope(), h.offset());
        }
        if (op instanceof HardSilu) {
            return Applied.of(Unary.HARD_SILU, 1.0 / 6, 0.5);
        }
        if (op instanceof Mish) {
            return Applied.of(Unary.MISH, 0, 0);
        }
        return op instanceof Softsign ? Applied.of(Unary.SOFTSIGN, 0, 0) : null;
    }
}
