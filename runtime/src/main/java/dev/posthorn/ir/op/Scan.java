package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A loop over the first axis of some operands: for t = 0 … n-1,
 * {@code (carries, ys[t]) = body(carries, xs[t], captures)}.
 *
 * <p>Operands: the carries' first values, then {@code scanned} tensors {@code xs[n×…]}, then captures that every step
 * sees whole. The body takes the same (an element of each xs) and gives the next carries, then the ys. Outputs: the
 * last carries, then each ys stacked to {@code [n×…]}. With {@code reverse} the steps run from n-1 to 0, and ys stand
 * where their xs stood.
 *
 * <p>(C1) carries keep their type. (C2) equal n. (C3) at least one scanned operand. Source: jax.lax.scan; TF While with
 * TensorLists.
 */
public record Scan(Graph body, int carries, int scanned, boolean reverse) implements Op.Primitive {
    @Override
    public Op mapBodies(UnaryOperator<Graph> f) {
        return new Scan(f.apply(body), carries, scanned, reverse);
    }

    @Override
    public boolean pure() {
        return body.isPure();
    }

    @Override
    public List<TensorType> infer(Operands in) {
        in.count(body.inputs().size());
        if (scanned < 1) { // (C3)
            throw new ShapeException("expected a scanned operand, whose length is the number of steps, but was none");
        }
        int n = Shape.UNKNOWN;
        List<TensorType> arguments = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            boolean isScanned = i >= carries && i < carries + scanned;
            TensorType given = isScanned ? in.type(i).withShape(in.shape(i).remove(0)) : in.type(i);
            arguments.add(given);
            TensorType taken = body.inputs().get(i).type();
            if (given.dtype() != taken.dtype() || !taken.shape().accepts(given.shape())) {
                throw new ShapeException(
                        "expected " + taken + " for operand " + i + " of the loop's body but was " + given);
            }
            if (isScanned) {
                int steps = in.shape(i).dim(0);
                if (n != Shape.UNKNOWN && steps != Shape.UNKNOWN && n != steps) { // (C2)
                    throw new ShapeException("expected equal numbers of steps but was " + n + " and " + steps);
                }
                n = steps == Shape.UNKNOWN ? n : steps;
            }
        }
        List<TensorType> results = results(arguments);
        List<TensorType> out = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            TensorType t = results.get(i);
            if (i < carries && (t.dtype() != in.dtype(i) || !in.shape(i).accepts(t.shape()))) { // (C1)
                throw new ShapeException("expected " + in.type(i) + " for carry " + i + " but was " + t);
            }
            out.add(i < carries ? t : t.withShape(t.shape().insert(0, n)));
        }
        return out;
    }

    /**
     * The types of the body's results for these types of its arguments, which may be known better than the body's own.
     */
    private List<TensorType> results(List<TensorType> arguments) {
        if (arguments.equals(body.inputs().stream().map(Value::type).toList())) {
            return body.results().stream().map(Value::type).toList();
        }
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        for (TensorType t : arguments) {
            inputs.add(b.input("in" + inputs.size(), t));
        }
        return Rewriter.inline(body, b, inputs).stream().map(Value::type).toList();
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Evaluation step = Evaluation.of(body);
        List<Tensor> arguments = new ArrayList<>(in);
        int n = in.get(carries).shape().dim(0);
        List<Tensor> stacked =
                out.subList(carries, out.size()).stream().map(Tensor::zeros).toList();
        for (int k = 0; k < n; k++) {
            int t = reverse ? n - 1 - k : k;
            for (int i = carries; i < carries + scanned; i++) {
                arguments.set(i, element(in.get(i), t));
            }
            List<Tensor> results =
                    List.copyOf(step.run(arguments, key -> null).outputs().values());
            for (int i = 0; i < results.size(); i++) {
                if (i < carries) {
                    arguments.set(i, results.get(i));
                } else {
                    store(results.get(i), stacked.get(i - carries), t);
                }
            }
        }
        List<Tensor> all = new ArrayList<>(arguments.subList(0, carries));
        all.addAll(stacked);
        return all;
    }

    private static Tensor element(Tensor x, int t) {
        TensorType type = x.type().withShape(x.shape().remove(0));
        int size = type.shape().size();
        int[] from = new int[size];
        Arrays.setAll(from, i -> t * size + i);
        return Copy.gather(x, type, from);
    }

    private static void store(Tensor x, Tensor stacked, int t) {
        int size = x.size();
        for (int i = 0; i < size; i++) {
            Copy.element(x, i, stacked, t * size + i);
        }
    }

    /** A loop the other way round, see {@link ScanGradient}. */
    @Override
    public void gradient(Adjoint g) {
        new ScanGradient(this, g).write();
    }
}
