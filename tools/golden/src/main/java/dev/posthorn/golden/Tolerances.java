package dev.posthorn.golden;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How far a model may be off: its outputs and trained weights by {@code atol + rtol·|expected|}, a layer by a part of the largest
 * magnitude that it gave in Python.
 *
 * @param outputs of outputs and training; empty for what was recorded
 * @param layers of layers that no rule is for; layers that computed in 16 bits may be off by four of their roundings
 * @param rules of some layers; the first that fits counts
 */
public record Tolerances(Optional<Tolerance> outputs, double layers, List<Rule> rules) {
    /** Outputs as recorded, layers 1e-4. */
    public static final Tolerances RECORDED = new Tolerances(Optional.empty(), 1e-4, List.of());

    public Tolerances {
        if (!(layers >= 0)) {
            throw new IllegalArgumentException("tolerance: expected at least 0 but was " + layers);
        }
        rules = List.copyOf(rules);
    }

    /**
     * Layers that may be off by more or less.
     *
     * @param pattern a path, in which {@code *} stands for anything; empty for all
     * @param dtype the dtype of what they gave in Python, as Keras names it; empty for all
     */
    public record Rule(String pattern, String dtype, double part) {
        public Rule {
            if (!(part >= 0)) {
                throw new IllegalArgumentException("tolerance: expected at least 0 but was " + part + ", for layers '"
                        + pattern + "' of dtype '" + dtype + "'");
            }
            if (!dtype.isEmpty() && DType.ofKeras(dtype).isEmpty()) {
                throw new IllegalArgumentException(
                        "tolerance: expected a dtype of Keras, such as float16, but was '" + dtype + "'");
            }
        }

        private boolean fits(Golden.Layer l, Golden.Output o) {
            String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q");
            return (pattern.isEmpty() || l.path().matches(regex))
                    && (dtype.isEmpty() || o.dtype().equals(dtype));
        }
    }

    /** {@code |was − expected| ≤ t + t·|expected|} of outputs, and {@code t} of its scale for layers. */
    public static Tolerances within(double t) {
        return new Tolerances(Optional.of(new Tolerance(t, t)), t, List.of());
    }

    /** These, with others for outputs and training. */
    public Tolerances outputs(Tolerance t) {
        return new Tolerances(Optional.of(t), layers, rules);
    }

    /** These, with another for layers that no rule is for. */
    public Tolerances layers(double part) {
        return new Tolerances(outputs, part, rules);
    }

    /** These, and a rule for the layers whose path is like a pattern, such as {@code encoder/*}. */
    public Tolerances layers(String pattern, double part) {
        return and(new Rule(pattern, "", part));
    }

    /** These, and a rule for layers that gave such values in Python. */
    public Tolerances dtype(DType dtype, double part) {
        return and(new Rule("", dtype.keras(), part));
    }

    /** These and a rule more. */
    public Tolerances and(Rule rule) {
        List<Rule> all = new ArrayList<>(rules);
        all.add(rule);
        return new Tolerances(outputs, layers, all);
    }

    /** What an output of a layer may be off by. */
    double of(Golden.Layer l, Golden.Output o) {
        return rules.stream()
                .filter(r -> r.fits(l, o))
                .findFirst()
                .map(Rule::part)
                .orElseGet(() -> Math.max(layers, 4 * rounding(o.dtype())));
    }

    private static double rounding(String dtype) {
        return switch (dtype) {
            case "float16" -> 0x1p-10;
            case "bfloat16" -> 0x1p-7;
            default -> 0;
        };
    }
}
