package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * {@code y = h' = activation(x[b×in] · kernel[in×units] + bias + h[b×units] · recurrent_kernel[units×units])}. Source:
 * keras/src/layers/rnn/simple_rnn.py.
 */
public record SimpleRNNCell(
        int units,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        DropoutOptions dropout)
        implements Cell {
    public static final Codec<SimpleRNNCell> CODEC = Codec.of("SimpleRNNCell", of(DropoutOptions::of));

    static Function<Fields<SimpleRNNCell>, SimpleRNNCell> of(Function<Fields<DropoutOptions>, DropoutOptions> dropout) {
        return f -> new SimpleRNNCell(
                f.of(List.of("units", "units", "output_dim"), FieldType.INT, SimpleRNNCell::units, null),
                f.of("activation", Activation.OR_LAYER, SimpleRNNCell::activation, Activation.of("tanh")),
                f.of("use_bias", FieldType.BOOL, SimpleRNNCell::useBias, true),
                f.group(WeightOptions.of("kernel"), SimpleRNNCell::kernel),
                f.group(WeightOptions.of("recurrent"), SimpleRNNCell::recurrent),
                f.group(WeightOptions.of("bias"), SimpleRNNCell::bias),
                f.group(dropout, SimpleRNNCell::dropout));
    }

    public SimpleRNNCell {
        if (units <= 0) {
            throw new IllegalArgumentException("expected positive units but was " + units);
        }
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return activation.children();
    }

    @Override
    public SimpleRNNCell withChildren(UnaryOperator<LayerNode> replace) {
        return new SimpleRNNCell(units, activation.with(replace), useBias, kernel, recurrent, bias, dropout);
    }

    /** Whether its activations are ops, so that one op can run over a sequence. */
    boolean isFused() {
        return activation.layer() == null;
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), units));
        weights.add(Weight.of("recurrent_kernel", units, units));
        if (useBias) {
            weights.add(Weight.of("bias", units));
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
        return dropout.masks(c, x, states.get(0), 1);
    }

    @Override
    public int maskCount() {
        return dropout.count(1);
    }

    @Override
    public List<Value> step(Call c, Value x, List<Value> states, List<Value> masks) {
        Builder b = c.builder();
        Value z = b.plus(b.matmul(dropout.input(b, x, masks, 0), c.weight("kernel")), bias(c));
        Value before = dropout.state(b, states.get(0), masks, 0);
        Value h = activation.apply(c, b.plus(z, b.matmul(before, c.weight("recurrent_kernel"))));
        return List.of(h, h);
    }

    /** The bias, zeros where there is none. */
    Value bias(Call c) {
        return useBias
                ? c.weight("bias")
                : c.builder().constant(Tensor.zeros(TensorType.of(c.policy().compute(), units)));
    }
}
