package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfValue;
import dev.posthorn.tensorflow.TfValue.Elements;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lists whose elements may differ in shape: stacked with zeros behind the shorter ones, and with their sizes. An axis along
 * which they may differ is one that the list's element type does not know.
 */
final class Unlike {
    private Unlike() {}

    /** Whether all elements of a list and all of {@code items[k×…]} are of one shape, as far as shapes say before the graph runs. */
    static boolean alike(Elements e, Value all, Value items) {
        boolean alike = e.sizes() == null;
        for (int a = 1; alike && a < all.shape().rank(); a++) {
            int n = all.shape().dim(a);
            alike = n != Shape.UNKNOWN && n == items.shape().dim(a);
        }
        return alike;
    }

    /** The list with {@code items[k×…]} at those places. */
    static Elements put(Site s, Elements e, Value all, Value places, Value items) {
        Builder b = s.b();
        int rank = all.shape().rank();
        Value known = e.sizes(b, all);
        Value own = b.broadcastTo(b.expandDims(sizes(s, items, 1), 0), b.dim(items, 0), Dim.of(rank - 1));
        int[] dims = new int[rank - 1];
        Value wide = all;
        Value fit = items;
        for (int a = 1; a < rank; a++) {
            int n = all.shape().dim(a);
            boolean same = n != Shape.UNKNOWN && n == items.shape().dim(a);
            boolean varied = e.sizes() != null && e.element().shape().dim(a - 1) == Shape.UNKNOWN;
            dims[a - 1] = same && !varied ? n : Shape.UNKNOWN;
            if (!same) {
                Value most = b.binary(Binary.Fn.MAX, size(s, all, a), size(s, items, a));
                wide = padded(s, wide, a, most);
                fit = padded(s, fit, a, most);
            }
        }
        Scatter set = new Scatter(Scatter.Fn.SET);
        TensorType element = e.element().withShape(Shape.of(dims));
        return new Elements(element, e.length(), b.add(set, wide, places, fit), b.add(set, known, places, own));
    }

    private static Value padded(Site s, Value x, int axis, Value to) {
        Dim[] d = s.b().dims(x);
        d[axis] = new Dim(Shape.UNKNOWN, s.b().minus(to, size(s, x, axis)));
        Value zeros = s.b().broadcastTo(s.b().constant(dev.posthorn.ir.Tensor.zeros(TensorType.of(x.dtype()))), d);
        return s.b().concat(axis, List.of(x, zeros));
    }

    private static Value size(Site s, Value x, int axis) {
        return Shapes.value(s, s.b().dim(x, axis));
    }

    /** The sizes of x from an axis on, as a vector. */
    private static Value sizes(Site s, Value x, int from) {
        Dim[] d = s.b().dims(x);
        return s.b().shape(Arrays.copyOfRange(d, from, d.length));
    }

    /** Element {@code index}, without the zeros behind it. */
    static Value item(Site s, Elements e, Value index) {
        Builder b = s.b();
        Value row = b.gather(e.stacked(), index, 0);
        Value sizes = b.gather(e.sizes(), index, 0);
        for (int a = 0; a < row.shape().rank(); a++) {
            if (e.element().shape().dim(a) == Shape.UNKNOWN) {
                Value n = b.squeeze(b.slice(sizes, 0, a, a + 1), 0);
                Value whole = b.compare(Compare.Fn.LT, n, b.constant(DType.INT32, 0));
                row = b.gather(row, b.add(new Iota(DType.INT32), b.select(whole, size(s, row, a), n)), a);
            }
        }
        return row;
    }

    /** The elements as one tensor: that they are of one shape is checked when the graph runs, from an axis on. */
    static Value checked(Site s, Elements e, int from) {
        Builder b = s.b();
        for (int a = from; a < e.element().shape().rank(); a++) {
            if (e.element().shape().dim(a) == Shape.UNKNOWN) {
                Value n = b.squeeze(b.slice(e.sizes(), 1, a, a + 1), 1);
                Value whole = b.compare(Compare.Fn.LT, n, b.constant(DType.INT32, 0));
                Value full = b.compare(Compare.Fn.EQ, n, size(s, e.stacked(), a + 1));
                Value all = b.reduce(Reduce.Fn.ALL, b.binary(Binary.Fn.OR, whole, full), false, 0);
                s.frame().state().check(b, "elements of one shape in a list (" + s.where() + ")", all);
            }
        }
        return e.stacked();
    }

    /** The elements one after the other along their first axis, and how long each is. */
    static List<Value> joined(Site s, Elements e) {
        Builder b = s.b();
        Value all = checked(s, e, 1);
        Value n = b.squeeze(b.slice(e.sizes(), 1, 0, 1), 1);
        Value most = size(s, all, 1);
        Value lengths = b.select(b.compare(Compare.Fn.LT, n, b.constant(DType.INT32, 0)), most, n);
        Value within = b.compare(Compare.Fn.LT, b.add(new Iota(DType.INT32), most), b.expandDims(lengths, 1));
        Value places = b.cast(b.reshape(b.add(new NonZero(), b.reshape(within, -1)), -1), DType.INT32);
        List<Dim> flat = new ArrayList<>(List.of(Dim.of(-1)));
        flat.addAll(Arrays.asList(b.dims(all)).subList(2, all.shape().rank()));
        return List.of(b.gather(b.reshape(all, flat.toArray(Dim[]::new)), places, 0), b.cast(lengths, DType.INT64));
    }

    /** A list of tensors that stand for rows of a ragged tensor, as that. */
    static TfValue.Ragged ragged(Site s, Elements e) {
        Builder b = s.b();
        Elements sized = new Elements(e.element(), e.length(), e.stacked(), e.sizes(b, e.stacked()));
        List<Value> parts = joined(s, sized);
        Value ends = b.add(new CumSum(0, false, false), parts.get(1));
        return new TfValue.Ragged(List.of(b.concat(0, List.of(b.cast(b.ints(0), DType.INT64), ends))), parts.get(0));
    }
}
