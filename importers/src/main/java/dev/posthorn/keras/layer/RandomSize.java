package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * Pictures of a height or a width that is drawn in training; else {@code y = x}. Of Keras 2 only. Source: keras 2,
 * layers/preprocessing/image_preprocessing.py.
 *
 * @param factor how much the size may change: a number, or a smallest and a largest one
 */
public record RandomSize(String className, Object factor, String interpolation, Object seed) implements SimpleLayer {
    /** {@code RandomHeight} or {@code RandomWidth}. */
    public static Codec<RandomSize> codec(String className) {
        return Codec.of(
                className,
                f -> new RandomSize(
                        className,
                        f.of("factor", FieldType.ANY, RandomSize::factor, null),
                        f.of("interpolation", FieldType.STRING, RandomSize::interpolation, "bilinear"),
                        f.of("seed", FieldType.ANY, RandomSize::seed)));
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        if (c.training()) {
            throw new UnsupportedModelException(
                    className + ": expected inference but was training, in which the size of pictures is drawn, at "
                            + c.path(),
                    List.of("training of " + className));
        }
        return c.builder().cast(x, c.policy().compute());
    }
}
