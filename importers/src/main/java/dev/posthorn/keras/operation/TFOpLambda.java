package dev.posthorn.keras.operation;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of a TensorFlow function in a functional model of Keras 2.
 *
 * @param className {@code TFOpLambda}, or {@code SlicingOpLambda} for {@code x[…]}
 * @param function the function by its place in the module {@code tf}: {@code math.reduce_mean}
 */
public record TFOpLambda(String className, String function) implements Layer {
    public static Codec<TFOpLambda> codec(String className) {
        return Codec.of(
                className,
                f -> new TFOpLambda(className, f.of("function", FieldType.STRING, TFOpLambda::function, null)));
    }

    public TFOpLambda {
        if (TensorFlowFunctions.find(function).isEmpty()) {
            throw new UnsupportedModelException("function tf." + function + " is not supported");
        }
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return TensorFlowRandoms.weights(function);
    }

    @Override
    public boolean mixesBatch() {
        return !TensorFlowRandoms.weights(function).isEmpty();
    }

    @Override
    public List<String> arguments() {
        return List.of("y");
    }

    @Override
    public boolean readsConstants() {
        return true;
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    /** TensorFlow's functions take two operands of one type, where operations of Keras find one for both. */
    private void check(Call c) {
        if (!function.startsWith("math.") || c.inputs().size() != 1) {
            return;
        }
        DType x = c.input().value().dtype();
        Object y = c.kwargs().get("y");
        boolean whole = !(y instanceof Number n) || n.doubleValue() == Math.rint(n.doubleValue());
        if (y instanceof KerasTensor t && t.value().dtype() != x || !whole && !x.isFloating()) {
            throw new UnsupportedModelException("tf." + function + " of " + x.keras() + " and "
                    + (y instanceof KerasTensor t ? t.value().dtype().keras() : y)
                    + ", which TensorFlow does not mix, at " + c.path());
        }
    }

    @Override
    public List<KerasTensor> call(Call c) {
        check(c);
        Map<String, Object> options = new LinkedHashMap<>(c.kwargs());
        Operation operation = TensorFlowFunctions.find(function).orElseThrow();
        Arguments arguments = new Arguments(c, "tf." + function, options);
        List<KerasTensor> out =
                operation.apply(arguments).stream().map(KerasTensor::of).toList();
        List<String> unasked =
                arguments.unasked().stream().filter(n -> !n.equals("name")).toList();
        if (!unasked.isEmpty()) {
            throw arguments.unsupported("argument " + unasked + " of " + options);
        }
        return out;
    }
}
