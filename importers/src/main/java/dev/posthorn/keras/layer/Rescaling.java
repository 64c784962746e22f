package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.Numbers;

/**
 * {@code y[…] = x · scale + offset}; both numbers or lists of them. Source: keras/src/layers/preprocessing/rescaling.py.
 */
public record Rescaling(Object scale, Object offset) implements SimpleLayer {
    public static final Codec<Rescaling> CODEC = Codec.of(
            "Rescaling",
            f -> new Rescaling(
                    f.of("scale", FieldType.ANY, Rescaling::scale, null),
                    f.of("offset", FieldType.ANY, Rescaling::offset, 0.0)));

    public Rescaling {
        Numbers.tensor(scale, DType.FLOAT32);
        Numbers.tensor(offset, DType.FLOAT32);
    }

    @Override
    public Value call(Call c, Value x) {
        Builder b = c.builder();
        DType dtype = c.policy().compute();
        Value scaled = b.times(b.cast(x, dtype), b.constant(Numbers.tensor(scale, dtype)));
        return b.plus(scaled, b.constant(Numbers.tensor(offset, dtype)));
    }
}
