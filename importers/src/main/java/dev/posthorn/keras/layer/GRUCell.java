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
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DropoutOptions;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.List;

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
                f.of("activation", Activation.TYPE, GRUCell::activation, Activation.of("tanh")),
                f.of(
                        LSTMCell.RECURRENT_ACTIVATION,
                        Activation.TYPE,
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
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", inputs.get(0).shape().dim(-1), 3 * units));
        weights.add(Weight.of("recurrent_kernel", units, 3 * units));
        if (useBias) {
            weights.add(resetAfter ? Weight.of("bias", 2, 3 * units) : Weight.of("bias", 3 * units));
        }
        return weights;
    }

    @Override
    public List<Shape> states(Shape x) {
        return List.of(Shape.of(x.dim(0), units));
    }

    @Override
    public List<Value> step(Call c, Value x, List<Value> states) {
        dropout.check(c);
        Builder b = c.builder();
        List<Value> biases = biases(c);
        Gru gru = loop(false, false, false);
        Value z = b.plus(b.matmul(x, c.weight("kernel")), biases.get(0));
        Value h = gru.step(b, z, states.get(0), gru.weights(b, c.weight("recurrent_kernel"), biases.get(1)));
        return List.of(h, h);
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
