package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which recurrent layer's step a loop's step is: compared with the op's own, value by value. Sums of the input's and the
 * state's part may be in any order.
 */
final class LoopCell {
    private static final Op SIGMOID = new Unary(Unary.Fn.SIGMOID);
    private static final List<Op> ACTIVATIONS = List.of(new Unary(Unary.Fn.TANH), new Unary(Unary.Fn.RELU));

    /** How a layer runs. */
    record Mode(boolean reverse, boolean masked, boolean zeroOutputForMask) {}

    private final LoopStep step;
    private final Mode mode;

    LoopCell(LoopStep step, Mode mode) {
        this.step = step;
        this.mode = mode;
    }

    /** A layer and its first operands, outside of the loop: the input, then the weights. */
    record Layer(Op op, List<Value> operands) {}

    /** The layer whose step gives the next h, of the state h before. */
    Optional<Layer> of(Value next, Value h) {
        return ACTIVATIONS.stream()
                .flatMap(a -> Optional.<Layer>empty()
                        .or(() -> simple(a, next, h))
                        .or(() -> gru(a, true, next, h))
                        .or(() -> gru(a, false, next, h))
                        .stream())
                .findFirst();
    }

    /** The layer whose step gives the next h and c, of the states h and c before. */
    Optional<Layer> of(Value nextH, Value nextC, Value h, Value c) {
        return ACTIVATIONS.stream()
                .flatMap(a -> lstm(a, List.of(nextH, nextC), h, c).stream())
                .findFirst();
    }

    private Optional<Layer> lstm(Op activation, List<Value> next, Value h, Value c) {
        Lstm op = new Lstm(activation, SIGMOID, mode.reverse, mode.masked, mode.zeroOutputForMask);
        int u = h.shape().dim(1);
        Builder p = new Builder();
        Value z = p.input("z", matrix(h, 4 * u));
        Value before = p.input("c", c.type());
        List<Value> pattern = op.gates(p, z, before, u);
        Likeness like = new Likeness(Map.of(before, c));
        return like.holds(pattern.get(0), next.get(0)) && like.holds(pattern.get(1), next.get(1))
                ? ofSum(op, like.of(z), h)
                : Optional.empty();
    }

    private Optional<Layer> simple(Op activation, Value next, Value h) {
        return next.node().op().equals(activation)
                ? ofSum(
                        new SimpleRnn(activation, mode.reverse, mode.masked, mode.zeroOutputForMask),
                        next.node().input(0),
                        h)
                : Optional.empty();
    }

    /** A layer whose step begins with the sum of the input's part, the state's and the bias. */
    private Optional<Layer> ofSum(Op op, Value sum, Value h) {
        List<Value> terms = new ArrayList<>();
        terms(sum, terms);
        Optional<Value> state = product(terms, sum.shape(), h::equals);
        state.ifPresent(terms::remove);
        return state.flatMap(s -> projection(terms, sum.shape(), h)
                .map(p -> new Layer(
                        op, List.of(p.x(), p.kernel(), step.outside(s.node().input(1)), p.bias()))));
    }

    private Optional<Layer> gru(Op activation, boolean resetAfter, Value next, Value h) {
        Gru op = new Gru(
                activation, SIGMOID, resetAfter, mode.reverse, mode.masked, mode.zeroOutputForMask);
        int u = h.shape().dim(1);
        Builder p = new Builder();
        Value projected = p.input("x", matrix(h, 3 * u));
        Value before = p.input("h", h.type());
        Value recurrent = p.input("u", h.type().withShape(Shape.of(u, 3 * u)));
        Value inner = p.input("b", h.type().withShape(Shape.of(3 * u)));
        Likeness like = new Likeness(Map.of(before, h));
        if (!like.holds(op.step(p, projected, before, op.weights(p, recurrent, inner)), next)) {
            return Optional.empty();
        }
        if (!step.isFixed(like.of(recurrent)) || resetAfter && !step.isFixed(like.of(inner))) {
            return Optional.empty();
        }
        List<Value> terms = new ArrayList<>();
        terms(like.of(projected), terms);
        return projection(terms, projected.shape(), h)
                .map(x -> new Layer(
                        op,
                        List.of(
                                x.x(),
                                x.kernel(),
                                step.outside(like.of(recurrent)),
                                x.bias(),
                                resetAfter ? step.outside(like.of(inner)) : zeros(h, 3 * u))));
    }

    /** The input's part of a step, outside of the loop. */
    private record Projection(Value x, Value kernel, Value bias) {}

    /** What {@code terms} are the sum of, of this shape: one product of the input, and one bias or none. */
    private Optional<Projection> projection(List<Value> terms, Shape shape, Value like) {
        int n = shape.dim(1);
        Optional<Value> x = product(
                terms,
                shape,
                v -> step.isElement(v) && v.shape().isRanked() && v.shape().rank() == 2);
        List<Value> rest = terms.stream().filter(t -> !t.equals(x.orElse(null))).toList();
        if (x.isEmpty() || rest.size() > 1 || !rest.stream().allMatch(t -> step.isVector(t, n))) {
            return Optional.empty();
        }
        Value bias = rest.isEmpty() ? zeros(like, n) : step.outside(rest.get(0));
        Value all = step.b.transpose(step.operand(x.get().node().input(0)), 1, 0, 2);
        return Optional.of(new Projection(all, step.outside(x.get().node().input(1)), bias));
    }

    private static void terms(Value sum, List<Value> terms) {
        if (sum.node().op() instanceof Binary add && add.fn() == Binary.Fn.ADD) {
            sum.node().inputs().forEach(v -> terms(v, terms));
        } else {
            terms.add(sum);
        }
    }

    /** The only term, of this shape, that is a product of such a value with a matrix that is the same in every step. */
    private Optional<Value> product(List<Value> terms, Shape shape, Predicate<Value> of) {
        List<Value> found = terms.stream()
                .filter(t -> t.shape().equals(shape)
                        && t.node().op().equals(new MatMul(false, false))
                        && of.test(t.node().input(0))
                        && step.isFixed(t.node().input(1)))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private Value zeros(Value like, int n) {
        return step.b.broadcastTo(step.b.constant(like.dtype(), 0), Dim.of(n));
    }

    private static TensorType matrix(Value h, int columns) {
        return h.type().withShape(h.type().shape().with(1, columns));
    }
}
