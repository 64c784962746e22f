package dev.posthorn.tools.drift;

import dev.posthorn.ir.Tensor;
import dev.posthorn.tools.report.Numbers;
import java.util.Optional;

/** An output of numbers: their means and how they go together; where there are targets, both models' errors. */
public final class ValueDrift extends OutputDrift {
    private long n;
    private double meanA;
    private double meanB;
    private double squaresA;
    private double squaresB;
    private double together;
    private long judged;
    private double offA;
    private double offB;
    private double squareOffA;
    private double squareOffB;
    private double squareDifference;

    ValueDrift(String name) {
        super(name);
    }

    @Override
    void count(Tensor before, Tensor after, Optional<Tensor> target, int row, int width) {
        for (int i = row * width; i < (row + 1) * width; i++) {
            double a = before.getDouble(i);
            double b = after.getDouble(i);
            n++;
            double da = a - meanA; // Welford's: sums that do not cancel
            double db = b - meanB;
            meanA += da / n;
            meanB += db / n;
            squaresA += da * (a - meanA);
            squaresB += db * (b - meanB);
            together += da * (b - meanB);
            squareDifference += (b - a) * (b - a);
            if (target.isPresent() && target.get().size() == before.size()) {
                double t = target.get().getDouble(i);
                judged++;
                offA += Math.abs(a - t);
                offB += Math.abs(b - t);
                squareOffA += (a - t) * (a - t);
                squareOffB += (b - t) * (b - t);
            }
        }
    }

    @Override
    public String said(Tensor output, int row) {
        int width = output.size() / output.shape().dim(0);
        String first = Numbers.value(output.getDouble(row * width));
        return width == 1 ? first : first + ", … (" + width + ")";
    }

    public double meanBefore() {
        return meanA;
    }

    public double meanAfter() {
        return meanB;
    }

    /** The root of the mean of {@code (new − old)²}. */
    public double rmsDifference() {
        return n == 0 ? 0 : Math.sqrt(squareDifference / n);
    }

    /** Pearson's correlation of old and new; NaN where one of them is constant. */
    public double correlation() {
        return together / Math.sqrt(squaresA * squaresB);
    }

    /** Whether there were targets. */
    public boolean isJudged() {
        return judged > 0;
    }

    /** The mean absolute error of the old model. */
    public double errorBefore() {
        return offA / judged;
    }

    public double errorAfter() {
        return offB / judged;
    }

    /** The root mean square error of the old model. */
    public double rmseBefore() {
        return Math.sqrt(squareOffA / judged);
    }

    public double rmseAfter() {
        return Math.sqrt(squareOffB / judged);
    }
}
