package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How primitives are written that are not the most common ones: those of each family, by their classes. */
final class Rules {
    private static final Map<Class<? extends Op>, Rule<?>> BY_CLASS = new HashMap<>();

    static {
        for (List<Rule<?>> family : List.of(
                CompositeRules.ALL,
                ControlRules.ALL,
                CodeRules.ALL,
                ExampleRules.ALL,
                ImageRules.ALL,
                SparseRules.ALL,
                SpecialRules.ALL,
                TextRules.ALL,
                OrderRules.ALL,
                TableRules.ALL,
                GradientRules.ALL,
                RandomRules.ALL,
                MatrixRules.ALL,
                SpectrumRules.ALL)) {
            family.forEach(r -> BY_CLASS.put(r.type(), r));
        }
    }

    private Rules() {}

    static Optional<Rule<?>> of(Op op) {
        return Optional.ofNullable(BY_CLASS.get(op.getClass()));
    }

    static UnsupportedModelException unsupported(Node n) {
        return unsupported("operation " + n.op().name());
    }

    static UnsupportedModelException unsupported(String what) {
        return new UnsupportedModelException(what + " is not exported to TensorFlow yet");
    }

    /** The outputs of a node: {@code node:first:0}, and those of these names. */
    static List<String> outputs(String first, String... others) {
        String node = first.substring(0, first.indexOf(':') + 1);
        List<String> all = new ArrayList<>(List.of(first));
        for (String name : others) {
            all.add(node + name + ":0");
        }
        return all;
    }
}
