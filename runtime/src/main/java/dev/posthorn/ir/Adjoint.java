package dev.posthorn.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One node while its gradient is written: what flows in from its outputs, and the place for what flows on to its operands.
 *
 * <p>An op answers for every operand of a floating-point type, by {@link #to} or by {@link #none}. What is given to an
 * operand may still have the shape to which that operand was broadcast: the walk adds it up.
 */
public final class Adjoint {
    /** The walk that differentiates a graph, for ops that hold one. */
    @FunctionalInterface
    public interface Walk {
        List<Optional<Value>> of(Builder b, List<Value> ys, List<Value> dys, List<Value> xs);
    }

    private final Builder builder;
    private final Node node;
    private final List<Optional<Value>> dys;
    private final Set<Value> wanted;
    private final Walk walk;
    private final Value[] dxs;
    private final boolean[] answered;
    private boolean undefined;

    /** The gradient of {@code node} from {@code dys} to those of its operands that are {@code wanted}, to be written. */
    public Adjoint(Builder builder, Node node, List<Optional<Value>> dys, Set<Value> wanted, Walk walk) {
        this.builder = builder;
        this.node = node;
        this.dys = List.copyOf(dys);
        this.wanted = wanted;
        this.walk = walk;
        this.dxs = new Value[node.inputs().size()];
        this.answered = new boolean[dxs.length];
    }

    public Builder builder() {
        return builder;
    }

    public int operands() {
        return dxs.length;
    }

    public Value in(int i) {
        return node.input(i);
    }

    public List<Value> in() {
        return node.inputs();
    }

    /** The only output. */
    public Value out() {
        return node.output();
    }

    public Value out(int i) {
        return node.output(i);
    }

    /** The derivative by the only output. */
    public Value dy() {
        node.output();
        return dy(0);
    }

    /** The derivative by output {@code i}; zeros where nothing depends on it. */
    public Value dy(int i) {
        return dys.get(i).orElseGet(() -> zeros(builder, node.output(i)));
    }

    /** Whether anything depends on output {@code i}. */
    public boolean flows(int i) {
        return dys.get(i).isPresent();
    }

    /** Whether the derivative by operand {@code i} is needed. */
    public boolean wants(int i) {
        return wanted.contains(node.input(i));
    }

    /** The derivative by operand {@code i}, which is written only where it is needed. */
    public void to(int i, Supplier<Value> dx) {
        answered[i] = true;
        if (wants(i)) {
            dxs[i] = dx.get();
        }
    }

    /** Nothing flows to these operands: the result is constant in them wherever it has a derivative. */
    public void none(int... operands) {
        for (int i : operands) {
            answered[i] = true;
        }
    }

    /** Nothing flows to any operand. */
    public void none() {
        Arrays.fill(answered, true);
    }

    /** There is a derivative, but the op does not say which. */
    public void undefined() {
        undefined = true;
    }

    public boolean isUndefined() {
        return undefined;
    }

    /** What flows to each operand; checks that the op has answered for all that are wanted. */
    public List<Optional<Value>> results() {
        List<Optional<Value>> all = new ArrayList<>();
        for (int i = 0; i < dxs.length; i++) {
            if (wants(i) && !answered[i]) {
                throw new IllegalStateException(node.op().name() + ": expected a gradient for operand " + i
                        + " but was no answer, at " + node.name());
            }
            all.add(Optional.ofNullable(dxs[i]));
        }
        return all;
    }

    /** The derivatives of a graph in another builder, for ops that hold a graph. */
    public List<Optional<Value>> walk(Builder b, List<Value> ys, List<Value> dys, List<Value> xs) {
        return walk.of(b, ys, dys, xs);
    }

    /** Zeros of the type of {@code like}. */
    public static Value zeros(Builder b, Value like) {
        return b.broadcastTo(b.constant(like.dtype(), 0), b.dims(like));
    }

    /** Whether values of this type have derivatives. */
    public static boolean isReal(DType dtype) {
        return dtype.isFloating() || dtype.kind() == DType.Kind.COMPLEX;
    }

    /** Of the values of {@code nodes}, in topological order, those that depend on {@code xs} through real numbers, and xs. */
    public static Set<Value> dependents(Collection<Node> nodes, Collection<Value> xs) {
        Set<Value> active = new HashSet<>();
        xs.stream().filter(x -> isReal(x.dtype())).forEach(active::add);
        for (Node n : nodes) {
            if (n.inputs().stream().anyMatch(active::contains)) {
                n.values().stream().filter(v -> isReal(v.dtype())).forEach(active::add);
            }
        }
        return active;
    }
}
