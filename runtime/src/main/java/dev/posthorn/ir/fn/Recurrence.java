package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loop that recurrent composites share. Where the mask is false a step keeps the states, and its output is zero, or
 * the output of the step before (zero at the first). Outputs stand where their inputs stood, whatever the direction.
 * Source: keras.ops.rnn on TensorFlow.
 */
record Recurrence(boolean reverse, boolean masked, boolean zeroOutputForMask) {
  /** One step: from the projected input x[b×g], the states and the captures to the next states; the first is the output. */
  @FunctionalInterface
  interface Step {
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

  /** All outputs {@code y[b×t×u]}, then the last states. The mask, {@code [b×t]}, is read only where this is masked. */
  List<Value> run(Builder b, Value projected, List<Value> states, List<Value> captures, Value mask, Step step) {
    boolean repeats = masked && !zeroOutputForMask;
    int n = states.size();
    List<Value> in = new ArrayList<>(states);
    if (repeats) {
      in.add(b.broadcastTo(b.constant(projected.dtype(), 0), b.dims(states.get(0))));
    }
    int carries = in.size();
    in.add(projected);
    if (masked) {
      in.add(b.expandDims(b.transpose(mask, 1, 0), 2));
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
    Value y = next.get(0);
    Map<String, Value> results = new LinkedHashMap<>();
    for (int i = 0; i < n; i++) {
      Value kept = masked ? body.select(args.get(carries + 1), next.get(i), before.get(i)) : next.get(i);
      results.put("state" + i, kept);
    }
    if (masked) {
      y = body.select(args.get(carries + 1), y, repeats ? args.get(n) : body.constant(y.dtype(), 0));
    }
    if (repeats) {
      results.put("previous", y);
    }
    results.put("y", y);
    Scan loop = new Scan(body.graph(args, results, Map.of()), carries, scanned, reverse);
    List<Value> out = b.addAll(loop, in);
    List<Value> all = new ArrayList<>(List.of(b.transpose(out.get(carries), 1, 0, 2)));
    all.addAll(out.subList(0, n));
    return all;
  }
}
