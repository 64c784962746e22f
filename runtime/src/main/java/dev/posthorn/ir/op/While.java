package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;

/**
 * A loop for as long as a condition holds: {@code while (condition(carries, c)) carries = body(carries, d)}.
 *
 * <p>Operands: the carries' first values, then the captures c that the condition sees, then the captures d of the body;
 * outputs: the carries at the end. Carries have the types of the body's inputs, whose dimensions are unknown where a step
 * may change them; what no step changes is known of the result.
 *
 * <p>(C1) the condition gives one bool scalar. (C2) the body gives the carries' types. Source: TF While.
 */
public record While(Graph condition, Graph body, int carries) implements Op.Primitive {
    private static final int FOLDED_STEPS = 10_000;
    private static final int FOLDED_ELEMENTS = 10_000;

    @Override
    public Op mapBodies(UnaryOperator<Graph> f) {
        return new While(f.apply(condition), f.apply(body), carries);
    }

    /** The number of the condition's captures. */
    public int conditionCaptures() {
        return condition.inputs().size() - carries;
    }

    @Override
    public List<TensorType> infer(Operands in) {
        in.count(carries + conditionCaptures() + body.inputs().size() - carries);
        List<TensorType> state =
                body.inputs().stream().limit(carries).map(Value::type).toList();
        for (int i = 0; i < carries; i++) {
            TensorType given = in.type(i);
            if (given.dtype() != state.get(i).dtype() || !state.get(i).shape().accepts(given.shape())) {
                throw new ShapeException("expected " + state.get(i) + " for carry " + i + " but was " + given);
            }
        }
        List<TensorType> settled = settled(in, state);
        List<TensorType> seen = new ArrayList<>(settled);
        seen.addAll(in.types().subList(carries, carries + conditionCaptures()));
        List<TensorType> test = Bodies.results(condition, seen, "the loop's condition");
        if (test.size() != 1 || test.get(0).dtype() != DType.BOOL) { // (C1)
            throw new ShapeException("expected a bool of the loop's condition but was " + test);
        }
        return settled;
    }

    /** The carries' types that every step keeps: those given, less what a step changes. */
    private List<TensorType> settled(Operands in, List<TensorType> declared) {
        List<TensorType> state = new ArrayList<>(in.types().subList(0, carries));
        for (boolean more = true; more; ) {
            List<TensorType> taken = new ArrayList<>(state);
            taken.addAll(in.types().subList(carries + conditionCaptures(), in.size()));
            List<TensorType> next = Bodies.results(body, taken, "the loop's body");
            more = false;
            for (int i = 0; i < carries; i++) {
                boolean fits = next.size() == carries
                        && next.get(i).dtype() == declared.get(i).dtype()
                        && declared.get(i).shape().accepts(next.get(i).shape());
                if (!fits) { // (C2)
                    throw new ShapeException("expected " + declared + " of the loop's body but was " + next);
                }
                TensorType joined = Bodies.join(state.get(i), next.get(i), "carry " + i);
                more |= !joined.equals(state.get(i));
                state.set(i, joined);
            }
        }
        return state;
    }

    /** How many steps it will take nobody knows: it is folded only where they are few. */
    @Override
    public boolean pure() {
        return false;
    }

    @Override
    public Optional<List<Tensor>> known(Operands in) {
        List<Tensor> values = new ArrayList<>();
        for (int i = 0; i < in.size() && in.constant(i).isPresent(); i++) {
            values.add(in.constant(i).get());
        }
        boolean small = values.stream().mapToLong(Tensor::size).sum() <= FOLDED_ELEMENTS;
        return values.size() == in.size() && small && condition.isPure() && body.isPure()
                ? run(values, FOLDED_STEPS)
                : Optional.empty();
    }

    /** The carries at the end; an interrupt of the thread ends it with an error. */
    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        return run(in, Long.MAX_VALUE).orElseThrow();
    }

    /** The carries at the end; empty where that takes more steps. */
    private Optional<List<Tensor>> run(List<Tensor> in, long most) {
        Evaluation test = Evaluation.of(condition);
        Evaluation step = Evaluation.of(body);
        List<Tensor> seen = in.subList(carries, carries + conditionCaptures());
        List<Tensor> taken = in.subList(carries + conditionCaptures(), in.size());
        List<Tensor> state = in.subList(0, carries);
        for (long n = 0; Bodies.run(test, joined(state, seen)).get(0).bytes()[0] != 0; n++) {
            if (n == most) {
                return Optional.empty();
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("While: expected to go on but was interrupted, after " + n + " steps");
            }
            state = Bodies.run(step, joined(state, taken));
        }
        return Optional.of(List.copyOf(state));
    }

    @Override
    public void gradient(Adjoint g) {
        new WhileGradient(this, g).write();
    }

    private static List<Tensor> joined(List<Tensor> a, List<Tensor> b) {
        List<Tensor> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }
}
