package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomKey;
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
            Rule.one(Random.class, RandomRules::random));

    private RandomRules() {}

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
