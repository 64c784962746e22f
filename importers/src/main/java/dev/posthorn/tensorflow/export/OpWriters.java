package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How each primitive is written: as one op of TensorFlow or a few. */
final class OpWriters {
    private static final Map<Unary.Fn, String> UNARY = Map.ofEntries(
            Map.entry(Unary.Fn.ABS, "Abs"),
            Map.entry(Unary.Fn.NEG, "Neg"),
            Map.entry(Unary.Fn.SIGN, "Sign"),
            Map.entry(Unary.Fn.SQUARE, "Square"),
            Map.entry(Unary.Fn.RELU, "Relu"),
            Map.entry(Unary.Fn.CEIL, "Ceil"),
            Map.entry(Unary.Fn.FLOOR, "Floor"),
            Map.entry(Unary.Fn.ROUND, "Round"),
            Map.entry(Unary.Fn.EXP, "Exp"),
            Map.entry(Unary.Fn.EXPM1, "Expm1"),
            Map.entry(Unary.Fn.LOG, "Log"),
            Map.entry(Unary.Fn.LOG1P, "Log1p"),
            Map.entry(Unary.Fn.SQRT, "Sqrt"),
            Map.entry(Unary.Fn.RSQRT, "Rsqrt"),
            Map.entry(Unary.Fn.RECIPROCAL, "Reciprocal"),
            Map.entry(Unary.Fn.SIN, "Sin"),
            Map.entry(Unary.Fn.COS, "Cos"),
            Map.entry(Unary.Fn.TAN, "Tan"),
            Map.entry(Unary.Fn.ASIN, "Asin"),
            Map.entry(Unary.Fn.ACOS, "Acos"),
            Map.entry(Unary.Fn.ATAN, "Atan"),
            Map.entry(Unary.Fn.SINH, "Sinh"),
            Map.entry(Unary.Fn.COSH, "Cosh"),
            Map.entry(Unary.Fn.TANH, "Tanh"),
            Map.entry(Unary.Fn.ASINH, "Asinh"),
            Map.entry(Unary.Fn.ACOSH, "Acosh"),
            Map.entry(Unary.Fn.ATANH, "Atanh"),
            Map.entry(Unary.Fn.SIGMOID, "Sigmoid"),
            Map.entry(Unary.Fn.SOFTPLUS, "Softplus"),
            Map.entry(Unary.Fn.ERF, "Erf"),
            Map.entry(Unary.Fn.ERFC, "Erfc"));

    private static final Map<Compare.Fn, String> COMPARE = Map.of(
            Compare.Fn.EQ, "Equal",
            Compare.Fn.NE, "NotEqual",
            Compare.Fn.LT, "Less",
            Compare.Fn.LE, "LessEqual",
            Compare.Fn.GT, "Greater",
            Compare.Fn.GE, "GreaterEqual");

    private static final Map<Reduce.Fn, String> REDUCE = Map.of(
            Reduce.Fn.SUM, "Sum",
            Reduce.Fn.MEAN, "Mean",
            Reduce.Fn.PROD, "Prod",
            Reduce.Fn.MAX, "Max",
            Reduce.Fn.MIN, "Min",
            Reduce.Fn.ANY, "Any",
            Reduce.Fn.ALL, "All");

    private OpWriters() {}

    /** Writes a node with these inputs; its outputs. */
    static List<String> write(Node n, List<String> in, FunctionWriter w) {
        Op op = n.op();
        if (op instanceof Scan scan) {
            return new LoopWriter(scan, n, in, w).write();
        }
        if (op instanceof Conv conv) {
            return List.of(new ConvWriter(conv, n, w).write(in));
        }
        if (op instanceof Pool pool) {
            return List.of(PoolWriter.write(pool, n, in.get(0), w));
        }
        Optional<Rule<?>> rule = Rules.of(op);
        return rule.isPresent() ? rule.get().write(n, in, w) : List.of(one(op, n, in, w));
    }

    private static String one(Op op, Node n, List<String> in, FunctionWriter w) {
        TensorType x = n.inputs().isEmpty() ? null : n.input(0).type();
        TensorType y = n.outputs().get(0);
        if (op instanceof Unary u) {
            boolean activation = u.fn() == Unary.Fn.RELU || u.fn() == Unary.Fn.SOFTPLUS;
            return w.add(UNARY.get(u.fn()), activation ? "activations" : "y", in, Attrs.of(x.dtype()));
        } else if (op instanceof Binary b) {
            Optional<Value> places = places(b, n);
            return places.isPresent()
                    ? w.add("RightShift", "z", List.of(in.get(0), w.name(places.get())), Attrs.of(x.dtype()))
                    : binary(b.fn(), x.dtype(), in, w);
        } else if (op instanceof Compare c) {
            return w.add(COMPARE.get(c.fn()), "z", in, Attrs.of(x.dtype()));
        } else if (op instanceof Select) {
            return w.add("SelectV2", "output", in, Attrs.of(y.dtype()));
        } else if (op instanceof Cast) {
            return w.cast(in.get(0), x.dtype(), y.dtype());
        } else if (op instanceof MatMul m) {
            boolean plain = x.shape().rank() == 2 && n.input(1).shape().rank() == 2;
            Attrs a = Attrs.of(x.dtype());
            return plain
                    ? w.add(
                            "MatMul",
                            "product",
                            in,
                            a.bool("transpose_a", m.transposeA()).bool("transpose_b", m.transposeB()))
                    : w.add(
                            "BatchMatMulV2",
                            "output",
                            in,
                            a.bool("adj_x", m.transposeA()).bool("adj_y", m.transposeB()));
        } else if (op instanceof Reduce r) {
            Attrs a = Attrs.of().bool("keep_dims", r.keepDims()).type("Tidx", DType.INT32);
            boolean logic = r.fn() == Reduce.Fn.ANY || r.fn() == Reduce.Fn.ALL;
            return w.add(
                    REDUCE.get(r.fn()),
                    "output",
                    List.of(in.get(0), w.ints(r.axes())),
                    logic ? a : a.type("T", x.dtype()));
        } else if (op instanceof Gather g) {
            Attrs a = Attrs.of()
                    .type("Tparams", x.dtype())
                    .type("Tindices", n.input(1).dtype())
                    .type("Taxis", DType.INT32)
                    .integer("batch_dims", 0);
            return w.add("GatherV2", "output", List.of(in.get(0), in.get(1), w.scalar(g.axis())), a);
        } else if (op instanceof ArgReduce r) {
            Attrs a = Attrs.of(x.dtype()).type("Tidx", DType.INT32).type("output_type", r.to());
            return w.add(r.largest() ? "ArgMax" : "ArgMin", "output", List.of(in.get(0), w.scalar(r.axis())), a);
        }
        return moved(op, n, in, w);
    }

    /**
     * By how many places an integer is shifted to the right where it is divided by a power of 2. XLA 2.21 divides by powers
     * that it computes itself to 0.
     */
    private static Optional<Value> places(Binary b, Node n) {
        if (b.fn() != Binary.Fn.FLOOR_DIV || !n.input(0).dtype().isInteger()) {
            return Optional.empty();
        }
        Node power = n.input(1).node();
        return power.op() instanceof Binary p
                        && p.fn() == Binary.Fn.POW
                        && power.input(0).node().op() instanceof Constant base
                        && base.value().size() == 1
                        && base.value().getLong(0) == 2
                ? Optional.of(power.input(1))
                : Optional.empty();
    }

    private static String binary(Binary.Fn fn, DType t, List<String> in, FunctionWriter w) {
        boolean floating = t.isFloating();
        boolean bool = t == DType.BOOL;
        String op = switch (fn) {
            case ADD -> "AddV2";
            case SUB -> "Sub";
            case MUL -> "Mul";
            case DIV -> floating ? "RealDiv" : "TruncateDiv";
            case FLOOR_DIV -> "FloorDiv";
            case FLOOR_MOD -> "FloorMod";
            case REM -> "TruncateMod";
            case POW -> "Pow";
            case MAX -> "Maximum";
            case MIN -> "Minimum";
            case ATAN2 -> "Atan2";
            case AND -> bool ? "LogicalAnd" : "BitwiseAnd";
            case OR -> bool ? "LogicalOr" : "BitwiseOr";
            case XOR -> bool ? "NotEqual" : "BitwiseXor";
        };
        boolean logical = op.startsWith("Logical");
        return w.add(op, "z", in, logical ? Attrs.of() : Attrs.of(t));
    }

    /** Ops that move elements. */
    private static String moved(Op op, Node n, List<String> in, FunctionWriter w) {
        TensorType x = n.inputs().isEmpty() ? null : n.input(0).type();
        DType t = x == null ? null : x.dtype();
        if (op instanceof Reshape) {
            return w.add(
                    "Reshape",
                    "output",
                    in,
                    Attrs.of(t).type("Tshape", n.input(1).dtype()));
        } else if (op instanceof BroadcastTo) {
            return w.add(
                    "BroadcastTo",
                    "output",
                    in,
                    Attrs.of(t).type("Tidx", n.input(1).dtype()));
        } else if (op instanceof ShapeOf) {
            return w.add("Shape", "output", in, Attrs.of(t).type("out_type", DType.INT32));
        } else if (op instanceof Transpose p) {
            return w.add(
                    "Transpose",
                    "y",
                    List.of(in.get(0), w.ints(p.perm())),
                    Attrs.of(t).type("Tperm", DType.INT32));
        } else if (op instanceof Slice s) {
            return slice(s, t, in.get(0), w);
        } else if (op instanceof Concat c) {
            List<String> all = new ArrayList<>(in);
            all.add(w.scalar(c.axis()));
            return w.add(
                    "ConcatV2",
                    "output",
                    all,
                    Attrs.of(t).integer("N", in.size()).type("Tidx", DType.INT32));
        } else if (op instanceof Pad p) {
            return pad(p, t, in, w);
        } else if (op instanceof Reverse r) {
            return w.add(
                    "ReverseV2",
                    "output",
                    List.of(in.get(0), w.ints(r.axes())),
                    Attrs.of(t).type("Tidx", DType.INT32));
        } else if (op instanceof Iota i) {
            String range = w.add(
                    "Range",
                    "output",
                    List.of(w.scalar(0), in.get(0), w.scalar(1)),
                    Attrs.of().type("Tidx", DType.INT32));
            return w.cast(range, DType.INT32, i.dtype());
        } else if (op instanceof CumSum c) {
            Attrs a = Attrs.of(t)
                    .bool("exclusive", c.exclusive())
                    .bool("reverse", c.reverse())
                    .type("Tidx", DType.INT32);
            return w.add("Cumsum", "out", List.of(in.get(0), w.scalar(c.axis())), a);
        }
        throw Rules.unsupported(n);
    }

    private static String slice(Slice s, DType t, String x, FunctionWriter w) {
        long ends = IntStream.range(0, s.ends().size())
                .filter(a -> s.ends().get(a) == Slice.END)
                .mapToLong(a -> 1L << a)
                .sum();
        List<Integer> end = s.ends().stream().map(e -> e == Slice.END ? 0 : e).toList();
        Attrs a = Attrs.of(t)
                .type("Index", DType.INT32)
                .integer("begin_mask", 0)
                .integer("end_mask", ends)
                .integer("ellipsis_mask", 0)
                .integer("new_axis_mask", 0)
                .integer("shrink_axis_mask", 0);
        return w.add("StridedSlice", "output", List.of(x, w.ints(s.starts()), w.ints(end), w.ints(s.strides())), a);
    }

    private static String pad(Pad p, DType t, List<String> in, FunctionWriter w) {
        int rank = p.low().size();
        int[] both = new int[2 * rank];
        for (int a = 0; a < rank; a++) {
            both[2 * a] = p.low().get(a);
            both[2 * a + 1] = p.high().get(a);
        }
        String paddings = w.constant(Tensor.of(Shape.of(rank, 2), both));
        Attrs a = Attrs.of(t).type("Tpaddings", DType.INT32);
        return p.mode() == Pad.Mode.CONSTANT
                ? w.add("PadV2", "output", List.of(in.get(0), paddings, in.get(1)), a)
                : w.add(
                        "MirrorPad",
                        "output",
                        List.of(in.get(0), paddings),
                        a.text("mode", p.mode().name()));
    }
}
