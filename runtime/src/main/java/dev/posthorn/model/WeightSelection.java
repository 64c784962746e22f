package dev.posthorn.model;

/**
 * Which weights of a file a model takes.
 *
 * @param byName only layers whose names are in the file, in whatever order; else all, and the file must have all
 * @param skipMismatch weights of another shape are passed over; else they are an error
 */
public record WeightSelection(boolean byName, boolean skipMismatch) {
    /** All weights, each of the right shape. */
    public static final WeightSelection ALL = new WeightSelection(false, false);
}
