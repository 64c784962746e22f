package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code y = l + a_l · (x − l)} left of {@code l}, {@code x} up to {@code r = l + |t_r|}, {@code r + a_r · (x − r)} right
 * of it, with four weights for each element; a layer of Keras 1 only. Source: keras 1, layers/advanced_activations.py.
 */
public record SReLU(Object tLeftInit, Object aLeftInit, Object tRightInit, Object aRightInit) implements SimpleLayer {
    public static final Codec<SReLU> CODEC = Codec.of(
            "SReLU",
            f -> new SReLU(
                    f.of("t_left_init", FieldType.ANY, SReLU::tLeftInit),
                    f.of("a_left_init", FieldType.ANY, SReLU::aLeftInit),
                    f.of("t_right_init", FieldType.ANY, SReLU::tRightInit),
                    f.of("a_right_init", FieldType.ANY, SReLU::aRightInit)));

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        int[] dims = inputs.get(0).shape().dims();
        int[] each = Arrays.copyOfRange(dims, 1, dims.length);
        return Stream.of("t_left", "a_left", "t_right", "a_right")
                .map(n -> Weight.of(n, each))
                .toList();
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        Value left = c.weight("t_left");
        Value width = b.unary(Unary.Fn.ABS, c.weight("t_right"));
        Value from = b.minus(x, left);
        Value below = b.times(c.weight("a_left"), b.unary(Unary.Fn.RELU, b.unary(Unary.Fn.NEG, from)));
        Value between = b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RELU, from), width);
        Value beyond = b.unary(Unary.Fn.RELU, b.minus(x, b.plus(left, width)));
        return b.plus(b.plus(left, b.minus(between, below)), b.times(c.weight("a_right"), beyond));
    }
}
