package dev.posthorn.ir;

import dev.posthorn.model.ShapeException;
import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Dimensions of a tensor, row-major. A dimension may be {@link #UNKNOWN}, and the rank itself may be unknown
 * ({@link #UNRANKED}), until the graph is specialised to concrete inputs. Axes count from the end where negative.
 */
public final class Shape {
    /** A dimension that is not known yet. */
    public static final int UNKNOWN = -1;

    /** The shape of which not even the rank is known. */
    public static final Shape UNRANKED = new Shape(null);

    /** The shape of a single value: no dimensions. */
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /** The shape of these dimensions; each at least 0, or {@link #UNKNOWN}. */
    public static Shape of(int... dims) {
        for (int d : dims) {
            if (d < UNKNOWN) {
                throw new ShapeException("Shape: expected dimensions of at least 0 but was " + Arrays.toString(dims));
            }
        }
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public boolean isRanked() {
        return dims != null;
    }

    /** Whether the rank and every dimension are known. */
    public boolean isKnown() {
        if (dims == null) {
            return false;
        }
        for (int d : dims) {
            if (d == UNKNOWN) {
                return false;
            }
        }
        return true;
    }

    public int rank() {
        if (dims == null) {
            throw new ShapeException("Shape: expected a known rank but was " + this);
        }
        return dims.length;
    }

    /** The dimension of an axis; a negative axis counts from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The axis as counted from the start; checks its range. */
    public int axis(int axis) {
        int rank = rank();
        if (axis < -rank || axis >= rank) {
            throw new ShapeException(
                    "Shape: expected an axis in [" + -rank + ", " + rank + ") but was " + axis + " of " + this);
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** A copy of the dimensions. */
    public int[] dims() {
        rank();
        return dims.clone();
    }

    /** The number of elements; every dimension must be known and the product fit an {@code int}. */
    public int size() {
        long n = longSize();
        if (n > Integer.MAX_VALUE - 8) {
            throw new ShapeException("Shape: expected at most 2^31 - 9 elements but was " + n + " in " + this);
        }
        return (int) n;
    }

    /** The number of elements, which may be more than one Java array holds. */
    public long longSize() {
        if (!isKnown()) {
            throw new ShapeException("Shape: expected known dimensions but was " + this);
        }
        long n = 1;
        for (int d : dims) {
            n = d == 0 ? 0 : Math.multiplyExact(n, d);
        }
        return n;
    }

    /** The product of the dimensions of axes {@code from} (inclusive) to {@code to} (exclusive), both from the start. */
    public int size(int from, int to) {
        return slice(from, to).size();
    }

    /** The shape of axes {@code from} (inclusive) to {@code to} (exclusive), both from the start. */
    public Shape slice(int from, int to) {
        rank();
        return of(Arrays.copyOfRange(dims, from, to));
    }

    /** This shape with one dimension replaced. */
    public Shape with(int axis, int dim) {
        int[] d = dims();
        d[axis(axis)] = dim;
        return of(d);
    }

    /** This shape with a dimension inserted before {@code axis}; a negative axis counts from the end of the result. */
    public Shape insert(int axis, int dim) {
        int at = axis < 0 ? axis + rank() + 1 : axis;
        if (at < 0 || at > rank()) {
            throw new ShapeException("Shape: expected an axis in [" + -(rank() + 1) + ", " + rank() + "] but was "
                    + axis + " of " + this);
        }
        int[] d = new int[rank() + 1];
        System.arraycopy(dims, 0, d, 0, at);
        d[at] = dim;
        System.arraycopy(dims, at, d, at + 1, rank() - at);
        return of(d);
    }

    /** This shape without one axis. */
    public Shape remove(int axis) {
        int at = axis(axis);
        int[] d = new int[rank() - 1];
        System.arraycopy(dims, 0, d, 0, at);
        System.arraycopy(dims, at + 1, d, at, rank() - at - 1);
        return of(d);
    }

    /** This shape with dimensions added at the end. */
    public Shape append(int... more) {
        int[] d = Arrays.copyOf(dims(), rank() + more.length);
        System.arraycopy(more, 0, d, rank(), more.length);
        return of(d);
    }

    /** NumPy broadcasting: axes are aligned at the end, a dimension of 1 stretches. */
    public static Shape broadcast(Shape a, Shape b) {
        if (!a.isRanked() || !b.isRanked()) {
            return UNRANKED;
        }
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dim(-i) : 1;
            int y = i <= b.rank() ? b.dim(-i) : 1;
            if (x != y && x != 1 && y != 1 && x != UNKNOWN && y != UNKNOWN) {
                throw new ShapeException("expected broadcastable shapes but was " + a + " and " + b + " (axis -" + i
                        + ": " + x + " and " + y + ")");
            }
            out[rank - i] = x == 1 ? y : y == 1 ? x : x == UNKNOWN ? y : x;
        }
        return of(out);
    }

    /** Whether a tensor of the shape {@code other} may stand where this shape is declared. */
    public boolean accepts(Shape other) {
        if (dims == null) {
            return true;
        }
        if (!other.isRanked() || other.rank() != rank()) {
            return false;
        }
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] != UNKNOWN && dims[i] != other.dims[i]) {
                return false;
            }
        }
        return true;
    }

    /** What is known from both shapes, which must not contradict each other. */
    public static Shape merge(Shape a, Shape b) {
        if (!a.isRanked()) {
            return b;
        }
        if (!b.isRanked()) {
            return a;
        }
        if (a.rank() != b.rank()) {
            throw new ShapeException("expected equal ranks but was " + a + " and " + b);
        }
        int[] out = a.dims();
        for (int i = 0; i < out.length; i++) {
            int y = b.dim(i);
            if (out[i] != UNKNOWN && y != UNKNOWN && out[i] != y) {
                throw new ShapeException("expected equal shapes but was " + a + " and " + b + " (axis " + i + ")");
            }
            out[i] = out[i] == UNKNOWN ? y : out[i];
        }
        return of(out);
    }

    /** What holds for both shapes: what differs is unknown. */
    public static Shape join(Shape a, Shape b) {
        if (!a.isRanked() || !b.isRanked() || a.rank() != b.rank()) {
            return UNRANKED;
        }
        int[] out = a.dims();
        for (int i = 0; i < out.length; i++) {
            out[i] = out[i] == b.dim(i) ? out[i] : UNKNOWN;
        }
        return of(out);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@code [2×?×3]}; {@code [...]} where the rank is unknown. */
    @Override
    public String toString() {
        if (dims == null) {
            return "[...]";
        }
        StringJoiner s = new StringJoiner("×", "[", "]");
        for (int d : dims) {
            s.add(d == UNKNOWN ? "?" : Integer.toString(d));
        }
        return s.toString();
    }
}
