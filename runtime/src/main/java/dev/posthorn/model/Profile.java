package dev.posthorn.model;

import java.util.List;
import java.util.Locale;

/**
 * How long each step of a call takes.
 *
 * @param steps in the order in which they run
 * @param runs how many calls the times are the median of
 * @param arena what the intermediate values take, in elements
 */
public record Profile(List<Step> steps, int runs, long arena) {
    public Profile {
        steps = List.copyOf(steps);
    }

    /**
     * A step.
     *
     * @param label the kernel and its choices
     * @param node what it computes, and for which layer
     * @param nanos the median time
     * @param flops floating-point operations of products; 0 for other steps
     */
    public record Step(String label, String node, double nanos, double flops) {}

    /** The time of all steps, in nanoseconds. */
    public double nanos() {
        return steps.stream().mapToDouble(Step::nanos).sum();
    }

    /** One line a step, the slowest first. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        double all = nanos();
        steps.stream()
                .sorted((a, b) -> Double.compare(b.nanos, a.nanos))
                .forEach(step -> s.append(String.format(
                        Locale.ROOT,
                        "%10.1f us %5.1f %%  %-11s %-44s %s%n",
                        step.nanos / 1e3,
                        100 * step.nanos / all,
                        step.flops == 0 ? "" : String.format(Locale.ROOT, "%.1f GF/s", step.flops / step.nanos),
                        step.label,
                        step.node)));
        return s.append(String.format(
                        Locale.ROOT,
                        "%10.1f us in %d steps; arena %,d elements; median of %d runs%n",
                        all / 1e3,
                        steps.size(),
                        arena,
                        runs))
                .toString();
    }
}
