package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Cumulative;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.NextAfter;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.PopulationCount;
import dev.posthorn.ir.op.TridiagonalSolve;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Complex numbers and their transforms, running products, equations. */
final class SpectrumRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(
                    Complex.class,
                    (op, n, in, w) -> w.add(
                            "Complex",
                            "out",
                            in,
                            Attrs.of(n.input(0).dtype()).type("Tout", n.output().dtype()))),
            Rule.one(
                    Part.class,
                    (op, n, in, w) -> w.add(
                            op.imaginary() ? "Imag" : "Real",
                            "output",
                            in,
                            Attrs.of(n.input(0).dtype()).type("Tout", n.output().dtype()))),
            Rule.one(
                    Magnitude.class,
                    (op, n, in, w) -> w.add(
                            "ComplexAbs",
                            "y",
                            in,
                            Attrs.of(n.input(0).dtype()).type("Tout", n.output().dtype()))),
            Rule.one(Fft.class, SpectrumRules::transform),
            Rule.one(
                    Cumulative.class,
                    (op, n, in, w) -> w.add(
                            op.fn() == Cumulative.Fn.PROD ? "Cumprod" : "CumulativeLogsumexp",
                            "out",
                            List.of(in.get(0), w.scalar(op.axis())),
                            Attrs.of()
                                    .type("T", n.input(0).dtype())
                                    .type("Tidx", DType.INT32)
                                    .bool("exclusive", op.exclusive())
                                    .bool("reverse", op.reverse()))),
            Rule.one(
                    NextAfter.class,
                    (op, n, in, w) ->
                            w.add("NextAfter", "output", in, Attrs.of(n.input(0).dtype()))),
            Rule.one(
                    PopulationCount.class,
                    (op, n, in, w) -> w.add(
                            "PopulationCount", "y", in, Attrs.of(n.input(0).dtype()))),
            Rule.one(
                    TridiagonalSolve.class,
                    (op, n, in, w) -> w.add(
                            "TridiagonalSolve",
                            "output",
                            in,
                            Attrs.of(n.input(0).dtype())
                                    .bool("partial_pivoting", true)
                                    .bool("perturb_singular", false))),
            Rule.of(
                    Lu.class,
                    (op, n, in, w) -> Rules.outputs(
                            w.add("Lu", "lu", in, Attrs.of(n.input(0).dtype()).type("output_idx_type", op.index())),
                            "p")));

    private SpectrumRules() {}

    /** TensorFlow transforms last axes only, so others are moved there and back. */
    private static String transform(Fft op, Node n, List<String> in, FunctionWriter w) {
        int rank = n.input(0).shape().rank();
        int count = op.axes().size();
        if (count > 3) {
            throw Rules.unsupported("a transform over " + count + " axes");
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank)
                .boxed()
                .filter(a -> !op.axes().contains(a))
                .toList());
        order.addAll(op.axes());
        List<Integer> back =
                IntStream.range(0, rank).map(order::indexOf).boxed().toList();
        DType type = n.input(0).dtype();
        String name = (op.inverse() ? "IFFT" : "FFT") + (count == 1 ? "" : count + "D");
        String y = w.add(
                name,
                "output",
                List.of(moved(in.get(0), order, type, w)),
                Attrs.of().type("Tcomplex", type));
        return moved(y, back, type, w);
    }

    private static String moved(String x, List<Integer> order, DType type, FunctionWriter w) {
        boolean same = IntStream.range(0, order.size()).allMatch(i -> order.get(i) == i);
        Attrs a = Attrs.of(type).type("Tperm", DType.INT32);
        return same ? x : w.add("Transpose", "y", List.of(x, w.ints(order)), a);
    }
}
