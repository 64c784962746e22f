package dev.posthorn.train;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import dev.posthorn.model.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training step as a function of one batch: {@code (x, y) → (loss, what the model gave before it learned)}; the model's
 * variables and the optimizer's are updated.
 *
 * @param inputs the model's inputs, then {@code y} (or {@code y_<output>} where there are several), then
 *     {@code sample_weight} where it has such
 * @param variables those of the optimizer
 * @param values their values now
 */
public record StepFunction(Graph graph, List<Port> inputs, List<Variable> variables, Map<String, Tensor> values) {
    /** What the loss is called among the outputs. */
    public static final String LOSS = "loss";

    public StepFunction {
        inputs = List.copyOf(inputs);
        variables = List.copyOf(variables);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
