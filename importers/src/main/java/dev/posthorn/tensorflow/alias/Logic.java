package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.Arrays;
import java.util.List;

/** Comparisons, truth values and choices. */
final class Logic {
    static final List<TfOp> ALL = List.of(
            Direct.of("Equal", new Compare(Compare.Fn.EQ)),
            Direct.of("NotEqual", new Compare(Compare.Fn.NE)),
            Direct.of("Less", new Compare(Compare.Fn.LT)),
            Direct.of("LessEqual", new Compare(Compare.Fn.LE)),
            Direct.of("Greater", new Compare(Compare.Fn.GT)),
            Direct.of("GreaterEqual", new Compare(Compare.Fn.GE)),
            Direct.of("LogicalAnd", new Binary(Binary.Fn.AND)),
            Direct.of("LogicalOr", new Binary(Binary.Fn.OR)),
            Direct.of("BitwiseAnd", new Binary(Binary.Fn.AND)),
            Direct.of("BitwiseOr", new Binary(Binary.Fn.OR)),
            Direct.of("BitwiseXor", new Binary(Binary.Fn.XOR)),
            Direct.of("SelectV2", new Select()),
            one("Select", Logic::select),
            one("LogicalNot", s -> s.b().add(new Binary(Binary.Fn.XOR), s.in(0), truth(s, true))),
            one("IsNan", s -> s.b().compare(Compare.Fn.NE, s.in(0), s.in(0))),
            one(
                    "IsInf",
                    s -> s.b().compare(
                                    Compare.Fn.EQ,
                                    s.b().unary(Unary.Fn.ABS, s.in(0)),
                                    s.b().constant(s.dtype(0), Double.POSITIVE_INFINITY))),
            one(
                    "IsFinite",
                    s -> s.b().compare(
                                    Compare.Fn.LT,
                                    s.b().unary(Unary.Fn.ABS, s.in(0)),
                                    s.b().constant(s.dtype(0), Double.POSITIVE_INFINITY))),
            one(
                    "ApproximateEqual",
                    s -> s.b().compare(
                                    Compare.Fn.LT,
                                    s.b().unary(Unary.Fn.ABS, s.b().minus(s.in(0), s.in(1))),
                                    s.b().constant(s.dtype(0), s.attributes().real("tolerance", 1e-5f)))));

    private Logic() {}

    static Value truth(Site s, boolean value) {
        Tensor t = Tensor.zeros(TensorType.of(DType.BOOL));
        t.setLong(0, value ? 1 : 0);
        return s.b().constant(t);
    }

    /** {@code c ? x : y}; a vector c chooses whole rows. */
    private static Value select(Site s) {
        Value c = s.in(0);
        int rank = s.shape(1).rank();
        if (c.shape().rank() == 1 && rank > 1) {
            Dim[] dims = new Dim[rank];
            Arrays.fill(dims, Dim.of(1));
            dims[0] = s.b().dim(c, 0);
            c = s.b().reshape(c, dims);
        }
        return s.b().select(c, s.in(1), s.in(2));
    }
}
