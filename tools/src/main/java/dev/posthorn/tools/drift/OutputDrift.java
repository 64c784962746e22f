package dev.posthorn.tools.drift;

import dev.posthorn.ir.Tensor;
import java.util.Optional;

/**
 * What is counted of an output of two models, batch by batch.
 *
 * @see ClassDrift
 * @see ValueDrift
 */
public abstract class OutputDrift {
    private final String name;
    private long rows;
    private long elements;
    private double sum;
    private double most;

    OutputDrift(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public long rows() {
        return rows;
    }

    /** The mean of {@code |new − old|} over all elements. */
    public double meanDifference() {
        return elements == 0 ? 0 : sum / elements;
    }

    /** The largest {@code |new − old|}. */
    public double maxDifference() {
        return most;
    }

    /** Counts a batch; what each row is off by at most, in the mean over its elements. */
    final double[] add(Tensor before, Tensor after, Optional<Tensor> target) {
        int n = before.shape().dim(0);
        int width = n == 0 ? 0 : before.size() / n;
        double[] off = new double[n];
        for (int r = 0; r < n; r++) {
            for (int i = 0; i < width; i++) {
                double a = before.getDouble(r * width + i);
                double b = after.getDouble(r * width + i);
                boolean same = a == b || Double.isNaN(a) && Double.isNaN(b);
                double d = same ? 0 : Math.abs(b - a);
                d = Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
                off[r] += d / width;
                most = Math.max(most, d);
                sum += d;
            }
            count(before, after, target, r, width);
        }
        rows += n;
        elements += (long) n * width;
        return off;
    }

    /** Counts what a row says. */
    abstract void count(Tensor before, Tensor after, Optional<Tensor> target, int row, int width);

    /** What a model says of a row, for people. */
    public abstract String said(Tensor output, int row);
}
