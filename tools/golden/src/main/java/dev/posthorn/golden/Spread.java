package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the elements of a layer's outputs are spread, and how far they are off.
 *
 * @param count the elements compared
 * @param mean the mean of {@code |was − expected|} as a part of the scale
 * @param decades how many are off by nothing, by less than 1e-8 of the scale, then by each power of ten, at last by 1 or more
 * @param low the least finite value of both sides
 * @param high the largest
 * @param expected how many values of Python lie in each of equal parts of {@code low} to {@code high}
 * @param was how many of Java's
 */
public record Spread(
        long count,
        double mean,
        List<Integer> decades,
        double low,
        double high,
        List<Integer> expected,
        List<Integer> was) {
    /** The least power of ten of {@link #decades} that has a count of its own. */
    public static final int LEAST = -8;

    private static final int BINS = 24;

    /** The spread of a layer's outputs; empty where one is not there, or nothing is finite. */
    static Optional<Spread> of(Golden golden, Golden.Layer layer, Map<String, Tensor> was) {
        double[] ends = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        int[] decades = new int[3 - LEAST];
        double[] sum = new double[1];
        long[] count = new long[1];
        for (int i = 0; i < layer.outputs().size(); i++) {
            double scale = Math.max(layer.outputs().get(i).absmax(), Double.MIN_NORMAL);
            boolean there = golden.pairs(layer.outputs().get(i), was.get(layer.output(i)), (e, w) -> {
                double off = Golden.off(e, w) / scale;
                decades[decade(off)]++;
                sum[0] += off;
                count[0]++;
                for (double v : new double[] {e, w}) {
                    ends[0] = Double.isFinite(v) ? Math.min(ends[0], v) : ends[0];
                    ends[1] = Double.isFinite(v) ? Math.max(ends[1], v) : ends[1];
                }
            });
            if (!there) {
                return Optional.empty();
            }
        }
        if (ends[0] > ends[1]) {
            return Optional.empty();
        }
        int[][] bins = new int[2][BINS];
        for (int i = 0; i < layer.outputs().size(); i++) {
            golden.pairs(layer.outputs().get(i), was.get(layer.output(i)), (e, w) -> {
                count(bins[0], e, ends);
                count(bins[1], w, ends);
            });
        }
        return Optional.of(
                new Spread(count[0], sum[0] / count[0], list(decades), ends[0], ends[1], list(bins[0]), list(bins[1])));
    }

    /** The place in {@link #decades} of an error that is a part of the scale. */
    public static int decade(double off) {
        if (off == 0) {
            return 0;
        }
        int power = (int) Math.floor(Math.log10(off));
        return 1 + Math.max(0, Math.min(1 - LEAST, power - LEAST + 1));
    }

    private static void count(int[] bins, double v, double[] ends) {
        if (Double.isFinite(v)) {
            double at = ends[1] == ends[0] ? 0.5 : (v - ends[0]) / (ends[1] - ends[0]);
            bins[(int) Math.min(BINS - 1, at * BINS)]++;
        }
    }

    private static List<Integer> list(int[] counts) {
        return Arrays.stream(counts).boxed().toList();
    }
}
