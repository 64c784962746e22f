package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Eig;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.ir.op.MatrixLogarithm;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.model.Port;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A function of TensorFlow, twice: one takes the inputs in order, the other, which is that of its signatures, by name: its
 * inputs and its results are in the order of their names, for Python hands them over as dictionaries, which it flattens so.
 * After the inputs both take the resources that they read and write. Source: tf.nest.flatten.
 *
 * @param name under which Python finds it
 * @param variables the keys of the variables that it takes
 * @param tables the tables that it takes after them
 */
record ExportedFunction(
        String name,
        List<String> signatures,
        List<Port> inputs,
        List<String> inputNames,
        List<Port> outputs,
        List<String> variables,
        List<Table> tables) {
    /** The function that takes the inputs in order. */
    String call() {
        return "__inference_" + name;
    }

    /** The function that takes them by name. */
    String wrapper() {
        return "__inference_signature_wrapper_" + name;
    }

    List<String> outputNames() {
        return outputs.stream().map(Port::name).toList();
    }

    /**
     * Adds the functions to a library.
     *
     * @param always the keys of variables that it takes whether it reads them or not
     * @param problems to which is added what cannot be written
     */
    static ExportedFunction write(
            Source source, Set<String> always, boolean xla, FunctionDefLibrary.Builder library, Set<String> problems) {
        Graph graph = CompositeRules.apply(source.graph());
        if (xla) {
            dynamic(graph, problems);
        }
        Set<String> keys = new LinkedHashSet<>(always);
        graph.variables().forEach(v -> keys.add(v.key()));
        keys.addAll(graph.updates().keySet());
        List<Table> tables = Tables.of(List.of(graph));
        FunctionWriter w = new FunctionWriter(library, problems);
        for (Value v : graph.inputs()) {
            w.bind(v, w.argument("x" + graph.inputs().indexOf(v), Protos.dtype(v.dtype())));
        }
        resources(w, keys, tables);
        w.write(graph);
        for (Map.Entry<String, Value> e : graph.updates().entrySet()) {
            w.assign(e.getKey(), w.name(e.getValue()), e.getValue().dtype());
        }
        List<Port> outputs = new ArrayList<>();
        for (Value v : graph.results().subList(0, source.outputs().size())) {
            String name = source.outputs().get(outputs.size());
            outputs.add(new Port(name, v.type()));
            w.last(name, v.type(), w.name(v));
        }
        ExportedFunction f = new ExportedFunction(
                source.name(),
                source.signatures(),
                source.inputs(),
                source.inputNames(),
                outputs,
                List.copyOf(keys),
                tables);
        w.finish(f.call());
        f.wrap(library);
        return f;
    }

    private static List<String> resources(FunctionWriter w, Iterable<String> keys, Iterable<Table> tables) {
        List<String> names = new ArrayList<>();
        for (String key : keys) {
            names.add(w.variable(key, "v" + names.size()));
        }
        for (Table t : tables) {
            names.add(w.table(t, "v" + names.size()));
        }
        return names;
    }

    /** What TensorFlow has no kernel of XLA for. */
    private static final Set<Class<? extends Op>> NEVER_COMPILED =
            Set.of(HashCross.class, ProjectiveTransform.class, Eig.class, MatrixLogarithm.class);

    /** XLA compiles for shapes that are all known, and no strings. */
    private static void dynamic(Graph graph, Set<String> problems) {
        for (Node n : graph.nodes()) {
            if (n.outputs().stream()
                    .anyMatch(t -> !t.shape().isRanked() || !t.shape().isKnown())) {
                problems.add("a shape that is not known, as XLA needs it: " + n.outputs() + ", at " + n.name()
                        + " (fix the batch)");
            }
            if (n.outputs().stream().anyMatch(t -> t.dtype() == dev.posthorn.ir.DType.STRING)
                    || n.op() instanceof Lookup) {
                problems.add("strings or a table, which XLA does not have: " + n.op().name() + ", at " + n.name());
            }
            if (NEVER_COMPILED.contains(n.op().getClass())) {
                problems.add("an operation that XLA does not have: " + n.op().name() + ", at " + n.name());
            }
        }
    }

    /** Adds the function that takes the inputs by name. */
    private void wrap(FunctionDefLibrary.Builder library) {
        FunctionWriter w = new FunctionWriter(library, new TreeSet<>());
        String[] given = new String[inputs.size()];
        for (int i : inputOrder()) {
            given[i] = w.argument(
                    inputNames.get(i), Protos.dtype(inputs.get(i).type().dtype()));
        }
        List<String> arguments = new ArrayList<>(List.of(given));
        arguments.addAll(resources(w, variables, tables));
        String first = w.add("StatefulPartitionedCall", "output", arguments, calling(call(), inputs, outputs));
        w.wait(first);
        for (int i : outputOrder()) {
            w.result(outputs.get(i).name(), outputs.get(i).type(), FunctionWriter.output(first, i));
        }
        w.finish(wrapper());
    }

    /** Which inputs the function that takes them by name takes first, second, … */
    List<Integer> inputOrder() {
        return order(inputNames);
    }

    /** Which results it gives first, second, … */
    List<Integer> outputOrder() {
        return order(outputNames());
    }

    private static List<Integer> order(List<String> names) {
        return IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparing(names::get))
                .toList();
    }

    /** The attributes of a call of the function that takes the inputs by name. */
    Attrs callingByName() {
        return calling(
                wrapper(),
                inputOrder().stream().map(inputs::get).toList(),
                outputOrder().stream().map(outputs::get).toList());
    }

    private Attrs calling(String function, List<Port> taken, List<Port> given) {
        List<DataType> in = new ArrayList<>();
        taken.forEach(p -> in.add(Protos.dtype(p.type().dtype())));
        variables.forEach(v -> in.add(DataType.DT_RESOURCE));
        tables.forEach(t -> in.add(DataType.DT_RESOURCE));
        return Attrs.of()
                .dataTypes("Tin", in)
                .dataTypes(
                        "Tout",
                        given.stream().map(p -> Protos.dtype(p.type().dtype())).toList())
                .function("f", function)
                .text("config", "")
                .text("config_proto", "")
                .text("executor_type", "");
    }
}
