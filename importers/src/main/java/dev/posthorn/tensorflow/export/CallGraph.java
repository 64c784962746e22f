package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A graph as a message that a session of TensorFlow runs: a placeholder for every input and every variable, and one call of a
 * function with all the rest. Variables are outside of the function, which so is one that XLA compiles.
 *
 * @param message what a session imports
 * @param variables the keys of the variables, in the order of their placeholders
 * @param initializers the nodes to run once, before all calls: they fill the tables
 * @param results the types of what the call gives: the graph's outputs, then its updates
 */
public record CallGraph(GraphDef message, List<String> variables, List<String> initializers, List<TensorType> results) {
    /** The node that gives all results. */
    public static final String CALL = "call";

    private static final String FUNCTION = "__inference_graph";

    public CallGraph {
        variables = List.copyOf(variables);
        initializers = List.copyOf(initializers);
        results = List.copyOf(results);
    }

    /** The placeholder of an input. */
    public static String input(int i) {
        return "x" + i;
    }

    /** The placeholder of a variable. */
    public static String variable(int i) {
        return "v" + i;
    }

    /**
     * Writes a graph.
     *
     * @param xla whether TensorFlow must compile the call as a whole
     * @throws UnsupportedModelException where it holds what is not written yet, naming all of it
     */
    public static CallGraph of(Graph graph, boolean xla) {
        Graph primitives = CompositeRules.apply(graph);
        Set<String> problems = new TreeSet<>();
        FunctionDefLibrary.Builder library = FunctionDefLibrary.newBuilder();
        FunctionWriter function = new FunctionWriter(library, problems);
        GraphDef.Builder top =
                GraphDef.newBuilder().setVersions(VersionDef.newBuilder().setProducer(SavedModelWriter.PRODUCER));
        List<String> arguments = new ArrayList<>();
        List<DataType> in = new ArrayList<>();
        for (Value v : primitives.inputs()) {
            bind(v, input(arguments.size()), function, top, arguments, in);
        }
        List<String> keys = new ArrayList<>();
        primitives.nodes().forEach(n -> {
            if (n.op() instanceof Variable v) {
                bind(n.output(), variable(keys.size()), function, top, arguments, in);
                keys.add(v.key());
            }
        });
        List<String> filled = new ArrayList<>();
        for (Table t : Tables.of(List.of(primitives))) {
            String name = "table" + filled.size();
            in.add(DataType.DT_RESOURCE);
            arguments.add(name);
            function.table(t, name);
            filled.add(Tables.write(name, t, top));
        }
        function.write(primitives);
        List<Value> results = new ArrayList<>(primitives.results());
        results.addAll(primitives.updates().values());
        for (int i = 0; i < results.size(); i++) {
            Value v = results.get(i);
            String out = function.add("Identity", "output", List.of(function.name(v)), Attrs.of(v.dtype()));
            function.result("y" + i, v.type(), out);
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(
                    "backend tensorflow: expected operations that are written as TensorFlow's but was "
                            + String.join("; ", problems) + " (backend java runs them)",
                    List.copyOf(problems));
        }
        function.finish(FUNCTION);
        Attrs attrs = Attrs.of()
                .dataTypes("Tin", in)
                .dataTypes(
                        "Tout",
                        results.stream().map(v -> Protos.dtype(v.dtype())).toList())
                .function("f", FUNCTION);
        NodeDef.Builder call = NodeDef.newBuilder()
                .setName(CALL)
                .setOp("StatefulPartitionedCall")
                .addAllInput(arguments)
                .putAllAttr(attrs.values());
        if (xla) {
            call.putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build());
        }
        GraphDef message = top.addNode(call).setLibrary(library).build();
        return new CallGraph(
                message, keys, filled, results.stream().map(Value::type).toList());
    }

    private static void bind(
            Value v,
            String name,
            FunctionWriter function,
            GraphDef.Builder top,
            List<String> arguments,
            List<DataType> in) {
        DataType type = Protos.dtype(v.dtype());
        in.add(type);
        arguments.add(name);
        function.bind(v, function.argument(name, type));
        top.addNode(NodeDef.newBuilder()
                .setName(name)
                .setOp("Placeholder")
                .putAllAttr(Attrs.of()
                        .type("dtype", v.dtype())
                        .shape("shape", v.shape())
                        .values()));
    }
}
