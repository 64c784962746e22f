package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;

/** Uniform doubles one by one from a source that gives pairs, of which the second is taken first. */
final class Draws {
    /** Draws of the source that each result has for its own. */
    static final int RESERVED = 256;

    private final Philox source;
    private double waiting;
    private boolean one;

    Draws(Philox source) {
        this.source = source;
    }

    /** The draws for result {@code i} of a key and a counter, operands 1 and 2. */
    static Draws of(Tensor key, Tensor counter, long i) {
        return new Draws(source(key, counter).skip(RESERVED * i));
    }

    static Philox source(Tensor key, Tensor counter) {
        return new Philox(key.longs()[0], counter.longs()[0], counter.longs()[1]);
    }

    double next() {
        one = !one;
        if (one) {
            int[] r = source.next();
            waiting = Philox.unit(r[0], r[1]);
            return Philox.unit(r[2], r[3]);
        }
        return waiting;
    }

    /** Checks that operands {@code first} and the one after it are a key[1] and a counter[2]. */
    static void check(Operands in, int first) {
        if (in.dtype(first) != DType.UINT64 || in.dtype(first + 1) != DType.UINT64) {
            throw new ShapeException("expected a key and a counter of uint64 but was " + in.types());
        }
        if (!in.shape(first).accepts(Shape.of(1)) || !in.shape(first + 1).accepts(Shape.of(2))) {
            throw new ShapeException("expected a key[1] and a counter[2] but was " + in.types());
        }
    }

    /** Checks that a shape of results ends as this one of their parameters. */
    static void endsAs(Shape y, Shape parameters) {
        for (int i = 1; y.isRanked() && parameters.isRanked() && i <= parameters.rank(); i++) {
            int d = i > y.rank() ? 0 : y.dim(-i);
            boolean fits = d == Shape.UNKNOWN
                    || parameters.dim(-i) == Shape.UNKNOWN
                    || parameters.dim(-i) == 1
                    || d == parameters.dim(-i);
            if (i > y.rank() || !fits) {
                throw new ShapeException("expected a shape that ends as " + parameters + " does but was " + y);
            }
        }
    }
}
