package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.keras.object.DataFormat;
import dev.posthorn.keras.object.Framing;
import dev.posthorn.keras.object.Numbers;
import dev.posthorn.keras.object.ValueRange;
import dev.posthorn.model.UnsupportedModelException;
import java.util.List;

/**
 * Histogram equalisation by tiles: each tile of each channel has a map of its 256 values, made of its histogram with the
 * peaks cut off, and a pixel's result is interpolated between the maps of the four nearest tiles. Keras's name is
 * {@value #NAME}. Source: keras/src/layers/preprocessing/image_preprocessing/clahe.py.
 */
public record Clahe(ValueRange range, double clipLimit, List<Integer> grid, DataFormat dataFormat)
        implements SimpleLayer {
    private static final String NAME = "ContrastLimitedAdaptiveHistogramEqualization";

    public static final Codec<Clahe> CODEC = Codec.of(
            NAME,
            f -> new Clahe(
                    f.of("value_range", ValueRange.TYPE, Clahe::range, ValueRange.BYTES),
                    f.of("clip_limit", Numbers.FLOAT, Clahe::clipLimit, 4.0),
                    f.of("tile_grid_size", FieldType.ints(2), Clahe::grid, List.of(8, 8)),
                    f.of("data_format", DataFormat.TYPE, Clahe::dataFormat, DataFormat.CHANNELS_LAST)));

    /** For each pixel along an axis: the tiles around it, counted with one more at each end, and the second one's share. */
    private record Axis(int[] first, int[] second, float[] share) {
        static Axis of(int tiles, int size) {
            int n = tiles * size;
            Axis a = new Axis(new int[n], new int[n], new float[n]);
            for (int i = 0; i < n; i++) {
                float place = (i - size / 2f) / size + 1;
                int floor = (int) Math.floor(place);
                a.first[i] = Math.max(0, Math.min(floor, tiles + 1));
                a.second[i] = Math.max(0, Math.min(floor + 1, tiles + 1));
                a.share[i] = place - floor;
            }
            return a;
        }
    }

    @Override
    public String className() {
        return NAME;
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value input) {
        Builder b = c.builder();
        Value original = b.cast(input, c.policy().compute());
        boolean single = original.shape().rank() == 3;
        Value x = dataFormat.toLast(b, b.cast(single ? b.expandDims(original, 0) : original, DType.FLOAT32));
        Shape s = x.shape();
        if (s.dim(1) < 0 || s.dim(2) < 0 || s.dim(3) < 0) {
            throw new UnsupportedModelException(
                    NAME + ": expected images of a known size but was " + input.type() + ", at " + c.path(), List.of());
        }
        Value y = ValueRange.BYTES.to(range, b, equalised(b, range.to(ValueRange.BYTES, b, x)));
        y = dataFormat.fromLast(b, b.cast(y, original.dtype()));
        return single ? b.squeeze(y, 0) : y;
    }

    private Value equalised(Builder b, Value x) {
        int rows = grid.get(0);
        int columns = grid.get(1);
        int height = x.shape().dim(1);
        int width = x.shape().dim(2);
        int channels = x.shape().dim(3);
        int h = (height + rows - 1) / rows;
        int w = (width + columns - 1) / columns;
        Pad pad =
                new Pad(Pad.Mode.SYMMETRIC, List.of(0, 0, 0, 0), List.of(0, h * rows - height, w * columns - width, 0));
        Value whole = pad.high().stream().allMatch(n -> n == 0) ? x : b.add(pad, x, b.constant(x.dtype(), 0));
        Value values = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, whole, 0), 255);
        Value pixels = b.cast(values, DType.INT32);
        Value tiles = b.transpose(b.reshape(pixels, -1, rows, h, columns, w, channels), 0, 1, 3, 5, 2, 4);
        Value maps = maps(b, b.reshape(tiles, -1, rows, columns, channels, h * w), h * w);
        maps = edged(b, edged(b, maps, 1), 2);
        Axis down = Axis.of(rows, h);
        Axis across = Axis.of(columns, w);
        int[] strides = {
            (rows + 2) * (columns + 2) * channels * 256, (columns + 2) * channels * 256, channels * 256, 256
        };
        Value batch = b.add(new Iota(DType.INT32), Framing.size(b, x, 0));
        Value base = b.plus(pixels, b.reshape(b.binary(Binary.Fn.MUL, batch, strides[0]), -1, 1, 1, 1));
        base = b.plus(base, b.constant(offsets(channels, strides[3], Shape.of(channels))));
        Value flat = b.reshape(maps, Dim.of(-1));
        Value right = b.constant(Tensor.of(Shape.of(across.share.length, 1), across.share));
        Value low = b.constant(Tensor.of(Shape.of(down.share.length, 1, 1), down.share));
        Value top = between(
                b,
                taken(b, flat, base, down.first, across.first, strides),
                taken(b, flat, base, down.first, across.second, strides),
                right);
        Value bottom = between(
                b,
                taken(b, flat, base, down.second, across.first, strides),
                taken(b, flat, base, down.second, across.second, strides),
                right);
        Value y = between(b, top, bottom, low);
        return b.slice(b.slice(y, 1, 0, height), 2, 0, width);
    }

    /** What each of the 256 values becomes: {@code [b×rows×columns×channels×256]}. */
    private Value maps(Builder b, Value tiles, int pixels) {
        Value counts = b.add(new BinCount(256, false, DType.FLOAT32), tiles);
        if (clipLimit > 0) {
            Value cut = b.binary(Binary.Fn.MIN, counts, (float) (clipLimit * pixels / 256));
            Value excess = b.reduce(Reduce.Fn.SUM, b.minus(counts, cut), true, -1);
            counts = b.plus(cut, b.binary(Binary.Fn.DIV, excess, 256));
        }
        Value sums = b.add(new CumSum(4, false, false), counts);
        Value least = b.reduce(Reduce.Fn.MIN, sums, true, -1);
        Value rest = b.minus(b.constant(DType.FLOAT32, pixels), least);
        Value none = b.compare(Compare.Fn.EQ, rest, b.constant(DType.FLOAT32, 0));
        Value divisor = b.select(none, b.constant(DType.FLOAT32, 1), rest);
        Value map = b.over(b.binary(Binary.Fn.MUL, b.minus(sums, least), 255), divisor);
        return b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, map, 0), 255);
    }

    /** The first and the last slice twice. */
    private static Value edged(Builder b, Value x, int axis) {
        int n = x.shape().dim(axis);
        return b.concat(axis, List.of(b.slice(x, axis, 0, 1), x, b.slice(x, axis, n - 1, n)));
    }

    private static Tensor offsets(int n, int stride, Shape shape) {
        int[] at = new int[n];
        for (int i = 0; i < n; i++) {
            at[i] = i * stride;
        }
        return Tensor.of(shape, at);
    }

    private static Value taken(Builder b, Value flat, Value base, int[] rows, int[] columns, int[] strides) {
        int[] places = new int[rows.length * columns.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = rows[i / columns.length] * strides[1] + columns[i % columns.length] * strides[2];
        }
        Value offset = b.constant(Tensor.of(Shape.of(rows.length, columns.length, 1), places));
        return b.gather(flat, b.plus(base, offset), 0);
    }

    private static Value between(Builder b, Value x, Value y, Value share) {
        return b.plus(b.times(x, b.minus(b.constant(DType.FLOAT32, 1), share)), b.times(y, share));
    }
}
