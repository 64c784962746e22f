package dev.posthorn.keras.image;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Hues;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.object.Blur;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.keras.object.ValueRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Colours changed. Source: keras/src/layers/preprocessing/image_preprocessing, the file of each layer. */
public final class Colors {
    private static final ValueRange UNIT = new ValueRange(0, 1);

    private Colors() {}

    public static UnaryOperator<Value> brightness(Draw d) {
        double[] factor = d.factor("factor", -1, 0);
        Expr delta = d.each(DType.FLOAT32, factor[0], factor[1])
                .times(d.range().high() - d.range().low())
                .cast(d.dtype());
        return x -> d.clipped(d.of(x).plus(delta)).v();
    }

    public static UnaryOperator<Value> contrast(Draw d) {
        double[] factor = d.factor("factor", 0, 0);
        Expr by = d.each(d.dtype(), 1 - factor[0], 1 + factor[1]);
        return x -> {
            Expr mean = d.of(d.b().reduce(Reduce.Fn.MEAN, d.b().reduce(Reduce.Fn.MEAN, x, true, 1), true, 2));
            return d.clipped(d.of(x).minus(mean).times(by).plus(mean)).v();
        };
    }

    private static Expr gray(Draw d, Value x) {
        return d.of(Hues.gray(d.b(), x));
    }

    public static UnaryOperator<Value> degeneration(Draw d) {
        double[] factor = d.factor("factor", -1, 0);
        Expr by = d.each(DType.FLOAT32, factor[0], factor[1]).cast(d.dtype());
        return x -> d.clipped(d.of(x).plus(by.times(gray(d, x).minus(d.of(x))))).v();
    }

    public static UnaryOperator<Value> grayscale(Draw d) {
        Expr drawn = d.uniform(0, 1, d.size()[0]);
        Expr chosen = d.image(drawn.lessThan(drawn.number(d.number("factor", 0.5))));
        return x -> chosen.select(gray(d, x), d.of(x)).v();
    }

    public static UnaryOperator<Value> invert(Draw d) {
        Expr chosen = d.chosen();
        return x -> chosen.select(d.of(x).from(d.range().high()), d.of(x)).v();
    }

    public static UnaryOperator<Value> hue(Draw d) {
        double[] factor = d.factor("factor", 0, 0);
        Expr coin = d.uniform(0, 1, d.size()[0]);
        Expr sign = coin.greaterThan(coin.number(0.5)).select(coin.number(-1), coin.number(1));
        Expr by = d.image(
                        sign.times(d.uniform(factor[0], factor[1], d.size()[0])).times(0.5))
                .cast(d.dtype());
        return x -> {
            List<Value> hsv = d.b().split(Hues.toHsv(d.b(), d.range().to(UNIT, d.b(), x)), -1, 1, 1, 1);
            Expr h = d.of(hsv.get(0)).plus(by);
            h = h.greaterThan(h.number(1)).select(h.minus(1), h);
            h = h.lessThan(h.number(0)).select(h.plus(1), h);
            Value rgb = Hues.toRgb(d.b(), d.b().concat(-1, List.of(h.v(), hsv.get(1), hsv.get(2))));
            return UNIT.to(d.range(), d.b(), d.of(rgb).clip(0, 1).v());
        };
    }

    public static UnaryOperator<Value> saturation(Draw d) {
        double[] factor = d.factor("factor", -1, 0);
        Expr drawn = d.uniform(factor[0], factor[1], d.size()[0]);
        Expr by = d.image(drawn.over(drawn.from(1).plus(1e-7))).cast(d.dtype());
        return x -> {
            List<Value> hsv = d.b().split(Hues.toHsv(d.b(), x), -1, 1, 1, 1);
            Value s = d.clipped(d.of(hsv.get(1)).times(by)).v();
            return Hues.toRgb(d.b(), d.b().concat(-1, List.of(hsv.get(0), s, hsv.get(2))));
        };
    }

    public static UnaryOperator<Value> sharpness(Draw d) {
        double[] factor = d.factor("factor", 0, 0);
        Expr by = d.image(d.uniform(factor[0], factor[1], d.size()[0]).times(2)).cast(d.dtype());
        return x -> {
            int channels = x.shape().dim(3);
            Tensor kernel = Tensor.zeros(new TensorType(d.dtype(), Shape.of(3, 3, channels, 1)));
            for (int i = 0; i < kernel.size(); i++) {
                kernel.setDouble(i, (i / channels == 4 ? 5 : 1) / 13.0);
            }
            Expr smooth = d.of(Blur.with(d.b(), x, d.b().constant(kernel)));
            return d.clipped(d.of(x).plus(by.from(1).times(smooth.minus(d.of(x)))))
                    .v();
        };
    }

    public static UnaryOperator<Value> posterization(Draw d) {
        double[] factor = d.factor("factor", 1, 1);
        Builder b = d.b();
        Expr bits = factor[0] == factor[1]
                ? d.of(b.constant(DType.INT32, factor[0]))
                : d.of(b.cast(
                        Seeds.integers(
                                b,
                                d.next(),
                                b.constant(DType.INT64, factor[0]),
                                b.constant(DType.INT64, factor[1]),
                                d.size()[0]),
                        DType.INT32));
        Expr all = bits.rank() == 0 ? bits : d.image(bits);
        Expr step = all.number(2)
                .cast(DType.FLOAT32)
                .pow(all.from(8).cast(DType.FLOAT32))
                .cast(DType.INT32);
        return x -> {
            Value bytes = b.cast(b.cast(d.range().to(ValueRange.BYTES, b, x), DType.UINT8), DType.INT32);
            Value kept = b.times(b.binary(Binary.Fn.FLOOR_DIV, bytes, step.v()), step.v());
            return ValueRange.BYTES.to(d.range(), b, b.cast(kept, d.dtype()));
        };
    }

    public static UnaryOperator<Value> solarization(Draw d) {
        double[] addition = d.factor("addition_factor", 0, 0);
        double[] threshold = d.factor("threshold_factor", 0, 0);
        Expr add = d.each(d.dtype(), addition[0], addition[1] * 255);
        Expr limit = d.each(d.dtype(), threshold[0], threshold[1] * 255);
        return x -> {
            Expr y = d.of(d.range().to(ValueRange.BYTES, d.b(), x)).plus(add).clip(0, 255);
            return ValueRange.BYTES.to(
                    d.range(), d.b(), y.lessThan(limit).select(y, y.from(255)).v());
        };
    }

    public static UnaryOperator<Value> blur(Draw d) {
        Expr chosen = d.chosen();
        double[] sigma = d.factor("sigma", 0, 1);
        Expr by = d.uniform(d.dtype(), sigma[0], sigma[1], Dim.of(2)).plus(1e-6);
        List<?> size = d.options().get("kernel_size") instanceof List<?> l
                ? l
                : List.of((int) d.number("kernel_size", 3), (int) d.number("kernel_size", 3));
        int height = ((Number) size.get(0)).intValue();
        int width = ((Number) size.get(1)).intValue();
        Value down = d.b().slice(by.v(), 0, 0, 1);
        Value right = d.b().slice(by.v(), 0, 1, 2);
        return x -> {
            Value smooth = Blur.same(d.b(), x, Blur.bell(d.b(), height, down), Blur.bell(d.b(), width, right));
            return d.clipped(chosen.select(d.of(smooth), d.of(x))).v();
        };
    }

    public static UnaryOperator<Value> erasing(Draw d) {
        double[] scale = d.factor("scale", 0, 0.33);
        Expr ratio =
                d.uniform(d.dtype(), scale[0], scale[1], d.size()[0], Dim.of(2)).sqrt();
        Expr x0 = d.of(d.b().slice(ratio.v(), 1, 0, 1));
        Expr y0 = d.of(d.b().slice(ratio.v(), 1, 1, 2));
        Expr columns = Boxes.within(d, x0, 2);
        Expr rows = Boxes.within(d, y0, 1);
        Expr inside = rows.and(columns).and(d.chosen());
        Expr fill = d.options().get("fill_value") == null
                ? d.of(Seeds.normal(d.b(), d.next(), d.dtype(), 0, 1, drawnShape(d)))
                        .times(d.range().high())
                : d.of(d.b().constant(filling(d)));
        Value clipped = last(d, d.clipped(fill).v());
        return x -> inside.select(d.of(clipped), d.of(x)).v();
    }

    /** The shape of the images as they came. */
    private static Dim[] drawnShape(Draw d) {
        Dim[] s = d.size();
        return d.channelsFirst() ? new Dim[] {s[0], s[3], s[1], s[2]} : s;
    }

    private static Value last(Draw d, Value x) {
        return d.channelsFirst() && x.shape().rank() == 4 ? d.b().transpose(x, 0, 2, 3, 1) : x;
    }

    private static Tensor filling(Draw d) {
        List<?> values = d.options().get("fill_value") instanceof List<?> l ? l : List.of(d.number("fill_value", 0));
        Tensor t = Tensor.zeros(new TensorType(d.dtype(), Shape.of(values.size())));
        for (int i = 0; i < values.size(); i++) {
            t.setDouble(i, ((Number) values.get(i)).doubleValue());
        }
        return t;
    }

    public static UnaryOperator<Value> autoContrast(Draw d) {
        return x -> {
            Expr y = d.of(d.range().to(ValueRange.BYTES, d.b(), x));
            int[] axes = d.channelsFirst() ? new int[] {3, 1} : new int[] {1, 2}; // whatever the data format, as Keras
            Expr low = y.with(d.b().reduce(Reduce.Fn.MIN, y.v(), true, axes));
            Expr high = y.with(d.b().reduce(Reduce.Fn.MAX, y.v(), true, axes));
            Expr scale = high.minus(low).pow(-1).times(255);
            Expr z = y.times(scale).minus(low.times(scale)).clip(0, 255);
            Expr back = d.of(ValueRange.BYTES.to(d.range(), d.b(), z.v()));
            return back.equalTo(back).select(back, d.of(x)).v();
        };
    }

    /** Every channel of the whole batch so that all values are as frequent. */
    public static UnaryOperator<Value> equalization(Draw d) {
        int bins = (int) d.number("bins", 256);
        return x -> {
            List<Value> channels = new ArrayList<>();
            for (int i = 0; i < x.shape().dim(3); i++) {
                channels.add(equalized(d, d.b().slice(x, 3, i, i + 1), bins));
            }
            return d.b().concat(3, channels);
        };
    }

    private static Value equalized(Draw d, Value given, int bins) {
        Builder b = d.b();
        ValueRange range = d.range();
        double scale = 255 / (range.high() - range.low());
        Expr x = d.of(given);
        Expr y = range.equals(ValueRange.BYTES) ? x : x.times(scale).plus(-range.low() * scale);
        Expr place = y.cast(DType.FLOAT32)
                .times(bins - 1.0)
                .over(255)
                .cast(DType.INT32)
                .clip(0, bins - 1.0);
        Expr histogram = d.of(b.add(new BinCount(bins, false, DType.INT32), b.reshape(place.v(), -1)))
                .cast(DType.INT32);
        Expr some = histogram.greaterThan(histogram.number(0)).cast(DType.INT32).sum(0);
        Expr sums = d.of(b.add(new CumSum(0, false, false), histogram.v()));
        Expr positive = sums.greaterThan(sums.number(0));
        Expr first = d.of(b.reduce(
                Reduce.Fn.MIN,
                positive.select(sums, sums.number(Integer.MAX_VALUE)).v(),
                false,
                0));
        Expr total = d.of(b.squeeze(b.slice(sums.v(), 0, bins - 1, bins), 0)).minus(first);
        total = total.equalTo(total.number(0)).select(total.number(1), total);
        Expr table = sums.minus(first).times(255).cast(DType.FLOAT64).over(total.cast(DType.FLOAT64));
        table = table.apply(Unary.Fn.ROUND).clip(0, 255);
        Expr at = y.over(255).times(bins - 1.0).clip(0, bins - 1.0).cast(DType.INT32);
        Expr looked = d.of(b.gather(table.v(), at.v(), 0)).cast(d.dtype());
        Expr result = some.atMost(some.number(1)).select(y, looked);
        return (range.equals(ValueRange.BYTES) ? result : result.over(scale).plus(range.low())).v();
    }
}
