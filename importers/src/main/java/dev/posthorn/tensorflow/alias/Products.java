package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.ComplexNumbers;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Einsum;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Products of matrices. */
final class Products {
    static final List<TfOp> ALL = List.of(
            one("MatMul", s -> matmul(s, "transpose_a", "transpose_b")),
            one("SparseMatMul", s -> matmul(s, "transpose_a", "transpose_b")),
            one("BatchMatMul", s -> matmul(s, "adj_x", "adj_y")),
            one("BatchMatMulV2", s -> matmul(s, "adj_x", "adj_y")),
            one("BatchMatMulV3", s -> matmul(s, "adj_x", "adj_y")),
            one("Einsum", s -> Einsum.of(s.b(), s.attributes().string("equation", ""), s.all())));

    private Products() {}

    private static Value matmul(Site s, String a, String b) {
        MatMul op = new MatMul(s.attributes().bool(a, false), s.attributes().bool(b, false));
        boolean adjoint = a.startsWith("adj");
        Value x = adjoint && op.transposeA() ? ComplexNumbers.conjugate(s.b(), s.in(0)) : s.in(0);
        Value y = adjoint && op.transposeB() ? ComplexNumbers.conjugate(s.b(), s.in(1)) : s.in(1);
        if (s.attributes().has("Tout")) {
            x = Elementwise.cast(s.b(), x, s.attributes().type("Tout"));
            y = Elementwise.cast(s.b(), y, s.attributes().type("Tout"));
        }
        return s.b().add(op, x, y);
    }
}
