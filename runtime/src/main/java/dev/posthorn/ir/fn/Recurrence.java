package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The loop that recurrent layers share. Where the mask is false a step keeps the states, and its output is zero, or the
 * output of the step before (zero at the first). Outputs stand where their inputs stood, whatever the direction.
 * Variables that a step reads become captures of the loop. Source: keras.ops.rnn on TensorFlow.
 */
public record Recurrence(boolean reverse, boolean masked, boolean zeroOutputForMask) {
    /** One step: from the input x[b×…], the states and the captures to the output and the next states. */
    @FunctionalInterface
    public interface Step {
        List<Value> next(Builder b, Value x, List<Value> states, List<Value> captures);
    }

    /** The number of units u of a recurrent kernel {@code [u×g·u]}, by which its gates are told apart. */
    static int units(Value recurrent) {
        int u = recurrent.shape().dim(0);
        if (u == Shape.UNKNOWN) {
            throw new ShapeException("expected a known number of units but was " + recurrent.type());
        }
        return u;
    }

    /** {@code x[b×t×in], kernel[in×g], bias[g] → x·kernel + bias}, with time first: {@code [t×b×g]}. */
    static Value project(Builder b, Value x, Value kernel, Value bias) {
        return b.plus(b.matmul(b.transpose(x, 1, 0, 2), kernel), bias);
    }

    /** {@link #run(Builder, Value, List, List, Value, Value, Step)} where the step's output is its first state. */
    List<Value> run(Builder b, Value x, List<Value> states, List<Value> captures, Value mask, Step step) {
        return run(b, x, states, captures, mask, states.get(0), (s, v, h, w) -> {
            List<Value> next = new ArrayList<>(step.next(s, v, h, w));
            next.add(0, next.get(0));
            return next;
        });
    }

    /**
     * All outputs {@code y[b×t×…]}, then the last states.
     *
     * @param x the inputs, time first: {@code [t×b×…]}
     * @param mask {@code [b×t]}, read only where this is masked
     * @param like a value of the output's type
     */
    public List<Value> run(
            Builder b, Value x, List<Value> states, List<Value> captures, Value mask, Value like, Step step) {
        boolean repeats = masked && !zeroOutputForMask;
        int n = states.size();
        List<Value> in = new ArrayList<>(states);
        if (repeats) {
            in.add(b.broadcastTo(b.constant(like.dtype(), 0), b.dims(like)));
        }
        int carries = in.size();
        in.add(x);
        if (masked) {
            in.add(b.transpose(mask, 1, 0));
        }
        int scanned = in.size() - carries;
        in.addAll(captures);

        Builder body = new Builder();
        List<Value> args = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            TensorType t = in.get(i).type();
            boolean element = i >= carries && i < carries + scanned;
            args.add(body.input("in" + i, element ? t.withShape(t.shape().remove(0)) : t));
        }
        List<Value> before = args.subList(0, n);
        List<Value> next = step.next(body, args.get(carries), before, args.subList(carries + scanned, args.size()));
        Value now = masked ? args.get(carries + 1) : null;
        Map<String, Value> results = new LinkedHashMap<>();
        for (int i = 0; i < n; i++) {
            results.put("state" + i, masked ? select(body, now, next.get(i + 1), before.get(i)) : next.get(i + 1));
        }
        Value y = next.get(0);
        if (masked) {
            y = select(body, now, y, repeats ? args.get(n) : body.constant(y.dtype(), 0));
        }
        if (repeats) {
            results.put("previous", y);
        }
        results.put("y", y);
        Graph graph = body.graph(args, results, Map.of());
        for (Variable v : graph.variables()) {
            in.add(b.add(v));
        }
        List<Value> out = b.addAll(new Scan(Rewriter.lift(graph), carries, scanned, reverse), in);
        Value ys = out.get(carries);
        int[] batchFirst =
                IntStream.range(0, rank(like) + 1).map(i -> i < 2 ? 1 - i : i).toArray();
        List<Value> all = new ArrayList<>(List.of(b.transpose(ys, batchFirst)));
        all.addAll(out.subList(0, n));
        return all;
    }

    /** {@code mask[b] ? x[b×…] : y}. */
    private static Value select(Builder b, Value mask, Value x, Value y) {
        Dim[] dims = new Dim[rank(x)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i == 0 ? b.dim(mask, 0) : Dim.of(1);
        }
        return b.select(b.reshape(mask, dims), x, y);
    }

    /** The rank of a state; one whose rank is not known is a matrix. */
    private static int rank(Value state) {
        return state.shape().isRanked() ? state.shape().rank() : 2;
    }
}
