package dev.posthorn.keras.image;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.object.Seeds;
import dev.posthorn.keras.object.ValueRange;
import dev.posthorn.model.UnsupportedModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a change of images draws from, and by which options.
 *
 * @param size batch, height, width and channels of the images
 * @param dtype the type of the images while they are changed
 * @param options as the configuration writes them
 * @param channelsFirst whether the images came with their channels first
 */
public record Draw(Call c, Dim[] size, DType dtype, Map<String, Object> options, boolean channelsFirst) {
    /** The same with other options, for a change that is part of another. */
    Draw with(Object... keysAndValues) {
        Map<String, Object> other = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            other.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Draw(c, size, dtype, other, channelsFirst);
    }

    Builder b() {
        return c.builder();
    }

    Value next() {
        return Seeds.next(c);
    }

    /** Numbers of [low, high) in float32. */
    Expr uniform(double low, double high, Dim... shape) {
        return uniform(DType.FLOAT32, low, high, shape);
    }

    Expr uniform(DType dtype, double low, double high, Dim... shape) {
        return Expr.of(b(), Seeds.uniform(b(), next(), dtype, low, high, shape));
    }

    /** A number for each image, {@code [b×1×1×1]}. */
    Expr each(DType dtype, double low, double high) {
        Dim one = Dim.of(1);
        return uniform(dtype, low, high, size[0], one, one, one);
    }

    /** {@code [b]} as {@code [b×1×1×1]}. */
    public Expr image(Expr x) {
        return x.with(b().reshape(x.v(), size[0], Dim.of(1), Dim.of(1), Dim.of(1)));
    }

    /** Whether each image is changed at all, {@code [b×1×1×1]}: two draws, by the option {@code factor}. */
    Expr chosen() {
        double[] factor = factor("factor", 0, 1);
        Expr probability = uniform(factor[0], factor[1], size[0]);
        return image(uniform(0, 1, size[0]).lessThan(probability));
    }

    /** Two numbers, or one that stands for itself and its negative, but for nothing below {@code least}. */
    double[] factor(String key, double least, double ifAbsent) {
        Object raw = options.get(key);
        if (raw instanceof List<?> l) {
            double a = ((Number) l.get(0)).doubleValue();
            double z = ((Number) l.get(1)).doubleValue();
            return new double[] {Math.min(a, z), Math.max(a, z)};
        }
        if (raw instanceof double[] d) {
            return d;
        }
        double f = Math.abs(raw instanceof Number n ? n.doubleValue() : ifAbsent);
        return new double[] {Math.max(-f, least), f};
    }

    ValueRange range() {
        if (options.get("value_range") instanceof List<?> l) {
            return new ValueRange(((Number) l.get(0)).doubleValue(), ((Number) l.get(1)).doubleValue());
        }
        return options.get("value_range") instanceof ValueRange r ? r : ValueRange.BYTES;
    }

    Expr clipped(Expr x) {
        return x.clip(range().low(), range().high());
    }

    double number(String key, double ifAbsent) {
        return options.get(key) instanceof Number n ? n.doubleValue() : ifAbsent;
    }

    String string(String key, String ifAbsent) {
        return options.get(key) instanceof String s ? s : ifAbsent;
    }

    boolean bilinear() {
        return string("interpolation", "bilinear").equals("bilinear");
    }

    /** Height or width as a number. */
    public Expr length(int axis) {
        Dim d = size[axis];
        Value v = d.isKnown() ? b().constant(DType.INT32, d.known()) : d.value();
        return Expr.of(b(), b().cast(v, DType.FLOAT32));
    }

    int known(int axis) {
        if (!size[axis].isKnown()) {
            throw new UnsupportedModelException(
                    "images of a size that is not known are not supported in training, at " + c.path());
        }
        return size[axis].known();
    }

    Expr of(Value x) {
        return Expr.of(b(), x);
    }
}
