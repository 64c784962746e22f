package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.keras.custom.BoundFunction;
import dev.posthorn.keras.custom.CustomFunction;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            new FieldType<>("an activation", Activation::read, Activation::write, false);

    /** The function that Keras 3 knows by this name. */
    public static Activation of(String name) {
        return read(name, new FieldType.Context(Dialect.KERAS3, ""));
    }

    private static Object write(Activation a, FieldType.Context c) {
        if (c.dialect() != Dialect.KERAS3 && Activations.SINCE_KERAS_3.contains(a.config)) {
            throw new UnsupportedModelException(
                    "activation '" + a.config + "', which Keras 2 does not have, at " + c.path());
        }
        return a.config;
    }

    private static Activation read(Object raw, FieldType.Context c) {
        Object said = raw instanceof Map<?, ?> m ? m.get("config") : raw; // an object may hold its registered name
        if (said instanceof String name) {
            Optional<CustomFunction> own = CustomObjects.in(c).function(name);
            return new Activation(
                    raw,
                    own.isPresent()
                            ? new BoundFunction(name, own.get())
                            : Activations.named(name, c.dialect(), c.path()));
        }
        Map<?, ?> object = (Map<?, ?>) raw;
        Layer function = LayerReader.read(object, c).layer();
        if (function instanceof ElementwiseLayer layer) {
            return new Activation(raw, layer.op());
        }
        if (function instanceof Lambda lambda) {
            return new Activation(raw, new BoundFunction(lambda.className(), lambda.function()));
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
