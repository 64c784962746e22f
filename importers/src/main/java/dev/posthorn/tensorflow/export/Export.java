package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A program as functions of TensorFlow: {@link #CALL} takes the inputs in order, {@link #SIGNATURE} by name.
 *
 * @param inputs what the functions take; argument i is {@code inputNames(i)}
 * @param outputs what they give
 * @param variables what they take after the inputs, as resources
 */
record Export(
        FunctionDefLibrary library,
        List<Port> inputs,
        List<String> inputNames,
        List<Port> outputs,
        List<String> outputNames,
        List<Variable> variables) {
    static final String CALL = "__inference_serve";
    static final String SIGNATURE = "__inference_signature_wrapper";

    /** Writes the functions; what cannot be written is named in one exception. */
    static Export of(Program program, Optional<Integer> batch, boolean xla) {
        Signature signature = program.signatures().get(0);
        List<Port> inputs = signature.inputs().stream()
                .map(p -> new Port(p.name(), fixed(p.type(), batch)))
                .toList();
        Graph lowered =
                program.lower(signature.name(), inputs.stream().map(Port::type).toList(), Mode.INFERENCE);
        Graph graph = Rewriter.apply(lowered, Rewriter.expandUnless(op -> false));
        Set<String> problems = new TreeSet<>();
        if (!graph.updates().isEmpty()) {
            problems.add("states that a call changes are not exported to TensorFlow yet: "
                    + graph.updates().keySet());
        }
        if (xla) {
            dynamic(graph, problems);
        }
        Set<String> read = new LinkedHashSet<>();
        graph.variables().forEach(v -> read.add(v.key()));
        List<Variable> variables = program.variables().stream()
                .filter(v -> v.stored() || read.contains(v.key()))
                .toList();
        FunctionDefLibrary.Builder library = FunctionDefLibrary.newBuilder();
        FunctionWriter call = new FunctionWriter(library, problems);
        List<String> inputNames = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            String name = unique(inputs.get(i).name(), inputNames);
            inputNames.add(name);
            Value v = graph.inputs().get(i);
            call.bind(v, call.argument("x" + i, Protos.dtype(v.dtype())));
        }
        for (int i = 0; i < variables.size(); i++) {
            call.variable(variables.get(i).key(), "v" + i);
        }
        call.write(graph);
        List<Port> outputs = new ArrayList<>();
        List<String> outputNames = new ArrayList<>();
        for (Value v : graph.results()) {
            String name = "output_" + outputs.size();
            outputs.add(new Port(name, v.type()));
            outputNames.add(name);
            String out = call.add("Identity", "output", List.of(call.name(v)), Attrs.of(v.dtype()));
            call.result(name, v.type(), out);
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected what TensorFlow's functions have but was " + String.join("; ", problems),
                    List.copyOf(problems));
        }
        call.finish(CALL);
        Export export = new Export(library.build(), inputs, inputNames, outputs, outputNames, variables);
        return export.withSignature(library);
    }

    private static TensorType fixed(TensorType t, Optional<Integer> batch) {
        boolean open = t.shape().isRanked() && t.shape().rank() > 0 && t.shape().dim(0) < 0;
        return batch.isPresent() && open ? t.withShape(t.shape().with(0, batch.get())) : t;
    }

    /** XLA compiles for shapes that are all known. */
    private static void dynamic(Graph graph, Set<String> problems) {
        graph.nodes().stream()
                .filter(n -> n.outputs().stream()
                        .anyMatch(t -> !t.shape().isRanked() || !t.shape().isKnown()))
                .forEach(n -> problems.add("a shape that is not known, as XLA needs it: " + n.outputs() + ", at "
                        + n.name() + " (fix the batch)"));
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

    /** Adds the function that takes the inputs by name. */
    private Export withSignature(FunctionDefLibrary.Builder all) {
        FunctionWriter w = new FunctionWriter(all, new TreeSet<>());
        List<String> arguments = new ArrayList<>();
        List<DataType> in = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            in.add(Protos.dtype(inputs.get(i).type().dtype()));
            arguments.add(w.argument(inputNames.get(i), in.get(i)));
        }
        for (int i = 0; i < variables.size(); i++) {
            in.add(DataType.DT_RESOURCE);
            w.variable(variables.get(i).key(), "unknown_" + i);
            arguments.add("unknown_" + i);
        }
        Attrs a = call(in, outputs);
        String first = w.add("StatefulPartitionedCall", "output", arguments, a);
        for (int i = 0; i < outputs.size(); i++) {
            w.result(outputNames.get(i), outputs.get(i).type(), FunctionWriter.output(first, i));
        }
        w.finish(SIGNATURE);
        return new Export(all.build(), inputs, inputNames, outputs, outputNames, variables);
    }

    /** The attributes of a call of {@link #CALL}. */
    private static Attrs call(List<DataType> in, List<Port> outputs) {
        return Attrs.of()
                .dataTypes("Tin", in)
                .dataTypes(
                        "Tout",
                        outputs.stream()
                                .map(p -> Protos.dtype(p.type().dtype()))
                                .toList())
                .function("f", CALL)
                .text("config", "")
                .text("config_proto", "")
                .text("executor_type", "");
    }

    /** The attributes of a call of {@link #SIGNATURE}. */
    Attrs signatureCall() {
        List<DataType> in = new ArrayList<>();
        inputs.forEach(p -> in.add(Protos.dtype(p.type().dtype())));
        variables.forEach(v -> in.add(DataType.DT_RESOURCE));
        return call(in, outputs).function("f", SIGNATURE);
    }
}
