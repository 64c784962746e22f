package dev.posthorn.train.regularizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;

/**
 * {@code factor · mean |cos(xᵢ, xⱼ)|} over the pairs i &lt; j of rows, or of columns.
 *
 * <p>(C1) factor finite and at least 0. (C2) x a matrix of known shape. Source: keras/src/regularizers/regularizers.py.
 */
public record OrthogonalRegularizer(double factor, Mode mode) implements Regularizer {
    /** Between what the angles are. */
    public enum Mode {
        ROWS,
        COLUMNS
    }

    public static final Codec<OrthogonalRegularizer> CODEC = Codec.of(
            "OrthogonalRegularizer",
            f -> new OrthogonalRegularizer(
                    f.of("factor", FieldType.FLOAT, OrthogonalRegularizer::factor, 0.01),
                    f.of("mode", FieldType.lower(Mode.class), OrthogonalRegularizer::mode, Mode.ROWS)));

    public OrthogonalRegularizer {
        L1L2.check("factor", factor); // (C1)
    }

    @Override
    public Codec<OrthogonalRegularizer> codec() {
        return CODEC;
    }

    @Override
    public Value call(Builder b, Value x) {
        if (x.shape().rank() != 2 || !x.shape().isKnown()) { // (C2)
            throw new ShapeException("OrthogonalRegularizer: expected a matrix of known shape but was " + x.type());
        }
        Expr e = Expr.of(b, x);
        Expr rows = (mode == Mode.ROWS ? e : e.transposed()).normalized(1);
        int n = rows.shape().dim(0);
        Expr products = rows.matmul(rows.transposed()).times(e.with(b.constant(offDiagonal(rows, n))));
        double pairs = n * (n - 1.0) / 2;
        return products.abs()
                .sum()
                .times(e.number(factor).times(0.5))
                .over(pairs)
                .v();
    }

    private static Tensor offDiagonal(Expr like, int n) {
        Tensor t = Tensor.zeros(TensorType.of(like.dtype(), n, n));
        for (int i = 0; i < n * n; i++) {
            t.setDouble(i, i % (n + 1) == 0 ? 0 : 1);
        }
        return t;
    }
}
