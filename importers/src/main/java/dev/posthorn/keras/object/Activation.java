package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;

/**
 * An activation function.
 *
 * @param config how the configuration says it: a name, or an object
 * @param op the function as an op of one operand
 */
public record Activation(Object config, Op op) {
    /** The identity. */
    public static final Activation LINEAR = of("linear");

    /** A name or an object; null is the identity. */
    public static final FieldType<Activation> TYPE =
            new FieldType<>("an activation", Activation::read, (a, c) -> a.config, false);

    /** The function that Keras 3 knows by this name. */
    public static Activation of(String name) {
        return read(name, new FieldType.Context(Dialect.KERAS3, ""));
    }

    private static Activation read(Object raw, FieldType.Context c) {
        if (raw instanceof String name) {
            return new Activation(raw, Activations.named(name, c.dialect(), c.path()));
        }
        Map<?, ?> object = (Map<?, ?>) raw;
        if (object.get("config") instanceof String name) { // a function by its registered name
            return new Activation(raw, Activations.named(name, c.dialect(), c.path()));
        }
        if (LayerReader.read(object, c).layer() instanceof ElementwiseLayer layer) {
            return new Activation(raw, layer.op());
        }
        String what = object.get("class_name") + " as an activation";
        throw new UnsupportedModelException(
                what + ": expected a function or a layer without weights but was " + raw + ", at " + c.path(),
                List.of(what));
    }

    public Value apply(Builder b, Value x) {
        return op instanceof Linear ? x : b.add(op, x);
    }
}
