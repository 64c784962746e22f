package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.Bitcast;
import dev.posthorn.ir.op.CtcLoss;
import dev.posthorn.ir.op.DecodeWav;
import dev.posthorn.ir.op.EncodeWav;
import dev.posthorn.ir.op.Mfcc;
import dev.posthorn.ir.op.Sobol;
import dev.posthorn.ir.op.Special;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Special functions, bits, sequences that are read from probabilities, sounds. */
final class SpecialRules {
    private static final Map<Special.Fn, String> NAMES = Map.ofEntries(
            Map.entry(Special.Fn.LGAMMA, "Lgamma"),
            Map.entry(Special.Fn.DIGAMMA, "Digamma"),
            Map.entry(Special.Fn.DAWSN, "Dawsn"),
            Map.entry(Special.Fn.EXPINT, "Expint"),
            Map.entry(Special.Fn.SPENCE, "Spence"),
            Map.entry(Special.Fn.BESSEL_I0, "BesselI0"),
            Map.entry(Special.Fn.BESSEL_I1, "BesselI1"),
            Map.entry(Special.Fn.BESSEL_I0E, "BesselI0e"),
            Map.entry(Special.Fn.BESSEL_I1E, "BesselI1e"),
            Map.entry(Special.Fn.BESSEL_J0, "BesselJ0"),
            Map.entry(Special.Fn.BESSEL_J1, "BesselJ1"),
            Map.entry(Special.Fn.BESSEL_Y0, "BesselY0"),
            Map.entry(Special.Fn.BESSEL_Y1, "BesselY1"),
            Map.entry(Special.Fn.FRESNEL_COS, "FresnelCos"),
            Map.entry(Special.Fn.FRESNEL_SIN, "FresnelSin"),
            Map.entry(Special.Fn.BESSEL_K0, "BesselK0"),
            Map.entry(Special.Fn.BESSEL_K1, "BesselK1"),
            Map.entry(Special.Fn.BESSEL_K0E, "BesselK0e"),
            Map.entry(Special.Fn.BESSEL_K1E, "BesselK1e"),
            Map.entry(Special.Fn.ZETA, "Zeta"),
            Map.entry(Special.Fn.POLYGAMMA, "Polygamma"),
            Map.entry(Special.Fn.IGAMMA, "Igamma"),
            Map.entry(Special.Fn.IGAMMAC, "Igammac"),
            Map.entry(Special.Fn.IGAMMA_GRAD_A, "IgammaGradA"),
            Map.entry(Special.Fn.BETAINC, "Betainc"));

    static final List<Rule<?>> ALL = List.of(
            Rule.one(Special.class, SpecialRules::special),
            Rule.same(
                    Bitcast.class,
                    "Bitcast",
                    "output",
                    (op, n) -> Attrs.of(n.input(0).dtype()).type("type", op.to())),
            Rule.of(CtcLoss.class, SpecialRules::loss),
            Rule.of(BeamSearch.class, SpecialRules::search),
            Rule.same(
                    DecodeWav.class,
                    "DecodeWav",
                    "audio sample_rate",
                    (op, n) -> Attrs.of()
                            .integer("desired_channels", op.channels())
                            .integer("desired_samples", op.samples())),
            Rule.same(EncodeWav.class, "EncodeWav", "contents", (op, n) -> Attrs.of()),
            Rule.same(
                    Mfcc.class,
                    "Mfcc",
                    "output",
                    (op, n) -> Attrs.of()
                            .real("upper_frequency_limit", (float) op.upper())
                            .real("lower_frequency_limit", (float) op.lower())
                            .integer("filterbank_channel_count", op.filters())
                            .integer("dct_coefficient_count", op.coefficients())),
            Rule.one(Sobol.class, (op, n, in, w) -> {
                String count = w.cast(in.get(0), n.input(0).dtype(), DType.INT32);
                String skip = w.cast(in.get(1), n.input(1).dtype(), DType.INT32);
                Attrs a = Attrs.of().type("dtype", op.dtype());
                return w.add("SobolSample", "samples", List.of(w.scalar(op.dimensions()), count, skip), a);
            }));

    private SpecialRules() {}

    /** Betainc alone does not broadcast. */
    private static String special(Special op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.output().dtype();
        boolean three = op.fn() == Special.Fn.BETAINC;
        List<String> operands = new ArrayList<>(in);
        if (three
                && n.inputs().stream()
                        .anyMatch(v -> !v.shape().equals(n.output().type().shape()))) {
            String shape = OrderRules.shapeOf(sum(in, t, w), t, w);
            operands.replaceAll(x -> w.add(
                    "BroadcastTo", "output", List.of(x, shape), Attrs.of(t).type("Tidx", DType.INT32)));
        }
        return w.add(NAMES.get(op.fn()), in.size() == 1 ? "y" : "z", operands, Attrs.of(t));
    }

    private static String sum(List<String> in, DType t, FunctionWriter w) {
        String s = in.get(0);
        for (String x : in.subList(1, in.size())) {
            s = w.add("AddV2", "z", List.of(s, x), Attrs.of(t));
        }
        return s;
    }

    private static List<String> loss(CtcLoss op, Node n, List<String> in, FunctionWriter w) {
        List<String> all = List.of(
                in.get(0),
                w.cast(in.get(1), n.input(1).dtype(), DType.INT64),
                w.cast(in.get(2), n.input(2).dtype(), DType.INT32),
                w.cast(in.get(3), n.input(3).dtype(), DType.INT32));
        Attrs a = Attrs.of(n.input(0).dtype())
                .bool("preprocess_collapse_repeated", op.collapse())
                .bool("ctc_merge_repeated", op.merge())
                .bool("ignore_longer_outputs_than_inputs", op.ignore());
        return Rules.outputs(w.add("CTCLoss", "loss", all, a), "gradient");
    }

    private static List<String> search(BeamSearch op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of(n.input(0).dtype())
                .integer("beam_width", op.width())
                .integer("top_paths", op.paths())
                .bool("merge_repeated", op.merge());
        List<String> all = List.of(in.get(0), w.cast(in.get(1), n.input(1).dtype(), DType.INT32));
        List<String> lists = Rules.outputs(
                w.add("CTCBeamSearchDecoder", "decoded_indices", all, a),
                "decoded_values",
                "decoded_shape",
                "log_probability");
        List<String> out = new ArrayList<>();
        for (String list : lists.subList(0, 3)) {
            for (int p = 0; p < op.paths(); p++) {
                out.add(FunctionWriter.output(list, p));
            }
        }
        out.add(lists.get(3));
        return out;
    }
}
