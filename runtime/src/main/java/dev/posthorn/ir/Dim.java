package dev.posthorn.ir;

/** One dimension while a graph is built: a number where it is known, else an int32 scalar computed in the graph. */
public record Dim(int known, Value value) {
    public static Dim of(int dim) {
        return new Dim(dim, null);
    }

    public boolean isKnown() {
        return value == null;
    }
}
