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
        if (!alike(h, next)) {
            return Optional.empty();
        }
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
        if (!alike(h, c)
                || !alike(h, nextH)
                || !alike(h, nextC)) { // as those of two cells, one upon the other, need not be
            return Optional.empty();
        }
        return ACTIVATIONS.stream()
                .flatMap(a -> lstm(a, List.of(nextH, nextC), h, c).stream())
                .findFirst();
    }

    /** Whether both are states of a row each, of one size. */
    private static boolean alike(Value h, Value other) {
        Shape a = h.shape();
        Shape b = other.shape();
        return a.isRanked()
                && b.isRanked()
                && a.rank() == 2
                && b.rank() == 2
                && a.dim(1) > 0
                && a.dim(1) == b.dim(1)
                && h.dtype() == other.dtype();
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
        Gru op = new Gru(activation, SIGMOID, resetAfter, mode.reverse, mode.masked, mode.zeroOutputForMask);
        int u = h.shape().dim(1);
        Builder p = new Builder();
        Value projected = p.input("x", matrix(h, 3 * u));
        Value before = p.input("h", h.type());
        Value recurrent = p.input("u", h.type().withShape(Shape.of(u, 3 * u)));
        Value inner = p.input("inner", matrix(h, 3 * u));
        Likeness like = new Likeness(Map.of(before, h));
        Value pattern = resetAfter
                ? op.after(p, projected, before, inner)
                : op.step(p, projected, before, op.weights(p, recurrent, null));
        if (!like.holds(pattern, next)) {
            return Optional.empty();
        }
        Optional<Recurrent> state = resetAfter
                ? recurrent(like.of(inner), h)
                : Optional.of(like.of(recurrent))
                        .filter(step::isFixed)
                        .map(w -> new Recurrent(step.outside(w), zeros(h, 3 * u)));
        List<Value> terms = new ArrayList<>();
        terms(like.of(projected), terms);
        return state.flatMap(s -> projection(terms, projected.shape(), h)
                .map(x -> new Layer(op, List.of(x.x(), x.kernel(), s.weights(), x.bias(), s.bias()))));
    }

    /** The state's part of a step, outside of the loop. */
    private record Recurrent(Value weights, Value bias) {}

    /** What a sum is: one product of the state, and one bias or none. */
    private Optional<Recurrent> recurrent(Value sum, Value h) {
        List<Value> terms = new ArrayList<>();
        terms(sum, terms);
        int n = sum.shape().dim(1);
        Optional<Value> product = product(terms, sum.shape(), h::equals);
        product.ifPresent(terms::remove);
        boolean known = terms.size() <= 1 && terms.stream().allMatch(t -> step.isVector(t, n));
        return product.filter(p -> known)
                .map(p -> new Recurrent(
                        step.outside(p.node().input(1)), terms.isEmpty() ? zeros(h, n) : step.outside(terms.get(0))));
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
