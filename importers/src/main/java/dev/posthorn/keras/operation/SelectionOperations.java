package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.train.loss.CTC;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Places of elements: taken apart, partitioned, decoded, put elsewhere. Source: keras/src/backend/tensorflow. */
final class SelectionOperations {
    static final Map<String, Operation> ALL = Map.of(
            "Argpartition",
            of(SelectionOperations::partition),
            "CTCDecode",
            SelectionOperations::decode,
            "CTCLoss",
            of(SelectionOperations::transcription),
            "Scatter",
            of(SelectionOperations::scatter),
            "UnravelIndex",
            SelectionOperations::unravel);

    private SelectionOperations() {}

    /** The places of the kth + 1 least elements of a vector of integers, then those of the others, as TensorFlow's top_k. */
    private static Value partition(Arguments a) {
        Builder b = a.b();
        Value x = b.cast(a.x(), DType.INT32);
        boolean vector = a.option("axis") == null || x.shape().rank() == 1;
        if (!vector || x.shape().longSize() < 1) {
            throw a.unsupported("more than a vector of a known length");
        }
        x = b.reshape(x, -1);
        int n = x.shape().dim(0);
        int k = Math.max(0, Math.min(a.integer("kth", 0), n - 1));
        Value least = b.slice(largest(b, b.binary(Binary.Fn.MUL, x, -1), n), 0, 0, k + 1);
        Expr places = Expr.of(b, b.add(new Iota(DType.INT32), b.constant(DType.INT32, n)));
        Expr taken = places.expandDims(1).equalTo(places.with(least).expandDims(0));
        Expr any = places.with(b.reduce(Reduce.Fn.ANY, taken.v(), false, 1));
        Value rest = any.select(places.number(0), places.with(x)).v();
        return b.concat(0, List.of(least, b.slice(largest(b, rest, n), 0, 0, n - k - 1)));
    }

    /** The places of a vector's elements, the largest first, of equal ones the first. */
    private static Value largest(Builder b, Value x, int n) {
        Expr v = Expr.of(b, x);
        Expr i = v.iota(Dim.of(n)).cast(DType.INT32);
        Expr here = v.expandDims(1);
        Expr other = v.expandDims(0);
        Expr earlier = i.expandDims(0).lessThan(i.expandDims(1));
        Expr before = other.greaterThan(here).or(other.equalTo(here).and(earlier));
        Expr rank = before.cast(DType.INT32).sum(1); // of each element
        Expr at = rank.expandDims(0).equalTo(i.expandDims(1)).cast(DType.INT32);
        return b.add(new ArgReduce(true, 1, DType.INT32), at.v());
    }

    private static List<Value> unravel(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("indices", 0);
        List<Integer> shape = a.integers("shape");
        List<Integer> dims = new ArrayList<>(shape);
        if (x.shape().rank() == 1) {
            Collections.reverse(dims);
        }
        List<Value> places = new ArrayList<>();
        for (int d : dims) { // of more than a vector Keras divides by the first dimension first
            places.add(0, b.binary(Binary.Fn.FLOOR_MOD, x, d));
            x = b.binary(Binary.Fn.FLOOR_DIV, x, d);
        }
        return places;
    }

    /** {@code y[shape]} of zeros, to which each of {@code values} is added where its row of indices says. */
    private static Value scatter(Arguments a) {
        Builder b = a.b();
        Value indices = b.cast(a.tensor("indices", 0), DType.INT32);
        Value values = a.tensor("values", 1);
        List<Integer> shape = a.integers("shape");
        int depth = indices.shape().dim(-1);
        if (depth < 1 || depth > shape.size()) {
            throw a.unsupported("indices " + indices.type());
        }
        List<Value> parts = b.split(
                indices,
                -1,
                Collections.nCopies(depth, 1).stream().mapToInt(i -> i).toArray());
        Value place = b.squeeze(parts.get(0), -1);
        int rows = shape.get(0);
        for (int i = 1; i < depth; i++) {
            place = b.plus(b.binary(Binary.Fn.MUL, place, shape.get(i)), b.squeeze(parts.get(i), -1));
            rows *= shape.get(i);
        }
        List<Dim> rest =
                shape.subList(depth, shape.size()).stream().map(Dim::of).toList();
        List<Dim> flat = new ArrayList<>(rest);
        flat.add(0, Dim.of(rows));
        List<Dim> each = new ArrayList<>(rest);
        each.add(0, Extents.product(b, b.dims(place)));
        Value y = b.add(
                new ScatterAdd(0),
                b.reshape(place, -1),
                b.reshape(values, each.toArray(Dim[]::new)),
                b.shape(flat.toArray(Dim[]::new)));
        return b.reshape(y, shape.stream().map(Dim::of).toArray(Dim[]::new));
    }

    /** The loss of CTC, for which the class {@code mask_index} is put first: those before it move up. */
    private static Value transcription(Arguments a) {
        Builder b = a.b();
        Expr labels = Expr.of(b, b.cast(a.tensor("target", 0), DType.INT32));
        Value logits = ElementwiseOperations.floating(b, a.tensor("output", 1));
        int classes = logits.shape().dim(2);
        int index = a.integer("mask_index", 0);
        int blank = index < 0 ? index + classes : index;
        if (blank > 0) {
            List<Value> parts = b.split(logits, 2, blank, 1, classes - blank - 1);
            logits = b.concat(2, List.of(parts.get(1), parts.get(0), parts.get(2)));
            labels = labels.lessThan(labels.number(blank)).select(labels.plus(1), labels);
        }
        Expr lengths = labels.with(b.cast(a.tensor("target_length", 2), DType.INT32));
        Expr steps = labels.with(b.cast(a.tensor("output_length", 3), DType.INT32));
        return CTC.of(b, labels, labels.with(logits), lengths, steps);
    }

    /** The likeliest readings, each of as many labels as there are steps, -1 at the end; and their logarithms. */
    private static List<Value> beams(Arguments a) {
        Builder b = a.b();
        Value x = b.transpose(ElementwiseOperations.floating(b, a.tensor("inputs", 0)), 1, 0, 2);
        Integer blank = a.option("mask_index") instanceof Number n ? Integer.valueOf(n.intValue()) : null;
        if (blank != null) {
            x = b.concat(
                    2, List.of(part(b, x, null, blank), part(b, x, blank + 1, null), part(b, x, blank, blank + 1)));
            blank = blank < 0 ? blank + a.tensor("inputs", 0).shape().dim(2) : blank;
        }
        Integer first = blank;
        int paths = a.integer("top_paths", 1);
        Value lengths = b.cast(a.tensor("sequence_lengths", 1), DType.INT32);
        List<Value> found = b.addAll(new BeamSearch(a.integer("beam_width", 100), paths, false), List.of(x, lengths));
        Dim steps = b.dim(x, 0);
        Dim batch = b.dim(x, 1);
        Value none = b.broadcastTo(b.constant(DType.INT32, -1), Extents.product(b, batch, steps));
        List<Value> read = new ArrayList<>();
        for (int p = 0; p < paths; p++) {
            Expr at = Expr.of(b, b.cast(found.get(p), DType.INT32));
            Expr row = at.with(b.squeeze(b.slice(at.v(), 1, 0, 1), 1));
            Expr place = at.with(b.squeeze(b.slice(at.v(), 1, 1, 2), 1));
            Value flat =
                    row.times(row.with(Extents.scalar(b, steps))).plus(place).v();
            Value labels = b.cast(found.get(paths + p), DType.INT32);
            Expr all = at.with(b.reshape(b.add(new Scatter(Scatter.Fn.SET), none, flat, labels), batch, steps));
            all = first == null ? all : all.lessThan(all.number(first)).select(all, all.plus(1));
            read.add(all.expandDims(0).v());
        }
        Value scores = b.add(new StopGradient(), found.get(3 * paths)); // TensorFlow has no derivative of them
        return List.of(b.concat(0, read), scores);
    }

    /** The classes {@code x[..., from:to]} as Python counts them: of mask_index -1 Keras takes none, and all once more. */
    private static Value part(Builder b, Value x, Integer from, Integer to) {
        int n = x.shape().dim(2);
        int low = from == null ? 0 : Math.min(n, Math.max(0, from < 0 ? from + n : from));
        int high = to == null ? n : Math.min(n, Math.max(0, to < 0 ? to + n : to));
        return b.slice(x, 2, low, Math.max(low, high));
    }

    /** What is likeliest at each step: without blanks, and without repetitions where these merge; -1 at the end. */
    private static List<Value> decode(Arguments a) {
        Builder b = a.b();
        if (a.string("strategy", "greedy").equals("beam_search")) {
            return beams(a);
        }
        Expr x = Expr.of(b, ElementwiseOperations.floating(b, a.tensor("inputs", 0)));
        Expr lengths = x.with(b.cast(a.tensor("sequence_lengths", 1), DType.INT32));
        Expr best = x.with(b.add(new ArgReduce(true, 2, DType.INT32), x.v()));
        Expr steps = best.iota(b.dim(x.v(), 1)).cast(DType.INT32);
        Expr inside = steps.lessThan(lengths.expandDims(1));
        int blank = a.integer("mask_index", 0);
        int classes = x.shape().dim(2);
        Expr keep = inside.and(best.notEqualTo(best.number(blank < 0 ? blank + classes : blank)));
        if (a.option("merge_repeated") == null || a.flag("merge_repeated")) {
            Value first = b.broadcastTo(b.constant(DType.INT32, -1), b.dim(x.v(), 0), Dim.of(1));
            Expr before = best.with(b.concat(1, List.of(first, b.slice(best.v(), 1, 0, -1))));
            keep = keep.and(best.notEqualTo(before));
        }
        Expr at = best.with(
                b.add(new CumSum(1, true, false), keep.cast(DType.INT32).v()));
        Expr here = keep.expandDims(2).and(at.expandDims(2).equalTo(steps)); // [b×t×place]
        Expr filled =
                here.select(best.expandDims(2).plus(1), best.number(0)).sum(1).minus(1);
        Expr score = x.reduce(Reduce.Fn.MAX, false, 2);
        Expr total = inside.select(score, score.number(0)).sum(1).neg();
        return List.of(b.expandDims(filled.v(), 0), b.expandDims(total.v(), 1));
    }
}
