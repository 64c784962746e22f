package dev.posthorn.tools.drift;

import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An output of classes: one of {@code width} by the largest number, or, where there is one number, whether it is more than half. A
 * target is a class's number, or one number for each.
 */
public final class ClassDrift extends OutputDrift {
    private final Map<Integer, Map<Integer, Long>> moves = new TreeMap<>();
    private long agreed;
    private long judged;
    private long rightBefore;
    private long rightAfter;
    private long gained;
    private long lost;

    ClassDrift(String name) {
        super(name);
    }

    /** How many rows the old model put in one class and the new one in another. */
    public record Move(int from, int to, long rows) {}

    @Override
    void count(Tensor before, Tensor after, Optional<Tensor> target, int row, int width) {
        int a = label(before, row, width);
        int b = label(after, row, width);
        agreed += a == b ? 1 : 0;
        moves.computeIfAbsent(a, k -> new TreeMap<>()).merge(b, 1L, Long::sum);
        if (target.isPresent()) {
            Tensor t = target.get();
            int given = t.size() / t.shape().dim(0);
            int is = given == 1 && width > 1 ? (int) t.getLong(row) : label(t, row, given);
            judged++;
            rightBefore += a == is ? 1 : 0;
            rightAfter += b == is ? 1 : 0;
            gained += a != is && b == is ? 1 : 0;
            lost += a == is && b != is ? 1 : 0;
        }
    }

    private static int label(Tensor t, int row, int width) {
        if (width == 1) {
            return t.getDouble(row) > 0.5 ? 1 : 0;
        }
        int best = 0;
        for (int i = 1; i < width; i++) {
            best = t.getDouble(row * width + i) > t.getDouble(row * width + best) ? i : best;
        }
        return best;
    }

    @Override
    public String said(Tensor output, int row) {
        int width = output.size() / output.shape().dim(0);
        int label = label(output, row, width);
        double p = output.getDouble(width == 1 ? row : row * width + label);
        return "class " + label + String.format(Locale.ROOT, " (%.3f)", p);
    }

    /** The part of the rows that both models put in the same class. */
    public double agreement() {
        return rows() == 0 ? 1 : (double) agreed / rows();
    }

    /** Every pair of classes that rows were put in, in order. */
    public List<Move> moves() {
        List<Move> all = new ArrayList<>();
        moves.forEach((from, row) -> row.forEach((to, n) -> all.add(new Move(from, to, n))));
        return all;
    }

    /** Whether there were targets. */
    public boolean isJudged() {
        return judged > 0;
    }

    public double accuracyBefore() {
        return (double) rightBefore / judged;
    }

    public double accuracyAfter() {
        return (double) rightAfter / judged;
    }

    /** Rows that the old model had wrong and the new one has right. */
    public long gained() {
        return gained;
    }

    /** Rows that the old model had right and the new one has wrong. */
    public long lost() {
        return lost;
    }
}
