package dev.posthorn.plan;

/** One piece of work of a plan: reads slots, writes slots. Immutable and shared between threads. */
public interface Step {
    void run(Frame frame);

    /** Makes what the runs of a loop have in common, of operands that are {@linkplain StepRule.Room#isFixed fixed} in it. */
    default void prepare(Frame frame) {}

    /** What runs here, for {@code explain}: the kernel and its choices. */
    String label();

    /** What the step holds besides, several lines, for {@code explain}; empty where it is what the label says. */
    default String details() {
        return "";
    }
}
