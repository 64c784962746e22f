package dev.posthorn.junit;

import dev.posthorn.golden.Check;
import dev.posthorn.golden.Diagnosis;
import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.LayerTrace;
import dev.posthorn.golden.TrainingTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * One thing that is to agree.
 *
 * @param name what it is, as the test is called
 * @param checks its arrays
 * @param aborted why it is not compared, or no failure of its own; empty where it counts
 * @param diagnosis what is wrong with the model, where something is
 */
public record GoldenTest(String name, List<Check> checks, Optional<String> aborted, Optional<Diagnosis> diagnosis) {
    public GoldenTest {
        checks = List.copyOf(checks);
    }

    /** One for each output, gradient, layer and training step, in this order. */
    public static List<GoldenTest> of(GoldenReport report) {
        List<GoldenTest> all = new ArrayList<>();
        Optional<Diagnosis> d = report.diagnosis();
        report.outputs().forEach(c -> all.add(new GoldenTest("output " + c.name(), List.of(c), Optional.empty(), d)));
        report.gradients()
                .forEach(c -> all.add(new GoldenTest("gradient " + c.name(), List.of(c), Optional.empty(), d)));
        report.trace()
                .ifPresent(t -> t.rows()
                        .forEach(r -> all.add(new GoldenTest(
                                "layer " + r.layer().key() + " (" + r.layer().className() + ")",
                                r.outputs(),
                                aborted(r, d),
                                d))));
        for (TrainingTrace.Step s : report.training().map(TrainingTrace::steps).orElse(List.of())) {
            all.add(new GoldenTest("training step " + s.number(), s.checks(), Optional.empty(), d));
        }
        return List.copyOf(all);
    }

    private static Optional<String> aborted(LayerTrace.Row r, Optional<Diagnosis> d) {
        if (r.outputs().isEmpty()) {
            return Optional.of("it " + r.missing());
        }
        return r.follows() && d.isPresent()
                ? Optional.of("right by itself: it goes on with what is wrong before it; " + "the first is "
                        + d.get().where())
                : Optional.empty();
    }

    /** Whether everything agrees. */
    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    /**
     * Fails where something differs: what and by how much, the first layer that is wrong and the likely cause.
     *
     * @throws AssertionFailedError of that
     * @throws TestAbortedException where it cannot be compared or does not count
     */
    public void run() {
        if (aborted.isPresent()) {
            throw new TestAbortedException(aborted.get());
        }
        if (!passed()) {
            throw new AssertionFailedError(message());
        }
    }

    private String message() {
        List<String> lines = new ArrayList<>();
        checks.stream().filter(c -> !c.passed()).forEach(c -> lines.add(c.toString()));
        diagnosis.ifPresent(d -> lines.addAll(d.lines()));
        return String.join(System.lineSeparator(), lines);
    }
}
