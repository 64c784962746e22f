package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.Celu;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.Glu;
import dev.posthorn.ir.fn.HardShrink;
import dev.posthorn.ir.fn.HardSigmoid;
import dev.posthorn.ir.fn.HardSilu;
import dev.posthorn.ir.fn.HardTanh;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.ir.fn.LogSigmoid;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.Mish;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Selu;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.fn.SoftShrink;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.Softsign;
import dev.posthorn.ir.fn.SparsePlus;
import dev.posthorn.ir.fn.SparseSigmoid;
import dev.posthorn.ir.fn.Sparsemax;
import dev.posthorn.ir.fn.Squareplus;
import dev.posthorn.ir.fn.TanhShrink;
import dev.posthorn.ir.fn.Threshold;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Every activation function by its name, one line each, with the defaults that a bare name means. */
public final class Activations {
    private static final List<Integer> LAST = List.of(-1);

    /** Source: keras/src/activations. */
    public static final Map<String, Op> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("celu", new Celu(1)),
            Map.entry("elu", new Elu(1)),
            Map.entry("exponential", new Unary(Unary.Fn.EXP)),
            Map.entry("gelu", new Gelu(false)),
            Map.entry("glu", new Glu(-1)),
            Map.entry("hard_shrink", new HardShrink(0.5)),
            Map.entry("hard_sigmoid", new HardSigmoid(1.0 / 6, 0.5)),
            Map.entry("hard_silu", new HardSilu()),
            Map.entry("hard_swish", new HardSilu()),
            Map.entry("hard_tanh", new HardTanh()),
            Map.entry("leaky_relu", new LeakyRelu(0.2)),
            Map.entry("linear", new Linear()),
            Map.entry("log_sigmoid", new LogSigmoid()),
            Map.entry("log_softmax", new LogSoftmax(LAST)),
            Map.entry("mish", new Mish()),
            Map.entry("relu", new Unary(Unary.Fn.RELU)),
            Map.entry("relu6", new Relu6()),
            Map.entry("selu", new Selu()),
            Map.entry("sigmoid", new Unary(Unary.Fn.SIGMOID)),
            Map.entry("silu", new Silu()),
            Map.entry("soft_shrink", new SoftShrink(0.5)),
            Map.entry("softmax", new Softmax(LAST)),
            Map.entry("softplus", new Unary(Unary.Fn.SOFTPLUS)),
            Map.entry("softsign", new Softsign()),
            Map.entry("sparse_plus", new SparsePlus()),
            Map.entry("sparse_sigmoid", new SparseSigmoid()),
            Map.entry("sparsemax", new Sparsemax(-1)),
            Map.entry("squareplus", new Squareplus(4)),
            Map.entry("swish", new Silu()),
            Map.entry("tanh", new Unary(Unary.Fn.TANH)),
            Map.entry("tanh_shrink", new TanhShrink()),
            Map.entry("threshold", new Threshold(0, 0))));

    /** Those that Keras 1 and 2 compute otherwise. */
    private static final Map<String, Op> BEFORE_KERAS_3 = Map.of("hard_sigmoid", new HardSigmoid(0.2, 0.5));

    /** Those that Keras 2 does not know. */
    static final Set<Object> SINCE_KERAS_3 = Set.of(
            "celu",
            "glu",
            "hard_shrink",
            "hard_silu",
            "hard_swish",
            "hard_tanh",
            "log_sigmoid",
            "soft_shrink",
            "sparse_plus",
            "sparse_sigmoid",
            "sparsemax",
            "squareplus",
            "tanh_shrink",
            "threshold");

    private Activations() {}

    /** The function that {@code name} means in this dialect. */
    static Op named(String name, Dialect dialect, String path) {
        boolean old = dialect == Dialect.KERAS1 || dialect == Dialect.KERAS2;
        Op op = old && BEFORE_KERAS_3.containsKey(name) ? BEFORE_KERAS_3.get(name) : ALL.get(name);
        if (op == null) {
            throw new UnsupportedModelException("activation '" + name
                    + "' is not one of Keras's (custom functions have no code in the file), at " + path);
        }
        return op;
    }
}
