package dev.posthorn.ir;

import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.ShapeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Appends nodes: infers types, checks, shares equal nodes, folds small constants. The one way to make IR; importers,
 * layers, gradients and passes all use it. A builder with rules applies them to whatever is added.
 */
public final class Builder {
    private static final int FOLD_LIMIT = 1 << 16;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Key, Node> shared = new HashMap<>();
    private final List<Rewriter.Rule> rules;
    /** The result types of the composite that is being copied, whose expansion need not tell them again. */
    private final Map<Op, List<TensorType>> inferred = new IdentityHashMap<>();

    private String scope = "";

    /** What makes nodes equal. Attributes are looked at only where class and operands agree. */
    private record Key(Op op, List<Value> in) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Key k && in.equals(k.in) && op.equals(k.op);
        }

        @Override
        public int hashCode() {
            return 31 * (in.isEmpty() ? op.hashCode() : op.getClass().hashCode()) + in.hashCode();
        }
    }

    public Builder() {
        this(List.of());
    }

    Builder(List<Rewriter.Rule> rules) {
        this.rules = rules;
    }

    /** Adds an op with one output. */
    public Value add(Op op, Value... in) {
        List<Value> out = addAll(op, List.of(in));
        if (out.size() != 1) {
            throw new IllegalStateException(op.name() + ": expected one output but was " + out.size());
        }
        return out.get(0);
    }

    /** Adds an op; returns its outputs, which may be older equal values or folded constants. */
    public List<Value> addAll(Op op, List<Value> in) {
        for (Rewriter.Rule rule : rules) {
            List<Value> instead = rule.apply(this, op, in);
            if (instead != null) {
                return instead;
            }
        }
        List<Value> ofParts = ComplexNumbers.written(this, op, in);
        return ofParts != null ? ofParts : addPlain(op, in);
    }

    /** Adds what a node is, for these operands. */
    List<Value> addLike(Node n, List<Value> in) {
        boolean same = n.op() instanceof Op.Composite
                && n.outputs().stream().allMatch(t -> t.shape().isKnown())
                && IntStream.range(0, in.size())
                        .allMatch(i -> in.get(i).type().equals(n.input(i).type()));
        if (same) {
            inferred.put(n.op(), n.outputs());
        }
        try {
            return addAll(n.op(), in);
        } finally {
            inferred.remove(n.op());
        }
    }

    /** Adds an op past the rules. */
    List<Value> addPlain(Op op, List<Value> in) {
        for (Value v : in) {
            if (v.node().id() >= nodes.size() || nodes.get(v.node().id()) != v.node()) {
                throw new IllegalStateException(
                        op.name() + ": expected operands of this builder but was " + v + ", at " + where());
            }
        }
        Key key = new Key(op, in);
        Node node = shared.get(key);
        if (node == null) {
            Optional<List<Tensor>> folded = fold(op, in);
            if (folded.isPresent()) {
                return folded.get().stream().map(this::constant).toList();
            }
            node = new Node(nodes.size(), scope, op, in, infer(op, in));
            nodes.add(node);
            shared.put(key, node);
        }
        return node.values();
    }

    private List<TensorType> infer(Op op, List<Value> in) {
        try {
            if (op instanceof Op.Primitive p) {
                return p.infer(new Operands(in));
            }
            List<TensorType> known = inferred.get(op);
            return known != null ? known : expandedTypes((Op.Composite) op, in);
        } catch (ShapeException e) {
            throw located(op, e, where());
        }
    }

    private String where() {
        return scope.isEmpty() ? "node %" + nodes.size() : scope;
    }

    /** The error with the op that found it and the place of its node; inside of an op's body or expansion, of both. */
    static ShapeException located(Op op, ShapeException e, String where) {
        String message = e.getMessage();
        if (!message.contains(", at ")) {
            String who = message.startsWith("expected") ? op.name() + ": " : "";
            return new ShapeException(who + message + ", at " + where, e);
        }
        return message.contains(where) ? e : new ShapeException(message + ", in " + op.name() + " at " + where, e);
    }

    private List<TensorType> expandedTypes(Op.Composite op, List<Value> in) {
        Builder b = new Builder();
        b.scope = where() + "/" + op.name();
        List<Value> args = new ArrayList<>();
        for (Value v : in) {
            boolean constant = v.node().op() instanceof Constant;
            args.add(constant ? b.add(v.node().op()) : b.input("operand" + args.size(), v.type()));
        }
        return op.expand(b, args).stream().map(Value::type).toList();
    }

    private Optional<List<Tensor>> fold(Op op, List<Value> in) {
        if (!(op instanceof Op.Primitive p) || in.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<Tensor>> known = p.known(new Operands(in));
        if (known.isPresent()
                || !p.pure()
                || !in.stream().allMatch(v -> v.node().op() instanceof Constant)) {
            return known;
        }
        long size = 0;
        for (TensorType t : infer(op, in)) {
            if (!t.shape().isKnown()) {
                return Optional.empty();
            }
            size += t.shape().longSize();
        }
        if (size > FOLD_LIMIT) {
            return Optional.empty();
        }
        return Optional.of(Evaluation.eval(
                p, in.stream().map(v -> ((Constant) v.node().op()).value()).toList(), where()));
    }

    /** Runs {@code body} with {@code name} appended to the path that new nodes are named by. */
    public <T> T scoped(String name, Supplier<T> body) {
        return named(scope.isEmpty() ? name : scope + "/" + name, body);
    }

    /** Runs {@code body} with {@code name} as the whole path that new nodes are named by. */
    public <T> T named(String name, Supplier<T> body) {
        String outer = scope;
        scope = name;
        try {
            return body.get();
        } finally {
            scope = outer;
        }
    }

    /** The path that new nodes are named by. */
    public String scope() {
        return scope;
    }

    /** The graph of these results; nodes that nothing needs are dropped. */
    public Graph graph(List<Value> inputs, Map<String, Value> outputs, Map<String, Value> updates) {
        Set<Node> live = new HashSet<>();
        Deque<Node> work = new ArrayDeque<>();
        for (Collection<Value> roots : List.of(inputs, outputs.values(), updates.values())) {
            roots.forEach(v -> work.add(v.node()));
        }
        while (!work.isEmpty()) {
            Node n = work.pop();
            if (live.add(n)) {
                n.inputs().forEach(v -> work.add(v.node()));
            }
        }
        return new Graph(nodes.stream().filter(live::contains).toList(), inputs, outputs, updates);
    }

    // ---- the vocabulary ----

    public Value input(String name, TensorType type) {
        return add(new Input(name, type));
    }

    public Value variable(String key, TensorType type) {
        return add(new Variable(key, type));
    }

    public Value constant(Tensor value) {
        return addPlain(new Constant(value), List.of()).get(0);
    }

    /** A scalar. */
    public Value constant(DType dtype, double value) {
        return constant(Tensor.scalar(dtype, value));
    }

    /** A vector of int32. */
    public Value ints(int... values) {
        return constant(Tensor.of(Shape.of(values.length), values));
    }

    public Value unary(Unary.Fn fn, Value x) {
        return add(new Unary(fn), x);
    }

    public Value binary(Binary.Fn fn, Value x, Value y) {
        return add(new Binary(fn), x, y);
    }

    /** {@code fn(x, y)} with the scalar {@code y} rounded to the type of x. */
    public Value binary(Binary.Fn fn, Value x, double y) {
        return binary(fn, x, constant(x.dtype(), y));
    }

    public Value plus(Value x, Value y) {
        return binary(Binary.Fn.ADD, x, y);
    }

    public Value minus(Value x, Value y) {
        return binary(Binary.Fn.SUB, x, y);
    }

    public Value times(Value x, Value y) {
        return binary(Binary.Fn.MUL, x, y);
    }

    public Value over(Value x, Value y) {
        return binary(Binary.Fn.DIV, x, y);
    }

    public Value compare(Compare.Fn fn, Value x, Value y) {
        return add(new Compare(fn), x, y);
    }

    public Value select(Value condition, Value x, Value y) {
        return add(new Select(), condition, x, y);
    }

    public Value cast(Value x, DType to) {
        return x.dtype() == to ? x : add(new Cast(to), x);
    }

    public Value matmul(Value a, Value b) {
        return add(new MatMul(false, false), a, b);
    }

    public Value reduce(Reduce.Fn fn, Value x, boolean keepDims, int... axes) {
        List<Integer> all =
                Arrays.stream(axes).map(a -> x.shape().axis(a)).sorted().boxed().toList();
        return add(new Reduce(fn, all, keepDims), x);
    }

    /** {@code x} with its axes in the order {@code perm}. */
    public Value transpose(Value x, int... perm) {
        boolean same = IntStream.range(0, perm.length).allMatch(i -> perm[i] == i);
        return same ? x : add(new Transpose(Arrays.stream(perm).boxed().toList()), x);
    }

    public Value concat(int axis, List<Value> parts) {
        int rankedAxis = parts.get(0).shape().axis(axis);
        return parts.size() == 1
                ? parts.get(0)
                : addAll(new Concat(rankedAxis), parts).get(0);
    }

    /** Dimension {@code axis} of {@code x}: a number where it is known, else computed when the graph runs. */
    public Dim dim(Value x, int axis) {
        int i = x.shape().axis(axis);
        if (x.shape().dim(i) != Shape.UNKNOWN) {
            return Dim.of(x.shape().dim(i));
        }
        Value shape = add(new ShapeOf(), x);
        Value one = add(new Slice(List.of(i), List.of(i + 1), List.of(1)), shape);
        return new Dim(Shape.UNKNOWN, add(new Reshape(), one, ints()));
    }

    /** All dimensions of {@code x}. */
    public Dim[] dims(Value x) {
        return IntStream.range(0, x.shape().rank()).mapToObj(i -> dim(x, i)).toArray(Dim[]::new);
    }

    /** An int32 vector of dimensions. */
    public Value shape(Dim... dims) {
        if (Arrays.stream(dims).allMatch(Dim::isKnown)) {
            return ints(Arrays.stream(dims).mapToInt(Dim::known).toArray());
        }
        List<Value> parts = new ArrayList<>();
        for (Dim d : dims) {
            parts.add(d.isKnown() ? ints(d.known()) : add(new Reshape(), d.value(), ints(1)));
        }
        return concat(0, parts);
    }

    /** {@code x} under another shape; one of {@code dims} may be -1: whatever is left. */
    public Value reshape(Value x, int... dims) {
        return reshape(x, Arrays.stream(dims).mapToObj(Dim::of).toArray(Dim[]::new));
    }

    public Value reshape(Value x, Dim... dims) {
        Value to = shape(dims);
        if (x.shape().isKnown() && new Operands(List.of(to)).shapeValue(0).equals(x.shape())) {
            return x;
        }
        return add(new Reshape(), x, to);
    }

    public Value broadcastTo(Value x, Dim... dims) {
        Value to = shape(dims);
        if (x.shape().isKnown() && new Operands(List.of(to)).shapeValue(0).equals(x.shape())) {
            return x;
        }
        return add(new BroadcastTo(), x, to);
    }

    /** Adds an axis of length 1 before {@code axis}; a negative axis counts from the end of the result. */
    public Value expandDims(Value x, int axis) {
        List<Dim> d = new ArrayList<>(List.of(dims(x)));
        int at = axis < 0 ? axis + d.size() + 1 : axis;
        if (at < 0 || at > d.size()) {
            throw new ShapeException("expandDims: expected an axis in [" + -(d.size() + 1) + ", " + d.size()
                    + "] but was " + axis + " of " + x.shape() + ", at " + where());
        }
        d.add(at, Dim.of(1));
        return reshape(x, d.toArray(Dim[]::new));
    }

    /** Drops an axis of length 1. */
    public Value squeeze(Value x, int axis) {
        List<Dim> d = new ArrayList<>(List.of(dims(x)));
        d.remove(x.shape().axis(axis));
        return reshape(x, d.toArray(Dim[]::new));
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive; {@link Slice#END} for all the rest) of one axis. */
    public Value slice(Value x, int axis, int from, int to) {
        int rank = x.shape().rank();
        Integer[] starts = new Integer[rank];
        Integer[] ends = new Integer[rank];
        Integer[] strides = new Integer[rank];
        Arrays.fill(starts, 0);
        Arrays.fill(ends, Slice.END);
        Arrays.fill(strides, 1);
        starts[x.shape().axis(axis)] = from;
        ends[x.shape().axis(axis)] = to;
        return add(new Slice(List.of(starts), List.of(ends), List.of(strides)), x);
    }

    /** {@code x} cut along an axis into parts of these sizes. */
    public List<Value> split(Value x, int axis, int... sizes) {
        int n = x.shape().dim(axis);
        if (n != Shape.UNKNOWN && n != Arrays.stream(sizes).sum()) {
            throw new ShapeException("split: expected parts of " + n + " elements but was " + Arrays.toString(sizes)
                    + " for " + x.type() + ", at " + where());
        }
        List<Value> parts = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            parts.add(slice(x, axis, from, from + size));
            from += size;
        }
        return parts;
    }

    public Value reverse(Value x, int... axes) {
        return add(
                new Reverse(Arrays.stream(axes)
                        .map(a -> x.shape().axis(a))
                        .sorted()
                        .boxed()
                        .toList()),
                x);
    }

    /** The slices of {@code x} along {@code axis} that {@code indices} names. */
    public Value gather(Value x, Value indices, int axis) {
        return add(new Gather(x.shape().axis(axis)), x, indices);
    }
}
