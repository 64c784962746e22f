package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Rows or columns, whichever are fewer, that are orthogonal and of length gain: the factor Q of a normally distributed
 * matrix, its signs such that R has a positive diagonal.
 *
 * <p>(C1) rank 2 at least; all axes but the last are rows. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record Orthogonal(double gain, Long seed) implements Initializer {
    public static final Codec<Orthogonal> CODEC = Codec.of("Orthogonal", List.of("OrthogonalInitializer"), f -> {
        Draws.ownDType(f);
        return new Orthogonal(
                f.of("gain", FieldType.FLOAT, Orthogonal::gain, 1.0), f.of("seed", Draws.SEED, Orthogonal::seed));
    });

    @Override
    public Codec<Orthogonal> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        if (type.shape().rank() < 2) { // (C1)
            throw new ShapeException("Orthogonal: expected rank 2 at least but was " + type);
        }
        int columns = type.shape().dim(-1);
        int rows = columns == 0 ? 0 : type.shape().size() / columns;
        int m = Math.max(rows, columns);
        int n = Math.min(rows, columns);
        Tensor normal =
                Draws.normal(new TensorType(type.dtype(), Shape.of(m, n)), 0, 1, seed == null ? otherwise : seed);
        double[][] q = new double[n][m];
        for (int i = 0; i < m * n; i++) {
            q[i % n][i / n] = normal.getDouble(i);
        }
        orthogonalise(q);
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < m * n; i++) {
            t.setDouble(i, gain * (rows < columns ? q[i / m][i % m] : q[i % n][i / n]));
        }
        return t;
    }

    /** Makes each vector orthogonal to those before it, twice so that rounding does not matter, and of length 1. */
    private static void orthogonalise(double[][] q) {
        for (int j = 0; j < q.length; j++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < j; k++) {
                    add(q[j], q[k], -dot(q[j], q[k]));
                }
            }
            double length = Math.sqrt(dot(q[j], q[j]));
            for (int i = 0; i < q[j].length; i++) {
                q[j][i] /= length;
            }
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static void add(double[] x, double[] y, double a) {
        for (int i = 0; i < x.length; i++) {
            x[i] += a * y[i];
        }
    }
}
