package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomBinomial;
import dev.posthorn.ir.op.RandomCategorical;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.ir.op.RandomPermutation;
import dev.posthorn.ir.op.RandomPoisson;
import java.util.ArrayList;
import java.util.List;

/** Random numbers, by the generator that TensorFlow knows as number 1: Philox. */
final class RandomRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.of(
                    RandomKey.class,
                    (op, n, in, w) -> Rules.outputs(
                            w.add(
                                    "StatelessRandomGetKeyCounter",
                                    "key",
                                    in,
                                    Attrs.of().type("Tseed", n.input(0).dtype())),
                            "counter")),
            Rule.one(Random.class, RandomRules::random),
            Rule.one(RandomGamma.class, (op, n, in, w) -> {
                Attrs a = Attrs.of()
                        .type("dtype", n.output().dtype())
                        .type("shape_dtype", n.input(0).dtype());
                return w.add(
                        "StatelessRandomGammaV3",
                        "output",
                        List.of(in.get(0), in.get(1), in.get(2), w.scalar(1), in.get(3)),
                        a);
            }),
            Rule.one(RandomCategorical.class, (op, n, in, w) -> {
                Attrs a = Attrs.of(n.input(2).dtype())
                        .type("Tseed", seed(n, 0).dtype())
                        .type("output_dtype", op.dtype());
                return w.add(
                        "StatelessMultinomial",
                        "output",
                        List.of(in.get(2), w.scalar(op.samples()), w.name(seed(n, 0))),
                        a);
            }),
            Rule.one(RandomPoisson.class, (op, n, in, w) -> {
                Attrs a = Attrs.of(n.input(0).dtype())
                        .type("Tseed", seed(n, 1).dtype())
                        .type("Rtype", n.input(3).dtype())
                        .type("dtype", op.dtype());
                return w.add("StatelessRandomPoisson", "output", List.of(in.get(0), w.name(seed(n, 1)), in.get(3)), a);
            }),
            Rule.one(RandomBinomial.class, (op, n, in, w) -> {
                Attrs a = Attrs.of(n.input(3).dtype())
                        .type("S", n.input(0).dtype())
                        .type("Tseed", seed(n, 1).dtype())
                        .type("dtype", op.dtype());
                return w.add(
                        "StatelessRandomBinomial",
                        "output",
                        List.of(in.get(0), w.name(seed(n, 1)), in.get(3), in.get(4)),
                        a);
            }),
            Rule.one(RandomPermutation.class, (op, n, in, w) -> {
                String range = w.add(
                        "Range",
                        "output",
                        List.of(w.scalar(0), w.cast(in.get(0), n.input(0).dtype(), DType.INT32), w.scalar(1)),
                        Attrs.of().type("Tidx", DType.INT32));
                return w.add(
                        "StatelessShuffle",
                        "output",
                        List.of(range, in.get(1), in.get(2), w.scalar(1)),
                        Attrs.of(DType.INT32));
            }));

    private RandomRules() {}

    /** The seed of which the key is made, for ops of TensorFlow that take none else. */
    private static Value seed(Node n, int key) {
        Value k = n.input(key);
        if (!(k.node().op() instanceof RandomKey)) {
            throw Rules.unsupported("operation " + n.op().name() + " of a key that is made of no seed");
        }
        return k.node().input(0);
    }

    private static String random(Random op, Node n, List<String> in, FunctionWriter w) {
        List<String> all = new ArrayList<>(in.subList(0, 3));
        all.add(w.scalar(1));
        all.addAll(in.subList(3, in.size()));
        Attrs a = Attrs.of().type("dtype", op.dtype()).type("Tshape", n.input(0).dtype());
        return switch (op.distribution()) {
            case UNIFORM -> w.add("StatelessRandomUniformV2", "output", all, a);
            case NORMAL -> w.add("StatelessRandomNormalV2", "output", all, a);
            case TRUNCATED_NORMAL -> w.add("StatelessTruncatedNormalV2", "output", all, a);
            case UNIFORM_INT -> w.add("StatelessRandomUniformIntV2", "output", all, a);
            case FULL_INT -> w.add("StatelessRandomUniformFullIntV2", "output", all, a);
        };
    }
}
