package dev.posthorn.plan;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.Unary;
import dev.posthorn.pass.FuseEpilogue;
import java.util.List;
import java.util.Optional;

/**
 * A linear op with what follows it, read off a node: {@code y = activation(root(x, w) + bias + residual)}.
 *
 * @param root the convolution or matrix product
 * @param bias one element a channel
 * @param residual a value of the result's shape
 * @param activation an op of one operand
 */
record Epilogued(Op root, Value x, Value w, Optional<Value> bias, Optional<Value> residual, Optional<Op> activation) {
    /** Reads a node that is such an op alone, or one fused with its epilogue. */
    static Epilogued of(Op op, List<Value> in) {
        if (!(op instanceof Fused fused)) {
            return new Epilogued(op, in.get(0), in.get(1), Optional.empty(), Optional.empty(), Optional.empty());
        }
        List<Op> ops = fused.ops();
        Op last = ops.get(ops.size() - 1);
        Optional<Value> bias = Optional.empty();
        Optional<Value> residual = Optional.empty();
        for (Value v : in.subList(2, in.size())) {
            if (v == in.get(2)
                    && FuseEpilogue.isBias(v, fused.body().results().get(0).shape())) {
                bias = Optional.of(v);
            } else {
                residual = Optional.of(v);
            }
        }
        boolean active = !(last instanceof Binary) && ops.size() > 1;
        return new Epilogued(
                ops.get(0), in.get(0), in.get(1), bias, residual, active ? Optional.of(last) : Optional.empty());
    }

    /**
     * The bias and activation as a kernel takes them.
     *
     * @param fixed all of it but a bias that varies
     * @param bias where that is; null for none or one that is known
     */
    record Following(Epilogue fixed, Slot bias) {
        /** As it is in a run. */
        Epilogue in(Frame f) {
            return bias == null ? fixed : fixed.with(f.floats(bias), f.at(bias));
        }
    }

    Following following(StepRule.Room room) {
        Activations.Applied a = activation.flatMap(Activations::of).orElse(Activations.Applied.of(Unary.NONE, 0, 0));
        Optional<Tensor> known = bias.flatMap(room::constant);
        Epilogue fixed = new Epilogue(known.map(Tensor::floats).orElse(null), 0, a.fn(), a.alpha(), a.beta());
        return new Following(
                fixed, known.isPresent() ? null : bias.map(room::slot).orElse(null));
    }

    /** What follows the linear op, for explain. */
    static String label(Following e, Slot residual) {
        return (e.fixed.bias() == null && e.bias == null ? "" : " + bias")
                + (residual == null ? "" : " + residual")
                + (e.fixed.act() == Unary.NONE ? "" : " " + e.fixed.act());
    }
}
