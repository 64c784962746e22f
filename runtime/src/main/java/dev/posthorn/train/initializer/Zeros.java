package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** Zeros. Source: keras/src/initializers/constant_initializers.py. */
public record Zeros() implements Initializer {
    public static final Codec<Zeros> CODEC = Codec.of("Zeros", List.of("zero"), f -> {
        Draws.ownDType(f);
        return new Zeros();
    });

    @Override
    public Codec<Zeros> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long seed) {
        return Constant.filled(type, 0);
    }
}
