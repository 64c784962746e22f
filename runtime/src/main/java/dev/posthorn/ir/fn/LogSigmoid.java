package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Unary;

/** {@code y[…] = log(1 / (1 + exp(−x))) = −log(1 + exp(−x))}. Source: keras.activations.log_sigmoid. */
public record LogSigmoid() implements Activation {
    @Override
    public Value apply(Builder b, Value x) {
        return b.unary(Unary.Fn.NEG, b.unary(Unary.Fn.SOFTPLUS, b.unary(Unary.Fn.NEG, x)));
    }
}
