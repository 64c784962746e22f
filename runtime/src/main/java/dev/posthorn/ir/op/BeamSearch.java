package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code paths} most probable readings of {@code logits[time×batch×classes]} of which {@code steps[batch]} count, the blank
 * being the last class; after each step the {@code width} best are kept. Outputs: for each path {@code indices[n×2]}, then for
 * each {@code values[n]}, then for each {@code shape[2]}, a sparse tensor of int64 {@code [batch×longest]}; then {@code
 * log p[batch×paths]}. With {@code merge} repeated labels of a reading are given once. Source: TF CTCBeamSearchDecoder.
 */
public record BeamSearch(int width, int paths, boolean merge) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = in.count(2).type(0);
        if (!x.dtype().isFloating()
                || x.shape().rank() != 3
                || !in.dtype(1).isInteger()
                || in.shape(1).rank() != 1) {
            throw new ShapeException("expected logits[time×batch×classes] and steps[batch] but was " + in.types());
        }
        if (paths < 1 || width < paths) {
            throw new ShapeException("expected 1 to " + width + " paths but was " + paths);
        }
        List<TensorType> out = new ArrayList<>();
        for (Shape s : List.of(Shape.of(Shape.UNKNOWN, 2), Shape.of(Shape.UNKNOWN), Shape.of(2))) {
            for (int p = 0; p < paths; p++) {
                out.add(new TensorType(DType.INT64, s));
            }
        }
        out.add(x.withShape(Shape.of(x.shape().dim(1), paths)));
        return out;
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor x = in.get(0);
        int batch = x.shape().dim(1);
        Tensor score = Tensor.zeros(out.get(3 * paths).withShape(Shape.of(batch, paths)));
        List<List<int[]>> read = new ArrayList<>();
        for (int b = 0; b < batch; b++) {
            List<Beam> best = search(x, b, (int) in.get(1).getLong(b));
            List<int[]> labels = new ArrayList<>();
            for (int p = 0; p < paths; p++) {
                if (p >= best.size()) {
                    throw new ShapeException("expected " + paths + " readings but was " + best.size());
                }
                labels.add(best.get(p).labels(merge));
                score.setDouble(b * paths + p, best.get(p).total);
            }
            read.add(labels);
        }
        List<Tensor> indices = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        List<Tensor> shapes = new ArrayList<>();
        for (int p = 0; p < paths; p++) {
            List<long[]> all = new ArrayList<>();
            int longest = 0;
            for (int b = 0; b < batch; b++) {
                int[] labels = read.get(b).get(p);
                longest = Math.max(longest, labels.length);
                for (int i = 0; i < labels.length; i++) {
                    all.add(new long[] {b, i, labels[i]});
                }
            }
            indices.add(Tensor.of(
                    Shape.of(all.size(), 2),
                    all.stream()
                            .flatMapToLong(r -> java.util.stream.LongStream.of(r[0], r[1]))
                            .toArray()));
            values.add(Tensor.of(
                    Shape.of(all.size()), all.stream().mapToLong(r -> r[2]).toArray()));
            shapes.add(Tensor.of(Shape.of(2), new long[] {batch, longest}));
        }
        List<Tensor> results = new ArrayList<>(indices);
        results.addAll(values);
        results.addAll(shapes);
        results.add(score);
        return results;
    }

    /** A reading: a label behind another reading, with the logarithms of its probability, now and before the step. */
    private static final class Beam {
        private final Beam parent;
        private final int label;
        private final Map<Integer, Beam> next = new HashMap<>();
        private double total = Double.NEGATIVE_INFINITY;
        private double blank = Double.NEGATIVE_INFINITY;
        private double labelled = Double.NEGATIVE_INFINITY;
        private double totalBefore = Double.NEGATIVE_INFINITY;
        private double blankBefore = Double.NEGATIVE_INFINITY;

        Beam(Beam parent, int label) {
            this.parent = parent;
            this.label = label;
        }

        void drop() {
            total = Double.NEGATIVE_INFINITY;
            blank = total;
            labelled = total;
        }

        boolean active() {
            return total != Double.NEGATIVE_INFINITY;
        }

        int[] labels(boolean merge) {
            List<Integer> labels = new ArrayList<>();
            int last = -1;
            for (Beam b = this; b.parent != null; b = b.parent) {
                if (!merge || b.label != last) {
                    labels.add(0, b.label);
                }
                last = b.label;
            }
            return labels.stream().mapToInt(l -> l).toArray();
        }
    }

    private List<Beam> search(Tensor x, int b, int steps) {
        int classes = x.shape().dim(2);
        if (steps < 0 || steps > x.shape().dim(0)) {
            throw new ShapeException("expected at most " + x.shape().dim(0) + " steps but was " + steps);
        }
        Beam root = new Beam(null, -1);
        root.total = 0;
        root.blank = 0;
        List<Beam> kept = List.of(root);
        double[] log = new double[classes];
        for (int t = 0; t < steps; t++) {
            double sum = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                log[c] = x.getDouble((t * x.shape().dim(1) + b) * classes + c);
                sum = Cumulative.logSum(sum, log[c]);
            }
            for (int c = 0; c < classes; c++) {
                log[c] -= sum;
            }
            kept = step(kept, log);
        }
        return kept;
    }

    private List<Beam> step(List<Beam> from, double[] log) {
        int blank = log.length - 1;
        for (Beam s : from) {
            s.totalBefore = s.total;
            s.blankBefore = s.blank;
        }
        List<Beam> kept = new ArrayList<>();
        for (Beam s : from) { // a reading goes on: with a blank, or its last label again
            if (s.parent != null) {
                if (s.parent.active()) {
                    double before = s.label == s.parent.label ? s.parent.blankBefore : s.parent.totalBefore;
                    s.labelled = Cumulative.logSum(s.labelled, before);
                }
                s.labelled += log[s.label];
            }
            s.blank = s.totalBefore + log[blank];
            s.total = Cumulative.logSum(s.blank, s.labelled);
            kept.add(s);
        }
        for (Beam s : from) { // it is followed by another label
            if (!fits(kept, s.totalBefore)) {
                continue;
            }
            for (int c = 0; c < blank; c++) {
                int label = c;
                Beam child = s.next.computeIfAbsent(c, k -> new Beam(s, label));
                if (child.active()) {
                    continue;
                }
                child.blank = Double.NEGATIVE_INFINITY;
                child.labelled = log[c] + (c == s.label ? s.blankBefore : s.totalBefore);
                child.total = child.labelled;
                if (!fits(kept, child.total)) {
                    child.drop();
                    child.totalBefore = Double.NEGATIVE_INFINITY;
                    child.blankBefore = Double.NEGATIVE_INFINITY;
                    continue;
                }
                if (kept.size() == width) {
                    Beam least = least(kept);
                    least.drop();
                    kept.remove(least);
                }
                kept.add(child);
            }
        }
        kept.sort(Comparator.comparingDouble((Beam s) -> s.total).reversed());
        return kept;
    }

    private boolean fits(List<Beam> kept, double total) {
        return total > Double.NEGATIVE_INFINITY && (kept.size() < width || total > least(kept).total);
    }

    private static Beam least(List<Beam> kept) {
        Beam least = kept.get(0);
        for (Beam s : kept) {
            least = s.total <= least.total ? s : least;
        }
        return least;
    }
}
