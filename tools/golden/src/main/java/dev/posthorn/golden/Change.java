package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.LayerNode;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * With what a layer is tried again.
 *
 * @param what what is wrong if the numbers agree with it
 * @param value what agrees in place of what the model has; empty where {@code what} says all
 * @param own what the model has, where that is to be said
 * @param weights the values of weights that it changes
 * @param given what becomes of what the layer gets
 * @param after what is done to every number that it gives
 */
record Change(
        String what,
        String value,
        String own,
        UnaryOperator<LayerNode> layer,
        Map<String, Tensor> weights,
        Calling calling,
        UnaryOperator<List<Tensor>> given,
        DoubleUnaryOperator after) {
    /** How the layer is called. */
    enum Calling {
        AS_IT_IS,
        TRAINING,
        UNMASKED,
        MASKED
    }

    static Change of(String what, UnaryOperator<LayerNode> layer) {
        return of(what, "", "", layer);
    }

    static Change of(String what, Object value, Object own, UnaryOperator<LayerNode> layer) {
        return new Change(
                what,
                text(value),
                text(own),
                layer,
                Map.of(),
                Calling.AS_IT_IS,
                UnaryOperator.identity(),
                DoubleUnaryOperator.identity());
    }

    static Change of(String what, Map<String, Tensor> weights) {
        return of(what, n -> n).withWeights(weights);
    }

    /** Numbers as Python writes them, more or less: {@code 1e-6}, not {@code 1.0E-6}. */
    static String text(Object value) {
        return value instanceof Double d ? d.toString().replace(".0E", "e").replace('E', 'e') : String.valueOf(value);
    }

    /** What is said of changes of the same thing that agree alike. */
    static String cause(String what, List<String> values, String own) {
        return what
                + (values.equals(List.of("")) ? "" : ": " + String.join(" or ", values) + " agrees")
                + (own.isEmpty() ? "" : ", the model has " + own);
    }

    Change withWeights(Map<String, Tensor> other) {
        return new Change(what, value, own, layer, other, calling, given, after);
    }

    Change calledAs(Calling other) {
        return new Change(what, value, own, layer, weights, other, given, after);
    }

    Change given(UnaryOperator<List<Tensor>> other) {
        return new Change(what, value, own, layer, weights, calling, other, after);
    }

    Change then(DoubleUnaryOperator other) {
        return new Change(what, value, own, layer, weights, calling, given, other);
    }
}
