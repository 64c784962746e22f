package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.image.Boxes;
import dev.posthorn.keras.image.Draw;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.Pictures;
import dev.posthorn.keras.object.Seeds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images of a batch mixed with others of it while the model trains, and their labels in the same proportion: all pixels of
 * both ({@code MixUp}), or a part of one put into the other ({@code CutMix}). Source:
 * keras/src/layers/preprocessing/image_preprocessing/mix_up.py, cut_mix.py.
 *
 * @param strength how much; of CutMix between two numbers
 */
public record Mixing(boolean cut, List<Double> strength, Object seed, DataFormat dataFormat) implements Layer {
    public static final Codec<Mixing> MIX_UP = Codec.of(
            "MixUp",
            f -> new Mixing(
                    false,
                    List.of(f.of("alpha", Numbers.FLOAT, m -> m.strength.get(0), 0.2)),
                    f.of("seed", FieldType.ANY, Mixing::seed),
                    f.of("data_format", DataFormat.TYPE, Mixing::dataFormat, DataFormat.CHANNELS_LAST)));
    public static final Codec<Mixing> CUT_MIX = Codec.of(
            "CutMix",
            f -> new Mixing(
                    true,
                    f.of("factor", FieldType.listOf(Numbers.FLOAT), Mixing::strength, List.of(0.0, 1.0)),
                    f.of("seed", FieldType.ANY, Mixing::seed),
                    f.of("data_format", DataFormat.TYPE, Mixing::dataFormat, DataFormat.CHANNELS_LAST)));

    @Override
    public String className() {
        return cut ? "CutMix" : "MixUp";
    }

    @Override
    public List<Weight> weights(List<TensorType> inputs) {
        return List.of(Seeds.state(seed));
    }

    @Override
    public boolean mixesBatch() {
        return true;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Map<String, Object> data = Pictures.of(c, "images", "labels");
        Value given = c.builder().cast(Pictures.images(data), c.policy().compute());
        if (!c.training() || cut && given.shape().rank() == 3) {
            return Pictures.with(data, "images", given);
        }
        Builder b = c.builder();
        boolean single = given.shape().rank() == 3;
        Value x = dataFormat.toLast(b, single ? b.expandDims(given, 0) : given);
        Draw d = new Draw(c, b.dims(x), x.dtype(), Map.of(), false);
        return cut ? cut(d, x, data) : mixed(d, x, data, single);
    }

    private List<KerasTensor> mixed(Draw d, Value x, Map<String, Object> data, boolean single) {
        Builder b = d.c().builder();
        Dim n = d.size()[0];
        Value order = Seeds.shuffled(b, Seeds.next(d.c()), n);
        Value alpha = b.constant(DType.FLOAT32, strength.get(0));
        Expr weight = Expr.of(b, Seeds.beta(b, Seeds.next(d.c()), alpha, alpha, n));
        Expr share = d.image(weight).cast(x.dtype());
        Value y = between(b, x, order, share);
        Value image = dataFormat.fromLast(b, y);
        return labelled(d, data, single ? b.squeeze(image, 0) : image, order, weight);
    }

    private List<KerasTensor> cut(Draw d, Value x, Map<String, Object> data) {
        Builder b = d.c().builder();
        Dim n = d.size()[0];
        Value alpha = b.binary(
                Binary.Fn.ADD, Seeds.uniform(b, Seeds.next(d.c()), x.dtype(), strength.get(0), strength.get(1)), 1e-6);
        Expr ratio = Expr.of(b, Seeds.beta(b, Seeds.next(d.c()), alpha, alpha, n))
                .from(1)
                .sqrt()
                .expandDims(1);
        Expr[] columns = Boxes.ends(d, ratio, 2);
        Expr[] rows = Boxes.ends(d, ratio, 1);
        Expr inside = Boxes.inside(d, columns, 2).and(Boxes.inside(d, rows, 1));
        Value order = Seeds.shuffled(b, Seeds.next(d.c()), n);
        Value y =
                inside.select(Expr.of(b, b.gather(x, order, 0)), Expr.of(b, x)).v();
        Expr area = d.length(1).times(d.length(2)).cast(x.dtype());
        Expr weight = columns[1]
                .minus(columns[0])
                .times(rows[1].minus(rows[0]))
                .over(area)
                .from(1);
        return labelled(d, data, dataFormat.fromLast(b, y), order, weight.squeeze(1));
    }

    /** {@code share·x + (1 − share)·x[order]}. */
    private static Value between(Builder b, Value x, Value order, Expr share) {
        Expr other = Expr.of(b, b.gather(x, order, 0));
        return share.times(other.with(x)).plus(share.from(1).times(other)).v();
    }

    private static List<KerasTensor> labelled(
            Draw d, Map<String, Object> data, Value images, Value order, Expr weight) {
        Map<String, Object> all = new LinkedHashMap<>(data);
        if (all.get("labels") instanceof KerasTensor t) {
            Builder b = d.c().builder();
            Value labels = t.value();
            Expr share = weight.expandDims(1).cast(labels.dtype());
            all.put("labels", KerasTensor.of(between(b, labels, order, share)));
        }
        return Pictures.with(all, "images", images);
    }
}
