package dev.posthorn.keras.custom;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Layer;
import dev.posthorn.model.Bindings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Java in place of Python, by name; what Keras calls {@code custom_objects}. Immutable: every method gives a new one.
 *
 * <pre>{@code
 * CustomObjects custom = CustomObjects.NONE
 *     .layer("my_package>ScaledDense", ScaledDense.CODEC)                    // a record, as Posthorn's own layers are
 *     .function("lambda_1", (b, x) -> b.binary(Binary.Fn.DIV, x, 255))       // the name of a layer
 *     .function("my_package>shifted_relu", (b, x) -> b.unary(Unary.Fn.RELU, b.binary(Binary.Fn.SUB, x, 1)));
 * Model model = Model.load(path, custom);
 * }</pre>
 *
 * <p>A name is that under which Keras registered a class or function ({@code package>Name}), or the bare name of it, or,
 * for functions, the name of a layer.
 */
public final class CustomObjects implements Bindings {
    /** No custom objects, to begin with. */
    public static final CustomObjects NONE = new CustomObjects(Map.of(), Map.of(), name -> {});

    private final Map<String, Codec<? extends Layer>> layers;
    private final Map<String, CustomFunction> functions;
    private final Consumer<String> asked;

    /** Gives custom objects to whoever loads models; found by {@code ServiceLoader}. */
    public interface Provider {
        CustomObjects objects();
    }

    private CustomObjects(
            Map<String, Codec<? extends Layer>> layers, Map<String, CustomFunction> functions, Consumer<String> asked) {
        this.layers = layers;
        this.functions = functions;
        this.asked = asked;
    }

    /** Everything that the providers on a class path give. */
    public static CustomObjects of(ClassLoader loader) {
        CustomObjects all = NONE;
        for (Provider p : ServiceLoader.load(Provider.class, loader)) {
            all = all.and(p.objects());
        }
        return all;
    }

    /** What is bound where {@code c} is read. */
    public static CustomObjects in(FieldType.Context c) {
        return c.bindings() instanceof CustomObjects custom ? custom : NONE;
    }

    /** A layer class, described as Posthorn's own are: with its configuration, weights, inner layers and call. */
    public CustomObjects layer(String name, Codec<? extends Layer> codec) {
        return new CustomObjects(with(layers, Map.of(name, codec)), functions, asked);
    }

    /** A function, or a layer that has no weights. */
    public CustomObjects function(String name, CustomFunction f) {
        return new CustomObjects(layers, with(functions, Map.of(name, f)), asked);
    }

    /** A function of one tensor. */
    public CustomObjects function(String name, BiFunction<Builder, Value, Value> f) {
        return function(name, (b, x, arguments) -> {
            if (x.size() != 1) {
                throw new IllegalArgumentException(
                        "bindings: expected a function of " + x.size() + " tensors but was one of one, at " + name);
            }
            return List.of(f.apply(b, x.get(0)));
        });
    }

    /** These and others; of one name, the others count. */
    public CustomObjects and(CustomObjects others) {
        return new CustomObjects(with(layers, others.layers), with(functions, others.functions), asked);
    }

    private static <T> Map<String, T> with(Map<String, T> some, Map<String, T> more) {
        Map<String, T> all = new LinkedHashMap<>(some);
        all.putAll(more);
        return Map.copyOf(all);
    }

    /** The layer class bound to the first of these names that one is bound to. */
    public Optional<Codec<? extends Layer>> layer(Collection<String> names) {
        return names.stream().filter(layers::containsKey).findFirst().map(layers::get);
    }

    /** These, which say each name that a model looks for a function by. */
    public CustomObjects asked(Consumer<String> name) {
        return new CustomObjects(layers, functions, name);
    }

    /** The function bound to the first of these names that one is bound to. */
    public Optional<CustomFunction> function(Collection<String> names) {
        names.forEach(asked);
        return names.stream().filter(functions::containsKey).findFirst().map(functions::get);
    }

    /** The function bound to a name or, where it has a package, to the name without it. */
    public Optional<CustomFunction> function(String name) {
        return function(List.of(name, bare(name)));
    }

    /** Whether nothing is bound. */
    public boolean isEmpty() {
        return layers.isEmpty() && functions.isEmpty();
    }

    /** A name without its package. */
    public static String bare(String name) {
        return name.substring(name.lastIndexOf('>') + 1);
    }

    @Override
    public String toString() {
        return "custom objects " + layers.keySet() + " " + functions.keySet();
    }
}
