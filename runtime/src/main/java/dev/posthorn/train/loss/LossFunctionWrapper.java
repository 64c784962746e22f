package dev.posthorn.train.loss;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.model.UnsupportedModelException;
import java.util.Map;

/**
 * How Keras writes a function as a loss: the loss of that function is read, and written as what it is. Source:
 * keras/src/losses/losses.py.
 */
final class LossFunctionWrapper {
    /** A function: its name, or an object whose configuration is the name. */
    private static final FieldType<String> FUNCTION =
            FieldType.of("a function", o -> o instanceof Map<?, ?> m ? (String) m.get("config") : (String) o, s -> s);

    static final Codec<Loss> CODEC = Codec.of("LossFunctionWrapper", f -> {
        String name = f.of("fn", FUNCTION, m -> {
            throw new IllegalStateException("LossFunctionWrapper: expected the loss itself to be written");
        });
        Codec<? extends Loss> inner = Losses.ALL
                .codec(name)
                .orElseThrow(() -> new UnsupportedModelException(
                        "function '" + name + "' as a loss is not one of Keras's loss classes"));
        return read(inner, f);
    });

    private LossFunctionWrapper() {}

    private static <M extends Loss> Loss read(Codec<M> codec, Fields<Loss> f) {
        return f.group(codec.call(), m -> {
            throw new IllegalStateException("LossFunctionWrapper: expected the loss itself to be written");
        });
    }
}
