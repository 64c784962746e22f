package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What becomes a function.
 *
 * @param name under which Python finds it on the loaded object
 * @param signatures what its signatures are called
 * @param graph of the inputs in their order; its updates are assigned
 * @param inputs what it takes
 * @param outputs what its results are called
 */
record Source(String name, List<String> signatures, Graph graph, List<Port> inputs, List<String> outputs) {
    /** What Keras calls the function that predicts. */
    static final String SERVE = "serve";

    /** What the model predicts, as Keras's {@code export} names it. */
    static Source serving(Program program, SaveOptions options) {
        Signature signature = program.signatures().get(0);
        List<Port> inputs = signature.inputs().stream()
                .map(p -> new Port(p.name(), fixed(p.type(), options.batch())))
                .toList();
        Graph graph =
                program.lower(signature.name(), inputs.stream().map(Port::type).toList(), Mode.INFERENCE);
        List<String> outputs = IntStream.range(0, graph.results().size())
                .mapToObj(i -> "output_" + i)
                .toList();
        return new Source(SERVE, List.of(SERVE, Signature.DEFAULT), graph, inputs, outputs);
    }

    /** The inputs' names as identifiers, each only once. */
    List<String> inputNames() {
        List<String> names = new ArrayList<>();
        inputs.forEach(p -> names.add(unique(p.name(), names)));
        return names;
    }

    private static String unique(String name, List<String> used) {
        String clean = name.replaceAll("[^A-Za-z0-9_]", "_");
        String start = clean.matches("[A-Za-z].*") ? clean : "x" + clean;
        String free = start;
        for (int i = 1; used.contains(free); i++) {
            free = start + "_" + i;
        }
        return free;
    }

    private static TensorType fixed(TensorType t, Optional<Integer> batch) {
        boolean open = t.shape().isRanked() && t.shape().rank() > 0 && t.shape().dim(0) < 0;
        return batch.isPresent() && open ? t.withShape(t.shape().with(0, batch.get())) : t;
    }
}
