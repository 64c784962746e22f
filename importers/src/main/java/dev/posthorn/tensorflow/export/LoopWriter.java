package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.proto.DataType;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A loop over an axis as {@code StatelessWhile}: its variables are the step, the number of steps, the carries, lists of
 * what each step gives, and what no step changes.
 */
final class LoopWriter {
    private final Scan scan;
    private final Node node;
    private final List<String> in;
    private final FunctionWriter w;
    private final int stacked;
    private final List<Table> tables;

    LoopWriter(Scan scan, Node node, List<String> in, FunctionWriter w) {
        this.scan = scan;
        this.node = node;
        this.in = in;
        this.w = w;
        this.stacked = node.outputs().size() - scan.carries();
        this.tables = Tables.of(List.of(scan.body()));
    }

    List<String> write() {
        int carries = scan.carries();
        Value xs = node.input(carries);
        String steps = OrderRules.element(OrderRules.shapeOf(in.get(carries), xs.dtype(), w), 0, w);
        List<String> variables = new ArrayList<>(List.of(w.scalar(0), steps));
        variables.addAll(in.subList(0, carries));
        for (int i = 0; i < stacked; i++) {
            TensorType y = node.outputs().get(carries + i);
            variables.add(w.add(
                    "TensorListReserve",
                    "handle",
                    List.of(elementShape(y), steps),
                    Attrs.of().type("element_dtype", y.dtype()).type("shape_type", DType.INT32)));
        }
        variables.addAll(in.subList(carries, in.size()));
        tables.forEach(t -> variables.add(w.table(t)));
        List<DataType> types = types();
        FunctionWriter body = body(types);
        boolean stateful = body.isStateful();
        Attrs a = Attrs.of()
                .dataTypes("T", types)
                .shapes("output_shapes", shapes())
                .function("cond", condition(types))
                .function("body", body.finishAs("while_body"))
                .integer("parallel_iterations", 1);
        String first = w.add(stateful ? "While" : "StatelessWhile", "output", variables, a);
        if (stateful) {
            w.wait(first);
        }
        List<String> out = new ArrayList<>();
        for (int i = 0; i < carries; i++) {
            out.add(FunctionWriter.output(first, 2 + i));
        }
        for (int i = 0; i < stacked; i++) {
            TensorType y = node.outputs().get(carries + i);
            out.add(w.add(
                    "TensorListStack",
                    "tensor",
                    List.of(FunctionWriter.output(first, 2 + carries + i), elementShape(y)),
                    Attrs.of()
                            .type("element_dtype", y.dtype())
                            .integer("num_elements", Math.max(y.shape().dim(0), -1))));
        }
        return out;
    }

    private String elementShape(TensorType stack) {
        int[] dims = stack.shape().remove(0).dims();
        return w.ints(dims);
    }

    private List<DataType> types() {
        List<DataType> types = new ArrayList<>(List.of(DataType.DT_INT32, DataType.DT_INT32));
        for (int i = 0; i < in.size(); i++) {
            if (i == scan.carries()) {
                types.addAll(Collections.nCopies(stacked, DataType.DT_VARIANT));
            }
            types.add(Protos.dtype(node.input(i).dtype()));
        }
        tables.forEach(t -> types.add(DataType.DT_RESOURCE));
        return types;
    }

    private List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>(List.of(Shape.SCALAR, Shape.SCALAR));
        for (int i = 0; i < in.size(); i++) {
            if (i == scan.carries()) {
                shapes.addAll(Collections.nCopies(stacked, Shape.SCALAR));
            }
            shapes.add(node.input(i).shape());
        }
        tables.forEach(t -> shapes.add(Shape.SCALAR));
        return shapes;
    }

    private String condition(List<DataType> types) {
        FunctionWriter f = w.another();
        List<String> args = arguments(f, types);
        f.result("r", DataType.DT_BOOL, f.add("Less", "z", args.subList(0, 2), Attrs.of(DType.INT32)));
        return f.finishAs("while_condition");
    }

    private static List<String> arguments(FunctionWriter f, List<DataType> types) {
        List<String> args = new ArrayList<>();
        for (DataType t : types) {
            args.add(f.argument("a" + args.size(), t));
        }
        return args;
    }

    private FunctionWriter body(List<DataType> types) {
        FunctionWriter f = w.another();
        List<String> args = arguments(f, types);
        int carries = scan.carries();
        Graph g = scan.body();
        String t = args.get(0);
        String at = t;
        if (scan.reverse()) {
            String last = f.add("Sub", "z", List.of(args.get(1), f.scalar(1)), Attrs.of(DType.INT32));
            at = f.add("Sub", "z", List.of(last, t), Attrs.of(DType.INT32));
        }
        int first = 2 + carries + stacked;
        for (int i = 0; i < g.inputs().size(); i++) {
            Value v = g.inputs().get(i);
            String given = i < carries ? args.get(2 + i) : args.get(first + i - carries);
            boolean element = i >= carries && i < carries + scan.scanned();
            f.bind(v, element ? element(f, given, at, v.dtype()) : given);
        }
        for (int i = 0; i < tables.size(); i++) {
            f.bind(tables.get(i), args.get(args.size() - tables.size() + i));
        }
        f.write(g);
        List<Value> results = g.results();
        List<String> next = new ArrayList<>(args);
        next.set(0, f.add("AddV2", "z", List.of(t, f.scalar(1)), Attrs.of(DType.INT32)));
        for (int i = 0; i < results.size(); i++) {
            String value = f.name(results.get(i));
            boolean carry = i < carries;
            next.set(
                    2 + i,
                    carry
                            ? value
                            : f.add(
                                    "TensorListSetItem",
                                    "output_handle",
                                    List.of(args.get(2 + i), at, value),
                                    Attrs.of()
                                            .type(
                                                    "element_dtype",
                                                    results.get(i).dtype())));
        }
        for (int i = 0; i < next.size(); i++) {
            f.result("r" + i, types.get(i), next.get(i));
        }
        return f;
    }

    private static String element(FunctionWriter f, String xs, String at, DType t) {
        Attrs a = Attrs.of()
                .type("Tparams", t)
                .type("Tindices", DType.INT32)
                .type("Taxis", DType.INT32)
                .integer("batch_dims", 0);
        return f.add("GatherV2", "output", List.of(xs, at, f.scalar(0)), a);
    }
}
