package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the values of a ragged tensor are in a dense one: {@code limits[d+1], partition… → from[k], to[k], shape[d+1]}: value
 * from[j] is element to[j] in row-major order; what is beyond the limits is left out. A limit of -1 is the length of the
 * longest row. How each of the d levels is parted, {@code kinds} says; FIRST_DIM_SIZE, a number of rows, stands before row
 * numbers.
 *
 * <p>(C1) splits ascend from 0, row numbers ascend inside of their rows. Source: TF RaggedTensorToTensor.
 */
public record RaggedPlaces(List<Kind> kinds) implements Op.Primitive {
    /** How rows are said. */
    public enum Kind {
        FIRST_DIM_SIZE,
        VALUE_ROWIDS,
        ROW_SPLITS
    }

    public RaggedPlaces {
        kinds = List.copyOf(kinds);
        boolean first = !kinds.isEmpty() && kinds.get(0) == Kind.FIRST_DIM_SIZE;
        List<Kind> levels = first ? kinds.subList(1, kinds.size()) : kinds;
        if (levels.isEmpty() || levels.contains(Kind.FIRST_DIM_SIZE) || !first && levels.get(0) == Kind.VALUE_ROWIDS) {
            throw new ShapeException("RaggedPlaces: expected levels of rows but was " + kinds);
        }
    }

    private int first() {
        return kinds.get(0) == Kind.FIRST_DIM_SIZE ? 1 : 0;
    }

    @Override
    public List<TensorType> infer(Operands in) {
        Places.vector(in.count(1 + kinds.size()), 0);
        TensorType places = Places.longs(Shape.UNKNOWN);
        return List.of(places, places, Places.longs(kinds.size() - first() + 1));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int depth = kinds.size() - first();
        long rows = first() == 1 ? in.get(1).getLong(0) : in.get(1).size() - 1;
        List<long[]> levels = new ArrayList<>();
        long n = rows;
        for (int d = 0; d < depth; d++) {
            Tensor t = in.get(1 + first() + d);
            levels.add(kinds.get(first() + d) == Kind.ROW_SPLITS ? rows(Places.splits(t, -1), n) : ids(t, n));
            n = levels.get(d).length;
        }
        long[] limits = in.get(0).longs();
        if (limits.length != depth + 1) {
            throw new ShapeException("expected " + (depth + 1) + " limits but was " + in.get(0));
        }
        long[] shape = limits.clone();
        shape[0] = shape[0] < 0 ? rows : shape[0];
        for (int d = 0; d < depth; d++) {
            shape[d + 1] = shape[d + 1] < 0 ? longest(levels.get(d)) : shape[d + 1];
        }
        Places.size(shape);
        long[] place = new long[Math.toIntExact(rows)];
        Arrays.setAll(place, i -> i < shape[0] ? i : -1);
        for (int d = 0; d < depth; d++) {
            place = inner(place, levels.get(d), shape[d + 1]);
        }
        long[] to = place;
        long[] from = java.util.stream.LongStream.range(0, to.length)
                .filter(i -> to[(int) i] >= 0)
                .toArray();
        return List.of(
                Places.vector(from),
                Places.vector(Arrays.stream(from).map(i -> to[(int) i]).toArray()),
                Places.vector(shape));
    }

    /** The row of each value. */
    private static long[] rows(long[] splits, long n) {
        if (splits.length - 1 != n) {
            throw new ShapeException("expected splits of " + n + " rows but was " + (splits.length - 1));
        }
        long[] ids = new long[Math.toIntExact(splits[splits.length - 1])];
        for (int i = 0; i < splits.length - 1; i++) {
            Arrays.fill(ids, (int) splits[i], (int) splits[i + 1], i);
        }
        return ids;
    }

    private static long[] ids(Tensor t, long n) {
        long[] ids = t.cast(dev.posthorn.ir.DType.INT64).longs();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < (i == 0 ? 0 : ids[i - 1]) || ids[i] >= n) { // (C1)
                throw new ShapeException("expected row numbers that ascend in [0, " + n + ") but was " + t);
            }
        }
        return ids;
    }

    private static long longest(long[] ids) {
        long longest = 0;
        for (int i = 0, from = 0; i < ids.length; i++) {
            from = i > 0 && ids[i] != ids[i - 1] ? i : from;
            longest = Math.max(longest, i - from + 1);
        }
        return longest;
    }

    private static long[] inner(long[] outer, long[] ids, long width) {
        long[] place = new long[ids.length];
        for (int i = 0, from = 0; i < ids.length; i++) {
            from = i > 0 && ids[i] != ids[i - 1] ? i : from;
            long row = outer[(int) ids[i]];
            place[i] = row < 0 || i - from >= width ? -1 : row * width + i - from;
        }
        return place;
    }
}
