package dev.posthorn.tools.command;

import dev.posthorn.model.Bindings;
import dev.posthorn.tensorflow.GraphCut;
import dev.posthorn.tools.InputException;
import java.util.List;
import picocli.CommandLine.Option;

/** The options {@code --inputs} and {@code --outputs}: where a graph without signatures is cut out. */
final class Cut {
    @Option(
            names = "--inputs",
            split = ",",
            paramLabel = "NODE[:I][,…]",
            description = "For a frozen graph or .meta: the tensors that are given. Default: the placeholders that the"
                    + " outputs need, and what they take from a queue or an iterator.")
    private List<String> inputs = List.of();

    @Option(
            names = "--outputs",
            split = ",",
            paramLabel = "NODE[:I][,…]",
            description = "For a frozen graph or .meta: the tensors that are wanted. Default: the nodes that no other"
                    + " needs.")
    private List<String> outputs = List.of();

    /** What a model is loaded with: the cut where one is asked for, else {@code bound}. */
    Bindings or(Bindings bound) {
        if (inputs.isEmpty() && outputs.isEmpty()) {
            return bound;
        }
        if (bound != Bindings.NONE) {
            throw new InputException(
                    "expected --bind, which is for models of Keras, or --inputs and --outputs, which are"
                            + " for graphs, but was both");
        }
        return new GraphCut(inputs, outputs);
    }
}
