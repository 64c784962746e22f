package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
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
import java.util.stream.IntStream;

/**
 * One step of a gated recurrent unit, {@code x[b×in], h[b×units] → h', h'}, as {@link Gru} says. Source:
 * keras/src/layers/rnn/gru.py.
 *
 * @param resetAfter whether the reset gate comes after the product with the state; then there is a second bias
 * @param implementation how Keras computes it, which changes no result
 */
public record GRUCell(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        DropoutOptions dropout,
        boolean resetAfter,
        int implementation)
        implements Cell {
    public static final Codec<GRUCell> CODEC = Codec.of("GRUCell", GRUCell::of);

    static GRUCell of(Fields<GRUCell> f) {
        return new GRUCell(
                f.of(List.of("units", "units", "output_dim"), FieldType.INT, GRUCell::units, null),
                f.of("activation", Activation.OR_LAYER, GRUCell::activation, Activation.of("tanh")),
                f.of(
                        LSTMCell.RECURRENT_ACTIVATION,
                        Activation.OR_LAYER,
                        GRUCell::recurrentActivation,
                        Activation.of("sigmoid")),
                f.of("use_bias", FieldType.BOOL, GRUCell::useBias, true),
                f.group(WeightOptions.of("kernel"), GRUCell::kernel),
                f.group(WeightOptions.of("recurrent"), GRUCell::recurrent),
                f.group(WeightOptions.of("bias"), GRUCell::bias),
                f.group(DropoutOptions::of, GRUCell::dropout),
                f.of("reset_after", FieldType.BOOL, GRUCell::resetAfter, f.dialect() == Dialect.KERAS3),
                f.old("implementation", FieldType.INT, GRUCell::implementation, 2));
    }

    public GRUCell {
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
    public GRUCell withChildren(UnaryOperator<LayerNode> replace) {
        return new GRUCell(
                units,
                activation.with(replace),
                recurrentActivation.with(replace),
                useBias,
                kernel,
                recurrent,
                bias,
                dropout,
                resetAfter,
                implementation);
    }

    /** Whether its activations are ops, so that one op can run over a sequence. */
    boolean isFused() {
        return activation.layer() == null && recurrentActivation.layer() == null;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), 3 * units));
        weights.add(Weight.of("recurrent_kernel", units, 3 * units));
        if (useBias) {
            weights.add(resetAfter ? Weight.of("bias", 2, 3 * units) : Weight.of("bias", 3 * units));
        }
        weights.addAll(dropout.state());
        return weights;
    }

    @Override
    public List<Shape> states(Shape x) {
        return List.of(Shape.of(x.dim(0), units));
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
        List<Value> biases = biases(c);
        if (dropout.recurrentDropout() > 0 && !masks.isEmpty() || !isFused()) {
            return apart(c, x, states.get(0), masks, biases);
        }
        Gru gru = loop(false, false, false);
        Value z = b.plus(b.matmul(dropout.gated().input(b, x, masks, 0), c.weight("kernel")), biases.get(0));
        Value h = gru.step(b, z, states.get(0), gru.weights(b, c.weight("recurrent_kernel"), biases.get(1)));
        return List.of(h, h);
    }

    /** A step gate by gate, of which each may see an input and a state of its own. */
    private List<Value> apart(Call c, Value x, Value h, List<Value> masks, List<Value> biases) {
        Builder b = c.builder();
        DropoutOptions drop = dropout.gated();
        List<Value> xs =
                IntStream.range(0, 3).mapToObj(i -> drop.input(b, x, masks, i)).toList();
        List<Value> hs =
                IntStream.range(0, 3).mapToObj(i -> drop.state(b, h, masks, i)).toList();
        Value projected = b.plus(DropoutOptions.product(b, xs, c.weight("kernel")), biases.get(0));
        List<Value> fromX = b.split(projected, -1, units, units, units);
        List<Value> kernels = b.split(c.weight("recurrent_kernel"), -1, units, units, units);
        List<Value> bias = b.split(biases.get(1), -1, units, units, units);
        Value[] gates = new Value[2];
        for (int i = 0; i < 2; i++) {
            Value inner = b.plus(b.matmul(hs.get(i), kernels.get(i)), bias.get(i));
            gates[i] = recurrentActivation.apply(c, b.plus(fromX.get(i), inner));
        }
        Value q = resetAfter
                ? b.times(gates[1], b.plus(b.matmul(hs.get(2), kernels.get(2)), bias.get(2)))
                : b.matmul(b.times(gates[1], hs.get(2)), kernels.get(2));
        Value candidate = activation.apply(c, b.plus(fromX.get(2), q));
        Value kept = b.minus(b.constant(h.dtype(), 1), gates[0]);
        Value next = b.plus(b.times(gates[0], h), b.times(kept, candidate));
        return List.of(next, next);
    }

    /** How many masks there are of a kind: one, or one a gate where the state is dropped too. */
    private int each() {
        return dropout.recurrentDropout() > 0 ? 3 : 1;
    }

    Gru loop(boolean reverse, boolean masked, boolean zeroOutputForMask) {
        return new Gru(activation.op(), recurrentActivation.op(), resetAfter, reverse, masked, zeroOutputForMask);
    }

    /** The biases of the input and of the state, zeros where there is none. */
    List<Value> biases(Call c) {
        Builder b = c.builder();
        Value zeros = b.constant(Tensor.zeros(TensorType.of(c.policy().compute(), 3 * units)));
        if (!useBias) {
            return List.of(zeros, zeros);
        }
        Value bias = c.weight("bias");
        return resetAfter
                ? b.split(bias, 0, 1, 1).stream().map(v -> b.squeeze(v, 0)).toList()
                : List.of(bias, zeros);
    }
}
