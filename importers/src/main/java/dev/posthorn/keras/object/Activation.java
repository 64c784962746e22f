package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasLayers;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import dev.posthorn.keras.Unsupported;
import dev.posthorn.keras.custom.BoundFunction;
import dev.posthorn.keras.custom.CustomFunction;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Lambda;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An activation function, or a layer that stands for one.
 *
 * @param config how the configuration says it: a name, or an object
 * @param op the function as an op of one operand; null where only a layer is one
 * @param layer the layer, where it is more than an op; else null
 */
public record Activation(Object config, Op op, LayerNode layer) {
    /** The layers that Keras 2 finds where an activation is one. Source: keras/activations.py of Keras 2.15. */
    private static final List<String> KERAS2 =
            List.of("ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU");

    /** The identity. */
    public static final Activation LINEAR = of("linear");

    /** A name or an object that is a function; null is the identity. */
    public static final FieldType<Activation> TYPE =
            new FieldType<>("an activation", Activation::function, Activation::write, false);

    /** The same, or any layer of one input, such as one with weights. */
    public static final FieldType<Activation> OR_LAYER =
            new FieldType<>("an activation", Activation::read, Activation::write, false);

    private Activation(Object config, Op op) {
        this(config, op, null);
    }

    /** The function that Keras 3 knows by this name. */
    public static Activation of(String name) {
        return read(name, new FieldType.Context(Dialect.KERAS3, ""));
    }

    private static Object write(Activation a, FieldType.Context c) {
        if (c.dialect() != Dialect.KERAS3 && Activations.SINCE_KERAS_3.contains(a.config)) {
            throw new UnsupportedModelException(
                    "activation '" + a.config + "', which Keras 2 does not have, at " + c.path());
        }
        Object written =
                a.layer == null ? plain(a.config, c) : LayerReader.TYPE.writer().apply(a.layer, c);
        boolean object = c.dialect() != Dialect.KERAS3
                && written instanceof Map<?, ?> m
                && KerasLayers.codec(String.valueOf(m.get("class_name"))).isPresent();
        if (object && !KERAS2.contains(((Map<?, ?>) written).get("class_name"))) {
            throw new UnsupportedModelException(((Map<?, ?>) written).get("class_name")
                    + " as an activation, where Keras 2 takes only the layers " + String.join(", ", KERAS2) + ", at "
                    + c.path());
        }
        return written;
    }

    /** How the configuration says it, or how the other version would. */
    private static Object plain(Object config, FieldType.Context c) {
        boolean keras3 = c.dialect() == Dialect.KERAS3;
        if (!(config instanceof Map<?, ?> object) || object.containsKey("module") == keras3) {
            return config;
        }
        if (object.get("config") instanceof String name) {
            Object registered = object.get("registered_name");
            return keras3 ? config : String.valueOf(registered).contains(">") ? registered : name;
        }
        Dialect own = keras3 ? Dialect.KERAS2 : Dialect.KERAS3;
        LayerNode node = LayerReader.read(object, new FieldType.Context(own, c.path()));
        return node.layer() instanceof Unsupported
                ? config
                : LayerReader.TYPE.writer().apply(node, c);
    }

    private static Activation function(Object raw, FieldType.Context c) {
        Activation a = read(raw, c);
        if (a.layer != null) {
            String what = a.layer.layer().className() + " as an activation";
            throw new UnsupportedModelException(
                    what + ": expected a function or a layer without weights but was " + raw + ", at " + c.path(),
                    List.of(what));
        }
        return a;
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
        LayerNode node = LayerReader.read((Map<?, ?>) raw, c);
        Layer layer = node.layer();
        if (layer instanceof Unsupported u) {
            throw new UnsupportedModelException(u.className() + " as an activation: " + u.reason());
        }
        if (layer instanceof ElementwiseLayer e && e.op() != null) {
            return new Activation(raw, e.op());
        }
        return layer instanceof Lambda lambda
                ? new Activation(raw, new BoundFunction(lambda.className(), lambda.function()))
                : new Activation(raw, null, node);
    }

    /** The layer, as a child under the attribute {@code activation}. */
    public List<Child> children() {
        return children("activation");
    }

    /** The layer, as a child under the attribute that holds it. */
    public List<Child> children(String attribute) {
        return layer == null ? List.of() : List.of(Child.of(attribute, layer));
    }

    /** The same with another layer. */
    public Activation with(UnaryOperator<LayerNode> replace) {
        return layer == null ? this : new Activation(config, null, replace.apply(layer));
    }

    /** The function where it is an op. */
    public Value apply(Builder b, Value x) {
        return op instanceof Linear ? x : b.add(op, x);
    }

    /** The function, or the layer as a child of the one that is called. */
    public Value apply(Call c, Value x) {
        return layer == null
                ? apply(c.builder(), x)
                : c.child(layer, KerasTensor.of(x)).value();
    }
}
