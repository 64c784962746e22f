package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Matrices move by momentum made orthogonal: {@code m ← m + g + m (μ − 1)}, {@code x ← x − η O(g + μ m) √(larger side) rmsRate}, where O is some steps of
 * a polynomial of Newton and Schulz; all else, embeddings too, by {@link Adam}. Source: keras/src/optimizers/muon.py.
 *
 * @param excludeLayers patterns; parameters in whose path one is found take Adam
 * @param rmsRate null where the step is not scaled by the matrix's size
 */
public record Muon(
        OptimizerOptions options,
        double adamBeta1,
        double adamBeta2,
        Double adamWeightDecay,
        double epsilon,
        List<String> excludeLayers,
        boolean excludeEmbeddings,
        double a,
        double b,
        double c,
        double adamLrRatio,
        double momentum,
        int nsSteps,
        boolean nesterov,
        Double rmsRate)
        implements Rule {
    public static final Codec<Muon> CODEC = Codec.of(
            "Muon",
            f -> new Muon(
                    f.group(OptimizerOptions.of("muon", 0.001, 0.004), Muon::options),
                    f.of("adam_beta_1", FieldType.FLOAT, Muon::adamBeta1, 0.9),
                    f.of("adam_beta_2", FieldType.FLOAT, Muon::adamBeta2, 0.999),
                    f.of("adam_weight_decay", FieldType.FLOAT.orNull(), Muon::adamWeightDecay, 0.004),
                    f.of("epsilon", FieldType.FLOAT, Muon::epsilon, 1e-7),
                    f.of("exclude_layers", FieldType.listOf(FieldType.STRING), Muon::excludeLayers, List.of()),
                    f.of("exclude_embeddings", FieldType.BOOL, Muon::excludeEmbeddings, true),
                    f.of("muon_a", FieldType.FLOAT, Muon::a, 3.4445),
                    f.of("muon_b", FieldType.FLOAT, Muon::b, -4.7750),
                    f.of("muon_c", FieldType.FLOAT, Muon::c, 2.0315),
                    f.of("adam_lr_ratio", FieldType.FLOAT, Muon::adamLrRatio, 1.0),
                    f.of("momentum", FieldType.FLOAT, Muon::momentum, 0.95),
                    f.of("ns_steps", FieldType.INT, Muon::nsSteps, 5),
                    f.of("nesterov", FieldType.BOOL, Muon::nesterov, true),
                    f.of("rms_rate", FieldType.FLOAT.orNull(), Muon::rmsRate, 0.2)));

    public Muon {
        excludeLayers = List.copyOf(excludeLayers);
    }

    public Muon(double learningRate) {
        this(
                OptimizerOptions.of("muon", LearningRate.of(learningRate)).decaying(0.004),
                0.9,
                0.999,
                0.004,
                1e-7,
                List.of(),
                true,
                3.4445,
                -4.7750,
                2.0315,
                1.0,
                0.95,
                5,
                true,
                0.2);
    }

    @Override
    public Codec<Muon> codec() {
        return CODEC;
    }

    @Override
    public List<Slot> own(List<Parameter> parameters) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            slots.add(Slot.like("momentum", i, parameters.get(i).type()));
            if (takesAdam(parameters.get(i))) {
                slots.add(Slot.like("velocity", i, parameters.get(i).type()));
            }
        }
        return slots;
    }

    @Override
    public Expr update(Update u) {
        if (takesAdam(u.parameter())) {
            Expr lr = u.lr().times(adamLrRatio);
            return Adam.update(u, lr, adamBeta1, adamBeta2, epsilon, false);
        }
        Expr old = u.slot("momentum");
        Expr m = u.set("momentum", old.plus(u.g().plus(old.times(momentum - 1))));
        Expr step = u.lr().times(orthogonal(nesterov ? u.g().plus(m.times(momentum)) : m));
        if (rmsRate == null) {
            return u.x().minus(step);
        }
        double side =
                (float) Math.sqrt(Math.max(step.shape().dim(0), step.shape().dim(1)));
        return u.x().minus(step.times(side).times(rmsRate));
    }

    private boolean takesAdam(Parameter p) {
        return p.type().shape().rank() != 2
                || excludeEmbeddings && p.path().toLowerCase(Locale.ROOT).contains("embedding")
                || excludeLayers.stream().anyMatch(pattern -> Patterns.found(pattern, p.path()));
    }

    @Override
    public Double weightDecay(Parameter p) {
        return takesAdam(p) ? adamWeightDecay : options.weightDecay();
    }

    /** Singular values drawn to 1, roughly. */
    private Expr orthogonal(Expr given) {
        boolean tall = given.shape().dim(0) > given.shape().dim(1);
        Expr x = tall ? given.transposed() : given;
        x = x.over(x.square().reduce(Reduce.Fn.SUM, true).sqrt().plus(1e-7));
        for (int i = 0; i < nsSteps; i++) {
            Expr square = x.matmul(x.transposed());
            Expr polynomial = square.times(b).plus(square.times(c).matmul(square));
            x = x.times(a).plus(polynomial.matmul(x));
        }
        return tall ? x.transposed() : x;
    }
}
