package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.While;
import dev.posthorn.proto.DataType;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Loops and choices: {@code While} and {@code Case}, and {@code Stateless…} where nothing in them has an effect. */
final class ControlRules {
    static final List<Rule<?>> ALL =
            List.of(Rule.of(While.class, ControlRules::loop), Rule.of(Branch.class, ControlRules::choice));

    private ControlRules() {}

    /**
     * What the functions of a node take: its operands, and then the tables that its graphs look things up in.
     *
     * @param names the caller's
     */
    private record Taken(List<String> names, List<DataType> types, List<Table> tables) {
        static Taken of(Node n, int from, List<String> in, List<Graph> graphs, FunctionWriter w) {
            List<Table> tables = Tables.of(graphs);
            List<String> names = new ArrayList<>(in.subList(from, in.size()));
            List<DataType> types = new ArrayList<>();
            n.inputs().subList(from, in.size()).forEach(v -> types.add(Protos.dtype(v.dtype())));
            for (Table t : tables) {
                names.add(w.table(t));
                types.add(DataType.DT_RESOURCE);
            }
            return new Taken(names, types, tables);
        }

        /** A function that takes all of it, and holds a graph on those arguments. */
        Held held(Graph g, IntStream places, FunctionWriter w) {
            FunctionWriter f = w.another();
            List<String> arguments = new ArrayList<>();
            types.forEach(t -> arguments.add(f.argument("a" + arguments.size(), t)));
            for (int i = 0; i < tables.size(); i++) {
                f.bind(tables.get(i), arguments.get(arguments.size() - tables.size() + i));
            }
            int[] at = places.toArray();
            for (int i = 0; i < at.length; i++) {
                f.bind(g.inputs().get(i), arguments.get(at[i]));
            }
            f.write(g);
            return new Held(f, arguments, g);
        }
    }

    private record Held(FunctionWriter f, List<String> arguments, Graph graph) {
        void result(int i, DataType type, String value) {
            f.result("r" + i, type, value);
        }

        String value(int i) {
            return f.name(graph.results().get(i));
        }
    }

    /** What no step changes is carried as it is. */
    private static List<String> loop(While op, Node n, List<String> in, FunctionWriter w) {
        int carries = op.carries();
        int seen = carries + op.conditionCaptures();
        Taken taken = Taken.of(n, 0, in, List.of(op.condition(), op.body()), w);
        Held test = taken.held(op.condition(), IntStream.range(0, seen), w);
        test.result(0, DataType.DT_BOOL, test.value(0));
        Held step = taken.held(
                op.body(), IntStream.concat(IntStream.range(0, carries), IntStream.range(seen, in.size())), w);
        for (int i = 0; i < taken.types().size(); i++) {
            step.result(
                    i,
                    taken.types().get(i),
                    i < carries ? step.value(i) : step.arguments().get(i));
        }
        boolean stateful = test.f().isStateful() || step.f().isStateful();
        List<Shape> shapes = Stream.concat(
                        n.outputs().stream().map(t -> t.shape()),
                        n.inputs().stream().skip(carries).map(v -> v.shape()))
                .toList();
        Attrs a = Attrs.of()
                .dataTypes("T", taken.types())
                .shapes("output_shapes", padded(shapes, taken.types().size()))
                .function("cond", test.f().finishAs("while_condition"))
                .function("body", step.f().finishAs("while_body"))
                .integer("parallel_iterations", 1);
        return outputs(stateful ? "While" : "StatelessWhile", n, taken.names(), a, stateful, w);
    }

    private static List<Shape> padded(List<Shape> shapes, int size) {
        List<Shape> all = new ArrayList<>(shapes);
        while (all.size() < size) {
            all.add(Shape.SCALAR);
        }
        return all;
    }

    /** Every branch takes what all of them take. */
    private static List<String> choice(Branch op, Node n, List<String> in, FunctionWriter w) {
        Taken taken = Taken.of(n, 1, in, op.branches(), w);
        List<Held> all = new ArrayList<>();
        int from = 0;
        for (Graph g : op.branches()) {
            Held branch = taken.held(g, IntStream.range(from, from + g.inputs().size()), w);
            from += g.inputs().size();
            for (int i = 0; i < n.outputs().size(); i++) {
                branch.result(i, Protos.dtype(n.outputs().get(i).dtype()), branch.value(i));
            }
            all.add(branch);
        }
        boolean stateful = all.stream().anyMatch(b -> b.f().isStateful());
        Attrs a = Attrs.of()
                .dataTypes("Tin", taken.types())
                .dataTypes(
                        "Tout",
                        n.outputs().stream().map(t -> Protos.dtype(t.dtype())).toList())
                .shapes(
                        "output_shapes",
                        n.outputs().stream().map(t -> t.shape()).toList())
                .functions(
                        "branches",
                        all.stream().map(b -> b.f().finishAs("branch")).toList());
        List<String> operands = new ArrayList<>(List.of(in.get(0)));
        operands.addAll(taken.names());
        return outputs(stateful ? "Case" : "StatelessCase", n, operands, a, stateful, w);
    }

    private static List<String> outputs(
            String op, Node n, List<String> in, Attrs a, boolean stateful, FunctionWriter w) {
        String first = w.add(op, "output", in, a);
        if (stateful) {
            w.wait(first);
        }
        return IntStream.range(0, n.outputs().size())
                .mapToObj(i -> FunctionWriter.output(first, i))
                .toList();
    }
}
