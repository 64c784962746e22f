package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.FunctionDef;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.OpDef;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The writing of one function: its arguments, nodes and results. A tensor is named {@code node:output:index}. */
final class FunctionWriter {
    private final FunctionDefLibrary.Builder library;
    private final Set<String> problems;
    private final FunctionDef.Builder function = FunctionDef.newBuilder();
    private final OpDef.Builder signature = OpDef.newBuilder();
    private final Map<Value, String> names = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, String> reads = new HashMap<>();
    private final Map<Table, String> tables = new HashMap<>();
    private final List<String> effects = new ArrayList<>();
    private int nodes;

    /**
     * Begins.
     *
     * @param library to which functions that this one needs are added
     * @param problems what cannot be written
     */
    FunctionWriter(FunctionDefLibrary.Builder library, Set<String> problems) {
        this.library = library;
        this.problems = problems;
    }

    FunctionDefLibrary.Builder library() {
        return library;
    }

    /** A writer of another function of the same library. */
    FunctionWriter another() {
        return new FunctionWriter(library, problems);
    }

    /** Adds an argument; its name is that of its tensor. */
    String argument(String name, DataType type) {
        signature.addInputArg(OpDef.ArgDef.newBuilder().setName(name).setType(type));
        return name;
    }

    /** Adds the argument that holds a variable; its name. */
    String variable(String key, String name) {
        variables.put(key, argument(name, DataType.DT_RESOURCE));
        signature.setIsStateful(true);
        return name;
    }

    /** Adds the argument that holds a table; its name. */
    String table(Table table, String name) {
        bind(table, argument(name, DataType.DT_RESOURCE));
        return name;
    }

    /** Says which argument holds a table. */
    void bind(Table table, String argument) {
        tables.put(table, argument);
        signature.setIsStateful(true);
    }

    /** The argument that holds a table. */
    String table(Table table) {
        String name = tables.get(table);
        if (name == null) {
            throw new IllegalStateException("export: expected a table that is an argument but was " + table);
        }
        return name;
    }

    /** Gives a variable a new value, after it was read. */
    void assign(String key, String value, DType dtype) {
        List<String> in = new ArrayList<>(List.of(variables.get(key), value));
        if (reads.containsKey(key)) {
            in.add("^" + reads.get(key));
        }
        run("AssignVariableOp", in, Attrs.of().type("dtype", dtype).bool("validate_shape", false));
    }

    /** Adds a node that is run for its effect; whoever calls the function waits for it. */
    void run(String op, List<String> inputs, Attrs attrs) {
        wait(add(op, "", inputs, attrs));
    }

    /** Whoever calls the function waits for the node of this output, also who takes its results alone. */
    void wait(String output) {
        String node = output.split(":")[0];
        effects.add("^" + node);
        signature.addControlOutput(node);
        signature.setIsStateful(true);
        function.putControlRet(node, node);
    }

    /** Adds a result, which is there after all effects. */
    void last(String name, TensorType type, String value) {
        List<String> in = new ArrayList<>(List.of(value));
        in.addAll(effects);
        result(name, type, add("Identity", "output", in, Attrs.of(type.dtype())));
    }

    void bind(Value value, String name) {
        names.put(value, name);
    }

    String name(Value value) {
        String name = names.get(value);
        if (name == null) {
            throw new IllegalStateException("export: expected a value that is written but was " + value);
        }
        return name;
    }

    /** Adds a node; the name of its first output, which has this name in the op's definition. */
    String add(String op, String output, List<String> inputs, Attrs attrs) {
        String name = "n" + nodes++;
        function.addNodeDef(
                NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs).putAllAttr(attrs.values()));
        return name + ":" + output + ":0";
    }

    /** The output of that number of the node of an output. */
    static String output(String first, int index) {
        return first.substring(0, first.lastIndexOf(':') + 1) + index;
    }

    String constant(Tensor value) {
        return add(
                "Const",
                "output",
                List.of(),
                Attrs.of().type("dtype", value.dtype()).tensor("value", value));
    }

    String ints(int... values) {
        return constant(Tensor.of(Shape.of(values.length), values));
    }

    String scalar(int value) {
        return constant(Tensor.of(Shape.SCALAR, new int[] {value}));
    }

    String ints(List<Integer> values) {
        return ints(values.stream().mapToInt(i -> i).toArray());
    }

    /** A cast, where it is one. */
    String cast(String x, DType from, DType to) {
        return from == to
                ? x
                : add(
                        "Cast",
                        "y",
                        List.of(x),
                        Attrs.of().type("SrcT", from).type("DstT", to).bool("Truncate", false));
    }

    /** Writes the nodes of a graph, whose inputs are bound, and variables where they are values; what cannot be is noted. */
    void write(Graph graph) {
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Input || n.op() instanceof Variable && names.containsKey(n.output())) {
                continue;
            }
            if (n.op() instanceof Constant c) {
                bind(n.output(), constant(c.value()));
            } else if (n.op() instanceof Variable v) {
                Attrs a = Attrs.of().type("dtype", v.type().dtype());
                String read = add("ReadVariableOp", "value", List.of(variables.get(v.key())), a);
                reads.put(v.key(), read.split(":")[0]);
                bind(n.output(), read);
            } else {
                node(n);
            }
        }
    }

    private void node(Node n) {
        List<String> in = n.inputs().stream().map(this::name).toList();
        try {
            List<String> out = OpWriters.write(n, in, this);
            for (int i = 0; i < out.size(); i++) {
                bind(n.output(i), out.get(i));
            }
        } catch (UnsupportedModelException e) {
            problems.add(e.getMessage() + ", at " + n.name());
            n.values().forEach(v -> bind(v, "unknown"));
        }
    }

    void result(String name, TensorType type, String value) {
        result(name, Protos.dtype(type.dtype()), value);
    }

    void result(String name, DataType type, String value) {
        signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(name).setType(type));
        function.putRet(name, value);
    }

    /** Whether it has effects, or takes resources. */
    boolean isStateful() {
        return signature.getIsStateful();
    }

    /** Completes the function, and adds it to the library under a name of its own, which begins with this. */
    String finishAs(String prefix) {
        String name = prefix + "_" + library.getFunctionCount();
        finish(name);
        return name;
    }

    /** Completes the function, and adds it to the library. */
    void finish(String name) {
        signature.setName(name);
        library.addFunction(function.setSignature(signature));
    }
}
