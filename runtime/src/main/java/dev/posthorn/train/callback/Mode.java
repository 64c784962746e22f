package dev.posthorn.train.callback;

/** Which values of a metric are better. */
public enum Mode {
    /** What the metric says of itself. */
    AUTO,
    MIN,
    MAX
}
