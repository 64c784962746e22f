package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DropoutOptions;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One step of long short-term memory, {@code x[b×in], h[b×units], c[b×units] → h', h', c'}, as {@link Lstm} says. Source:
 * keras/src/layers/rnn/lstm.py.
 *
 * @param unitForgetBias whether the forget gate's bias starts at one
 * @param implementation how Keras computes it, which changes no result
 */
public record LSTMCell(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        DropoutOptions dropout,
        int implementation)
        implements Cell {
    public static final Codec<LSTMCell> CODEC = Codec.of("LSTMCell", LSTMCell::of);

    static LSTMCell of(Fields<LSTMCell> f) {
        return new LSTMCell(
                f.of(List.of("units", "units", "output_dim"), FieldType.INT, LSTMCell::units, null),
                f.of("activation", Activation.OR_LAYER, LSTMCell::activation, Activation.of("tanh")),
                f.of(
                        RECURRENT_ACTIVATION,
                        Activation.OR_LAYER,
                        LSTMCell::recurrentActivation,
                        Activation.of("sigmoid")),
                f.of("use_bias", FieldType.BOOL, LSTMCell::useBias, true),
                f.of("unit_forget_bias", FieldType.BOOL, LSTMCell::unitForgetBias, true),
                f.group(WeightOptions.of("kernel"), LSTMCell::kernel),
                f.group(WeightOptions.of("recurrent"), LSTMCell::recurrent),
                f.group(WeightOptions.of("bias"), LSTMCell::bias),
                f.group(DropoutOptions::of, LSTMCell::dropout),
                f.old("implementation", FieldType.INT, LSTMCell::implementation, 2));
    }

    /** The gates' activation by its names in Keras 3, 2 and 1. */
    static final List<String> RECURRENT_ACTIVATION =
            List.of("recurrent_activation", "recurrent_activation", "inner_activation");

    public LSTMCell {
        if (units <= 0) {
            throw new IllegalArgumentException("expected positive units but was " + units);
        }
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        List<Child> children = new ArrayList<>(activation.children());
        children.addAll(recurrentActivation.children("recurrent_activation"));
        return children;
    }

    @Override
    public LSTMCell withChildren(UnaryOperator<LayerNode> replace) {
        return new LSTMCell(
                units,
                activation.with(replace),
                recurrentActivation.with(replace),
                useBias,
                unitForgetBias,
                kernel,
                recurrent,
                bias,
                dropout,
                implementation);
    }

    /** Whether its activations are ops, so that one op can run over a sequence. */
    boolean isFused() {
        return activation.layer() == null && recurrentActivation.layer() == null;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), 4 * units));
        weights.add(Weight.of("recurrent_kernel", units, 4 * units));
        if (useBias) {
            weights.add(Weight.of("bias", 4 * units));
        }
        weights.addAll(dropout.state());
        return weights;
    }

    @Override
    public List<Shape> states(Shape x) {
        return List.of(Shape.of(x.dim(0), units), Shape.of(x.dim(0), units));
    }

    @Override
    public List<Value> masks(Call c, Value x, List<Value> states) {
        return dropout.gated().masks(c, x, states.get(0), each());
    }

    @Override
    public int maskCount() {
        return dropout.gated().count(each());
    }

    @Override
    public List<Value> step(Call c, Value x, List<Value> states, List<Value> masks) {
        Builder b = c.builder();
        DropoutOptions drop = dropout.gated();
        List<Value> xs = new ArrayList<>();
        List<Value> hs = new ArrayList<>();
        for (int i = 0; i < each(); i++) {
            xs.add(drop.input(b, x, masks, i));
            hs.add(drop.state(b, states.get(0), masks, i));
        }
        Value z = b.plus(DropoutOptions.product(b, xs, c.weight("kernel")), bias(c));
        z = b.plus(z, DropoutOptions.product(b, hs, c.weight("recurrent_kernel")));
        List<Value> next = isFused()
                ? loop(false, false, false).gates(b, z, states.get(1), units)
                : gates(b, z, states.get(1), v -> activation.apply(c, v), v -> recurrentActivation.apply(c, v));
        return List.of(next.get(0), next.get(0), next.get(1));
    }

    /** The next h and c, from the sums of all four gates along the last axis, and the c before; gate by gate. */
    static List<Value> gates(
            Builder b, Value z, Value before, UnaryOperator<Value> activation, UnaryOperator<Value> recurrent) {
        int n = z.shape().dim(-1) / 4;
        List<Value> gates = b.split(z, -1, n, n, n, n);
        Value kept = b.times(recurrent.apply(gates.get(1)), before);
        Value c = b.plus(kept, b.times(recurrent.apply(gates.get(0)), activation.apply(gates.get(2))));
        return List.of(b.times(recurrent.apply(gates.get(3)), activation.apply(c)), c);
    }

    /** How many masks there are of a kind: one, or one a gate where the state is dropped too. */
    private int each() {
        return dropout.recurrentDropout() > 0 ? 4 : 1;
    }

    Lstm loop(boolean reverse, boolean masked, boolean zeroOutputForMask) {
        return new Lstm(activation.op(), recurrentActivation.op(), reverse, masked, zeroOutputForMask);
    }

    /** The bias, zeros where there is none. */
    Value bias(Call c) {
        return useBias
                ? c.weight("bias")
                : c.builder().constant(Tensor.zeros(TensorType.of(c.policy().compute(), 4 * units)));
    }
}
