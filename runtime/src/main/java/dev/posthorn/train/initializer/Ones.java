package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** Ones. Source: keras/src/initializers/constant_initializers.py. */
public record Ones() implements Initializer {
    public static final Codec<Ones> CODEC = Codec.of("Ones", List.of("one"), f -> {
        Draws.ownDType(f);
        return new Ones();
    });

    @Override
    public Codec<Ones> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long seed) {
        return Constant.filled(type, 1);
    }
}
