package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.table.SetOperation;
import dev.posthorn.ir.op.table.SetSizes;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Sets along the last axis, dense or sparse. */
final class Sets {
    static final List<TfOp> ALL = List.of(
            many("DenseToDenseSetOperation", s -> operation(s, dense(s, 0), dense(s, 1))),
            many("DenseToSparseSetOperation", s -> operation(s, dense(s, 0), s.in(1, 4))),
            many("SparseToSparseSetOperation", s -> operation(s, s.in(0, 3), s.in(3, 6))),
            one("SetSize", s -> s.b().addAll(new SetSizes(), s.all()).get(0)));

    private Sets() {}

    private static List<Value> operation(Site s, List<Value> a, List<Value> b) {
        SetOperation.Fn fn = switch (s.attributes().string("set_operation", "")) {
            case "a-b" -> SetOperation.Fn.A_MINUS_B;
            case "b-a" -> SetOperation.Fn.B_MINUS_A;
            case "intersection" -> SetOperation.Fn.INTERSECTION;
            case "union" -> SetOperation.Fn.UNION;
            default -> throw s.unsupported("set operation " + s.attributes().string("set_operation", ""));
        };
        return s.b().addAll(new SetOperation(fn), List.of(a.get(0), a.get(1), a.get(2), b.get(0), b.get(1), b.get(2)));
    }

    /** All elements of a dense tensor, as a sparse one. */
    private static List<Value> dense(Site s, int i) {
        Builder b = s.b();
        Value x = s.in(i);
        Value ones = b.broadcastTo(b.constant(Tensor.scalar(DType.BOOL, 1)), b.dims(x));
        Value shape = b.cast(b.add(new ShapeOf(), x), DType.INT64);
        return List.of(b.add(new NonZero(), ones), b.reshape(x, -1), shape);
    }
}
