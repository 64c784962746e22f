package dev.posthorn.model;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import java.util.List;

/** What import produced: a model as its own format describes it, from which graphs are made. Immutable. */
public interface Program {
    List<Signature> signatures();

    /** The variables of the program, in its own order. */
    List<Variable> variables();

    /** The graph of a signature for inputs of these types, which may have unknown dimensions. */
    Graph lower(String signature, List<TensorType> inputs, Mode mode);

    /**
     * The graph of a signature whose outputs are those of its parts, in the order in which they are computed: {@code name} of the
     * first output in the part's first call, {@code name:1} of the second, {@code name@1} of the first in the second call. The name
     * of a part of a part is a path. States are left as they are.
     */
    Graph lowerParts(String signature, List<TensorType> inputs, Mode mode);

    /** What {@code summary} lists: layers or functions, in order. */
    List<Part> parts();

    /** The model's own name. */
    String name();

    /** The types of the optimizer's variables, where the file holds them; their values are not part of the program. */
    default List<TensorType> optimizer() {
        return List.of();
    }

    /** The names of what the model's file holds beside the model, and nobody here understands. */
    default List<String> beside() {
        return List.of();
    }

    /**
     * A layer (or function) of the program.
     *
     * @param type its class name
     * @param outputs the types of its outputs
     * @param parameters the elements of all of its weights
     * @param trainableParameters of these, those that training changes
     * @param trainable whether the layer itself may be trained
     * @param inputs what it takes in each of its calls; empty where it is one of a plain sequence
     * @param parts the layers inside of it, where it is a model itself
     */
    record Part(
            String name,
            String type,
            List<TensorType> outputs,
            long parameters,
            long trainableParameters,
            boolean trainable,
            List<Link> inputs,
            List<Part> parts) {
        public Part {
            outputs = List.copyOf(outputs);
            inputs = List.copyOf(inputs);
            parts = List.copyOf(parts);
        }
    }

    /** Output {@code output} of the call {@code call} of the part of that name, both from 0. */
    record Link(String part, int call, int output) {}
}
