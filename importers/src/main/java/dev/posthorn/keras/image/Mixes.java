package dev.posthorn.keras.image;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.object.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Several changes, one after the other or mixed. Source: keras/src/layers/preprocessing/image_preprocessing. */
public final class Mixes {
    private Mixes() {}

    /** One of the changes that the mixtures choose from, with the options that they give it. */
    private record Part(Change change, Draw d) {
        UnaryOperator<Value> draw() {
            return change.draw(d);
        }
    }

    public static UnaryOperator<Value> jitter(Draw d) {
        return x -> { // each draws after the one before was applied, with the seeds of the whole
            Value y = x;
            for (Object[] part : new Object[][] {
                {"brightness_factor", (Change) Colors::brightness},
                {"contrast_factor", (Change) Colors::contrast},
                {"saturation_factor", (Change) Colors::saturation},
                {"hue_factor", (Change) Colors::hue}
            }) {
                Object factor = d.options().get(part[0]);
                if (factor != null) {
                    Draw own = d.with("factor", factor, "value_range", d.range());
                    y = ((Change) part[1]).draw(own).apply(y);
                }
            }
            return y;
        };
    }

    /** The changes in Keras's order; {@code every} takes those of colours along. */
    private static List<Part> parts(Draw d, boolean every) {
        double[] factor = d.factor("factor", 0, 0.5);
        Object range = d.range();
        Object method = d.string("interpolation", "bilinear");
        Draw colors = d.with("factor", factor, "value_range", range);
        int bits = Math.max(1, (int) (8 * factor[1]));
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(Moves::shear, d.with("x_factor", factor, "y_factor", factor, "interpolation", method)));
        parts.add(new Part(
                Moves::translation, d.with("height_factor", factor, "width_factor", factor, "interpolation", method)));
        parts.add(new Part(Moves::rotation, d.with("factor", factor, "interpolation", method)));
        if (every) {
            parts.add(new Part(Colors::brightness, colors));
            parts.add(new Part(Colors::degeneration, colors));
            parts.add(new Part(Colors::contrast, colors));
            parts.add(new Part(Colors::sharpness, colors));
        }
        parts.add(new Part(Colors::posterization, d.with("factor", bits, "value_range", range)));
        parts.add(new Part(
                Colors::solarization,
                d.with("addition_factor", factor, "threshold_factor", factor, "value_range", range)));
        parts.add(new Part(Colors::autoContrast, d.with("value_range", range)));
        parts.add(new Part(Colors::equalization, d.with("value_range", range)));
        return parts;
    }

    public static UnaryOperator<Value> randAugment(Draw d) {
        Builder b = d.b();
        int n = (int) d.number("num_ops", 2);
        List<Part> parts = parts(d, true);
        Value chosen = Seeds.integers(
                b, d.next(), b.constant(DType.INT32, 0), b.constant(DType.INT32, parts.size()), Dim.of(n));
        List<UnaryOperator<Value>> drawn = parts.stream().map(Part::draw).toList();
        return x -> {
            Expr y = d.of(x);
            for (int i = 0; i < n; i++) {
                Expr number = d.of(b.squeeze(b.slice(chosen, 0, i, i + 1), 0));
                for (int k = 0; k < drawn.size(); k++) {
                    Expr changed = d.of(drawn.get(k).apply(y.v()));
                    y = number.equalTo(number.number(k)).select(changed, y);
                }
            }
            return y.v();
        };
    }

    /** Which changes each chain has is drawn too; Keras leaves that to Python, when the graph is made. */
    public static UnaryOperator<Value> augMix(Draw d) {
        Builder b = d.b();
        int chains = (int) d.number("num_chains", 3);
        int depth = (int) d.number("chain_depth", 3);
        double alpha = d.number("alpha", 1);
        Expr gamma = d.of(
                Seeds.gamma(b, d.next(), d.of(b.constant(DType.FLOAT32, alpha)).v(), Dim.of(chains)));
        Expr weights =
                gamma.over(d.of(b.reduce(Reduce.Fn.SUM, gamma.v(), true, 0))).cast(d.dtype());
        Value a = b.constant(DType.FLOAT32, alpha);
        Expr original = d.of(Seeds.beta(b, d.next(), a, a)).cast(d.dtype());
        boolean every = !Boolean.FALSE.equals(d.options().get("all_ops"));
        return x -> {
            Expr sum = d.of(x).times(0);
            for (int i = 0; i < chains; i++) {
                Expr y = d.of(x);
                for (int k = 0; k < depth; k++) {
                    List<Part> parts = parts(d, every);
                    Expr number = d.of(Seeds.integers(
                            b, d.next(), b.constant(DType.INT32, 0), b.constant(DType.INT32, parts.size() + 1)));
                    Expr next = y;
                    for (int p = 0; p < parts.size(); p++) {
                        Expr changed = d.of(parts.get(p).draw().apply(y.v()));
                        next = number.equalTo(number.number(p)).select(changed, next);
                    }
                    y = next;
                }
                Expr weight = d.of(b.squeeze(b.slice(weights.v(), 0, i, i + 1), 0));
                sum = sum.plus(y.times(weight));
            }
            return d.clipped(original.times(d.of(x)).plus(original.from(1).times(sum)))
                    .v();
        };
    }
}
