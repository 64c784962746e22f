package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.op.AvgPoolGradient;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.MaxPoolGather;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.SumTo;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What gradients are made of. */
final class GradientRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(
                    ConvFilterGradient.class,
                    (op, n, in, w) -> new ConvGradient(op.conv(), n, w).write(in.get(0), in.get(1))),
            Rule.one(
                    MaxPoolGradient.class,
                    (op, n, in, w) -> PoolWriter.maxGradient(op.window(), n, in.get(0), in.get(1), w)),
            Rule.one(
                    AvgPoolGradient.class,
                    (op, n, in, w) -> PoolWriter.meanGradient(op.window(), n, in.get(0), in.get(1), w)),
            Rule.one(
                    MaxPoolGather.class,
                    (op, n, in, w) -> PoolWriter.gathered(op.window(), n, in.get(0), in.get(1), w)),
            Rule.one(Scatter.class, GradientRules::scatter),
            Rule.one(ScatterAdd.class, GradientRules::add),
            Rule.one(SumTo.class, GradientRules::sum));

    private GradientRules() {}

    private static String scatter(Scatter op, Node n, List<String> in, FunctionWriter w) {
        String name = switch (op.fn()) {
            case SET -> "TensorScatterUpdate";
            case ADD -> "TensorScatterAdd";
            case MAX -> "TensorScatterMax";
            case MIN -> "TensorScatterMin";
            case MUL -> "UnsortedSegmentProd";
        };
        DType index = n.input(1).dtype() == DType.INT64 ? DType.INT64 : DType.INT32;
        String places = w.add(
                "ExpandDims",
                "output",
                List.of(w.cast(in.get(1), n.input(1).dtype(), index), w.scalar(1)),
                Attrs.of(index).type("Tdim", DType.INT32));
        Attrs a = Attrs.of(n.input(0).dtype()).type("Tindices", index);
        if (op.fn() == Scatter.Fn.MUL) { // 1 where nothing is written
            return multiplied(n, in, w.cast(in.get(1), n.input(1).dtype(), index), index, w);
        }
        return w.add(name, "output", List.of(in.get(0), places, in.get(2)), a);
    }

    private static String multiplied(Node n, List<String> in, String rows, DType index, FunctionWriter w) {
        DType t = n.input(0).dtype();
        Attrs a = Attrs.of(t).type("Tindices", index).type("Tnumsegments", DType.INT32);
        String count = OrderRules.element(OrderRules.shapeOf(in.get(0), t, w), 0, w);
        String factors = w.add("UnsortedSegmentProd", "output", List.of(in.get(2), rows, count), a);
        return w.add("Mul", "z", List.of(in.get(0), factors), Attrs.of(t));
    }

    /** UnsortedSegmentSum adds along the first axis. */
    private static String add(ScatterAdd op, Node n, List<String> in, FunctionWriter w) {
        Shape indices = n.input(0).shape();
        DType t = n.input(1).dtype();
        int rank = n.outputs().get(0).shape().rank();
        int axis = n.outputs().get(0).shape().axis(op.axis());
        int own = indices.rank();
        int[] front = Stream.of(
                        IntStream.range(axis, axis + own),
                        IntStream.range(0, axis),
                        IntStream.range(axis + own, rank - 1 + own))
                .flatMapToInt(s -> s)
                .toArray();
        int[] back = Stream.of(IntStream.range(1, axis + 1), IntStream.of(0), IntStream.range(axis + 1, rank))
                .flatMapToInt(s -> s)
                .toArray();
        DType index = n.input(0).dtype() == DType.INT64 ? DType.INT64 : DType.INT32;
        String shape = w.cast(in.get(2), n.input(2).dtype(), DType.INT32);
        String count = OrderRules.element(shape, axis, w);
        String data = axis == 0 ? in.get(1) : OrderRules.transpose(in.get(1), t, front, w);
        Attrs a = Attrs.of(t).type("Tindices", index).type("Tnumsegments", DType.INT32);
        String y = w.add(
                "UnsortedSegmentSum",
                "output",
                List.of(data, w.cast(in.get(0), n.input(0).dtype(), index), count),
                a);
        return axis == 0 ? y : OrderRules.transpose(y, t, back, w);
    }

    private static String sum(SumTo op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.input(0).dtype();
        String shape = w.cast(in.get(1), n.input(1).dtype(), DType.INT32);
        String x = OrderRules.shapeOf(in.get(0), t, w);
        String axes = Rules.outputs(
                        w.add("BroadcastGradientArgs", "r0", List.of(x, shape), Attrs.of(DType.INT32)), "r1")
                .get(1);
        Attrs a = Attrs.of(t).type("Tidx", DType.INT32).bool("keep_dims", false);
        return OrderRules.reshape(w.add("Sum", "output", List.of(in.get(0), axes), a), t, shape, w);
    }
}
