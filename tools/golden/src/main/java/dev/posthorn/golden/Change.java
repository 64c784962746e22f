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
 * @param cause what is wrong if the numbers agree with it
 * @param weights the values of weights that it changes
 * @param given what becomes of what the layer gets
 * @param after what is done to every number that it gives
 */
record Change(
        String cause,
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

    static Change of(String cause, UnaryOperator<LayerNode> layer) {
        return new Change(
                cause, layer, Map.of(), Calling.AS_IT_IS, UnaryOperator.identity(), DoubleUnaryOperator.identity());
    }

    static Change of(String cause, Map<String, Tensor> weights) {
        return of(cause, n -> n).withWeights(weights);
    }

    Change withWeights(Map<String, Tensor> other) {
        return new Change(cause, layer, other, calling, given, after);
    }

    Change calledAs(Calling other) {
        return new Change(cause, layer, weights, other, given, after);
    }

    Change given(UnaryOperator<List<Tensor>> other) {
        return new Change(cause, layer, weights, calling, other, after);
    }

    Change then(DoubleUnaryOperator other) {
        return new Change(cause, layer, weights, calling, given, other);
    }
}
