package dev.posthorn.keras.layer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.object.Activation;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.DropoutOptions;
import dev.posthorn.keras.object.Padding;
import dev.posthorn.keras.object.Sliding;
import dev.posthorn.keras.object.WeightOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * One step of an LSTM whose products with the kernels are convolutions, {@code x[b×s…×in], h[b×o…×filters], c[b×o…×filters]
 * → h', h', c'}; that of h keeps its size. Source: keras/src/layers/rnn/conv_lstm.py.
 *
 * @param unitForgetBias whether the forget gate's bias starts at one
 */
public record ConvLSTMCell(
        int filters,
        Sliding sliding,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        DropoutOptions dropout)
        implements Cell {
    static Function<Fields<ConvLSTMCell>, ConvLSTMCell> of(int rank) {
        return f -> new ConvLSTMCell(
                f.of("filters", FieldType.INT, ConvLSTMCell::filters, null),
                f.group(Sliding.of(rank), ConvLSTMCell::sliding),
                f.of("activation", Activation.OR_LAYER, ConvLSTMCell::activation, Activation.of("tanh")),
                f.of(
                        "recurrent_activation",
                        Activation.OR_LAYER,
                        ConvLSTMCell::recurrentActivation,
                        Activation.of("sigmoid")),
                f.of("use_bias", FieldType.BOOL, ConvLSTMCell::useBias, true),
                f.of("unit_forget_bias", FieldType.BOOL, ConvLSTMCell::unitForgetBias, true),
                f.group(WeightOptions.of("kernel"), ConvLSTMCell::kernel),
                f.group(WeightOptions.of("recurrent"), ConvLSTMCell::recurrent),
                f.group(WeightOptions.of("bias"), ConvLSTMCell::bias),
                f.group(DropoutOptions::of, ConvLSTMCell::dropout));
    }

    public ConvLSTMCell {
        if (filters <= 0) {
            throw new IllegalArgumentException("expected positive filters but was " + filters);
        }
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        List<Child> children = new ArrayList<>(activation.children());
        children.addAll(recurrentActivation.children("recurrent_activation"));
        return children;
    }

    @Override
    public ConvLSTMCell withChildren(UnaryOperator<LayerNode> replace) {
        return new ConvLSTMCell(
                filters,
                sliding,
                activation.with(replace),
                recurrentActivation.with(replace),
                useBias,
                unitForgetBias,
                kernel,
                recurrent,
                bias,
                dropout);
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        List<Weight> weights = new ArrayList<>();
        weights.add(Weight.of("kernel", sliding.kernel(sliding.channels(inputs), 4 * filters)));
        weights.add(Weight.of("recurrent_kernel", sliding.kernel(filters, 4 * filters)));
        if (useBias) {
            weights.add(Weight.of("bias", 4 * filters));
        }
        weights.addAll(dropout.state());
        return weights;
    }

    @Override
    public List<Shape> states(Shape x) {
        Builder b = new Builder();
        Value in = b.input("x", new TensorType(DType.FLOAT32, x));
        int channels = x.dim(sliding.dataFormat().channels());
        Value kernel = b.input("kernel", TensorType.f32(sliding.kernel(channels, filters)));
        DataFormat format = sliding.dataFormat();
        Shape state = format.fromLast(b, sliding.convolve(b, format.toLast(b, in), kernel, 1))
                .shape();
        return List.of(state, state);
    }

    @Override
    public List<Value> masks(Call c, Value x, List<Value> states) {
        return dropout.gated().masks(c, x, states.get(0), 4);
    }

    @Override
    public int maskCount() {
        return dropout.gated().count(4);
    }

    @Override
    public List<Value> step(Call c, Value x, List<Value> states, List<Value> masks) {
        Builder b = c.builder();
        DataFormat format = sliding.dataFormat();
        DropoutOptions drop = dropout.gated();
        Value z = gates(
                b,
                i -> drop.input(b, x, masks, i),
                c.weight("kernel"),
                (in, kernel) -> sliding.convolve(b, format.toLast(b, in), kernel, 1));
        z = useBias ? b.plus(z, c.weight("bias")) : z;
        z = b.plus(
                z,
                gates(
                        b,
                        i -> drop.state(b, states.get(0), masks, i),
                        c.weight("recurrent_kernel"),
                        (h, kernel) -> same(b, format.toLast(b, h), kernel)));
        List<Value> next = LSTMCell.gates(
                b,
                z,
                format.toLast(b, states.get(1)),
                v -> format.toLast(b, activation.apply(c, format.fromLast(b, v))),
                v -> format.toLast(b, recurrentActivation.apply(c, format.fromLast(b, v))));
        Value h = format.fromLast(b, next.get(0));
        return List.of(h, h, format.fromLast(b, next.get(1)));
    }

    /** What all gates give, each of which may see something else. */
    private Value gates(Builder b, IntFunction<Value> seen, Value kernel, BinaryOperator<Value> convolve) {
        if (seen.apply(0).equals(seen.apply(1))) {
            return convolve.apply(seen.apply(0), kernel);
        }
        List<Value> kernels = b.split(kernel, -1, filters, filters, filters, filters);
        return b.concat(
                -1,
                IntStream.range(0, 4)
                        .mapToObj(i -> convolve.apply(seen.apply(i), kernels.get(i)))
                        .toList());
    }

    private Value same(Builder b, Value h, Value kernel) {
        List<Integer> ones = IntStream.range(0, sliding.rank()).mapToObj(i -> 1).toList();
        return b.add(
                new Conv(
                        Padding.SAME.window(h, sliding.kernelSize(), ones, ones),
                        Collections.nCopies(sliding.rank(), 1),
                        1),
                h,
                kernel);
    }
}
