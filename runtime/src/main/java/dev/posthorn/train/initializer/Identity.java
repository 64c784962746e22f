package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The gain on the diagonal of a matrix. Keras 3 does not write the gain: where a file has none it is 1.
 *
 * <p>(C1) a matrix. Source: keras/src/initializers/constant_initializers.py.
 */
public record Identity(double gain) implements Initializer {
    public static final Codec<Identity> CODEC = Codec.of("Identity", List.of("IdentityInitializer"), f -> {
        Draws.ownDType(f);
        return new Identity(f.old("gain", FieldType.FLOAT, Identity::gain, 1.0));
    });

    @Override
    public Codec<Identity> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long seed) {
        if (type.shape().rank() != 2) { // (C1)
            throw new ShapeException("Identity: expected a matrix but was " + type);
        }
        Tensor t = Tensor.zeros(type);
        int columns = type.shape().dim(1);
        for (int i = 0; i < Math.min(type.shape().dim(0), columns); i++) {
            t.setDouble(i * columns + i, gain);
        }
        return t;
    }
}
