package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.SingleDraws;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * A random part of a picture, to be cut out: {@code size[3], boxes[…×4], least[], key[1], counter[2] → y[4]}, the first row and
 * column of the part and its height and width, int32. Of a picture of {@code size} (height, width, channels), a part of a random
 * ratio of width to height and a random height within the range of areas is taken that covers {@code least} of one of the boxes
 * (corners as fractions of height and width, (C1) within it), or of the whole picture where there are none; the whole picture after
 * so many attempts. In float32. Source: TF SampleDistortedBoundingBoxV2.
 *
 * @param ratios the least and the greatest ratio
 * @param areas the least and the greatest area, as a part of the picture's
 */
public record RandomBox(List<Float> ratios, List<Float> areas, int attempts) implements Op.Single {
    private static final double SLIGHTLY_LESS = 0.5 - 1e-7f;

    public RandomBox {
        boolean fits = ratios.size() == 2
                && areas.size() == 2
                && ratios.get(0) > 0
                && ratios.get(1) > 0
                && areas.stream().allMatch(a -> a > 0 && a <= 1)
                && attempts > 0;
        if (!fits) {
            throw new ShapeException("RandomBox: expected two ratios above 0, two areas in (0, 1] and attempts but was "
                    + ratios + ", " + areas + " and " + attempts);
        }
        ratios = List.copyOf(ratios);
        areas = List.copyOf(areas);
    }

    @Override
    public TensorType type(Operands in) {
        boolean fits = in.count(5).dtype(0).isInteger()
                && Shape.of(3).accepts(in.shape(0))
                && in.dtype(1) == DType.FLOAT32
                && in.dtype(2) == DType.FLOAT32
                && Shape.SCALAR.accepts(in.shape(2));
        if (!fits) {
            throw new ShapeException("expected a size[3], boxes, a number, a key and a counter but was " + in.types());
        }
        SingleDraws.check(in, 3);
        return TensorType.of(DType.INT32, 4);
    }

    /** Rows and columns from (inclusive) and to (exclusive). */
    private record Area(int top, int left, int bottom, int right) {
        float size() {
            return (right - left) * (bottom - top);
        }

        Area with(Area o) {
            Area both = new Area(
                    Math.max(top, o.top), Math.max(left, o.left), Math.min(bottom, o.bottom), Math.min(right, o.right));
            return both.top > both.bottom || both.left > both.right ? new Area(0, 0, 0, 0) : both;
        }

        /** Whether so much of one of the objects is in this. */
        boolean covers(float least, Area[] objects) {
            for (Area o : objects) {
                if (size() >= 1 && o.size() >= 1 && with(o).size() / o.size() >= least) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int height = Math.toIntExact(in.get(0).getLong(0));
        int width = Math.toIntExact(in.get(0).getLong(1));
        Area whole = new Area(0, 0, height, width);
        Area[] objects = objects(in.get(1), height, width);
        SingleDraws draws = SingleDraws.of(in.get(3), in.get(4));
        Area chosen = whole;
        for (int i = 0; i < attempts && chosen == whole; i++) {
            float ratio = draws.unit() * (ratios.get(1) - ratios.get(0)) + ratios.get(0);
            Area part = part(height, width, ratio, draws);
            if (part != null
                    && part.covers(in.get(2).floats()[0], objects.length == 0 ? new Area[] {whole} : objects)) {
                chosen = part;
            }
        }
        return Tensor.of(
                Shape.of(4),
                new int[] {chosen.top, chosen.left, chosen.bottom - chosen.top, chosen.right - chosen.left});
    }

    private static Area[] objects(Tensor boxes, int height, int width) {
        float[] b = boxes.floats();
        for (float corner : b) {
            if (!(corner >= 0 && corner <= 1)) { // (C1)
                throw new ShapeException("expected corners in [0, 1] but was " + corner);
            }
        }
        Area[] all = new Area[b.length / 4];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Area(
                    (int) (b[4 * i] * height), (int) (b[4 * i + 1] * width), (int) (b[4 * i + 2] * height), (int)
                            (b[4 * i + 3] * width));
        }
        return all;
    }

    /** A part of that ratio; null where none has an area in the range. */
    private Area part(int height, int width, float ratio, SingleDraws draws) {
        float least = areas.get(0) * width * height;
        float most = areas.get(1) * width * height;
        if (height < 1 || width < 1 || areas.get(0) > areas.get(1)) {
            return null;
        }
        int rows = rounded((float) Math.sqrt(least / ratio));
        int mostRows = rounded((float) Math.sqrt(most / ratio));
        if (rounded(mostRows * ratio) > width) {
            mostRows = (int) ((width + SLIGHTLY_LESS) / ratio);
            mostRows -= rounded(mostRows * ratio) > width ? 1 : 0;
        }
        mostRows = Math.min(mostRows, height);
        rows = Math.min(rows, mostRows);
        rows += rows < mostRows ? draws.below(mostRows - rows + 1) : 0;
        // What rounding put out of the range is brought back into it.
        rows += (float) (rounded(rows * ratio) * rows) < least ? 1 : 0;
        rows -= (float) (rounded(rows * ratio) * rows) > most ? 1 : 0;
        int columns = rounded(rows * ratio);
        float area = columns * rows;
        if (area < least || area > most || columns > width || rows > height || columns < 1 || rows < 1) {
            return null;
        }
        int top = rows < height ? draws.below(height - rows) : 0;
        int left = columns < width ? draws.below(width - columns) : 0;
        return new Area(top, left, top + rows, left + columns);
    }

    private static int rounded(float x) {
        return (int) Math.rint(x);
    }
}
