package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import dev.posthorn.tensorflow.TfValue.Elements;
import dev.posthorn.tensorflow.TfValue.Joined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** TensorLists. */
final class Lists {
    static final List<TfOp> ALL = List.of(
            general("TensorListReserve", s -> List.of(new Elements(element(s, 0), scalar(s, s.in(1)), null))),
            general("EmptyTensorList", s -> List.of(new Elements(element(s, 0), s.b().constant(DType.INT32, 0), null))),
            general("TensorListFromTensor", s -> List.of(s.raw(0) instanceof TfValue.Ragged r ? r : of(s, s.in(0)))),
            general("TensorListStack", Lists::stack),
            one(
                    "TensorListLength",
                    s -> s.raw(0) instanceof Joined j
                            ? rows(s, j.lengths())
                            : s.raw(0) instanceof TfValue.Ragged r
                                    ? Raggeds.count(s, r)
                                    : list(s, 0).length()),
            general(
                    "TensorListGetItem",
                    s -> List.of(
                            s.raw(0) instanceof TfValue.Ragged r
                                    ? Raggeds.row(s.b(), r, scalar(s, s.in(1)))
                                    : new TfValue.Of(item(s, 0, element(s, 2).shape(), scalar(s, s.in(1)))))),
            general("TensorListSetItem", s -> List.of(set(s, list(s, 0), scalar(s, s.in(1)), given(s, 2)))),
            one(
                    "TensorListGather",
                    s -> stacked(s, gathered(s, list(s, 0), element(s, 2).shape(), s.in(1)), Shape.UNRANKED)),
            general(
                    "TensorListScatterV2",
                    s -> List.of(scatter(s, new Elements(element(s, 2), scattered(s), null), s.in(1), s.in(0)))),
            general(
                    "TensorListScatter",
                    s -> List.of(scatter(s, new Elements(element(s, 2), reach(s, s.in(1)), null), s.in(1), s.in(0)))),
            general("TensorListScatterIntoExistingList", s -> {
                Elements e = list(s, 0);
                Value n = s.b().binary(Binary.Fn.MAX, e.length(), reach(s, s.in(2)));
                return List.of(scatter(s, resized(s, e, n), s.in(2), s.in(1)));
            }),
            general("TensorListResize", s -> List.of(resized(s, list(s, 0), scalar(s, s.in(1))))),
            general("TensorListConcatLists", s -> List.of(joined(s, list(s, 0), list(s, 1)))),
            one("TensorListElementShape", Lists::elementShape),
            general("TensorListPushBack", s -> List.of(push(s, list(s, 0), given(s, 1)))),
            general("TensorListPopBack", s -> pop(s, list(s, 0))),
            general("TensorListConcatV2", s -> concat(s, 0)),
            general("TensorListConcat", s -> concat(s, 0)),
            general("TensorListSplit", s -> List.of(split(s, s.in(0)))));

    private Lists() {}

    static Elements list(Site s, int i) {
        TfValue given = s.raw(i);
        if (!(given instanceof Elements) && s.op().startsWith("TensorArray")) {
            given = s.raw(0);
        }
        if (given instanceof Elements e) {
            return e;
        }
        throw new ModelFormatException(s.op() + ": expected a list but was another, at " + s.where());
    }

    /** Element {@code index} of the list that input {@code i} is. */
    static Value item(Site s, int i, Shape declared, Value index) {
        if (s.raw(i) instanceof Joined j) {
            Value lengths = s.b().cast(j.lengths(), DType.INT32);
            Value start = s.b().gather(s.b().add(new CumSum(0, true, false), lengths), index, 0);
            Value places = s.b().add(new Iota(DType.INT32), s.b().gather(lengths, index, 0));
            return s.b().gather(j.rows(), s.b().plus(start, places), 0);
        }
        Elements e = list(s, i);
        return e.sizes() == null ? s.b().gather(stacked(s, e, declared), index, 0) : Unlike.item(s, e, index);
    }

    /** What is put into a list: a tensor, also one that stands for a row of a ragged tensor. */
    private static Value given(Site s, int i) {
        if (s.raw(i) instanceof TfValue.Ragged r && r.splits().isEmpty()) {
            return r.values();
        }
        return s.in(i);
    }

    /** The elements stacked; those that stand for rows of a ragged tensor, one after the other. */
    private static List<TfValue> stack(Site s) {
        Elements e = list(s, 0);
        boolean ragged = e.element().dtype() == DType.VARIANT && e.stacked() != null;
        return List.of(
                ragged
                        ? Unlike.ragged(s, e)
                        : new TfValue.Of(stacked(s, e, element(s, 1).shape())));
    }

    /** The list of the elements at those places. */
    static Elements gathered(Site s, Elements e, Shape declared, Value places) {
        Value all = s.b().gather(e.sizes() == null ? stacked(s, e, declared) : e.stacked(), places, 0);
        Value sizes = e.sizes() == null ? null : s.b().gather(e.sizes(), places, 0);
        return new Elements(e.element(), rows(s, all), all, sizes);
    }

    static Value scalar(Site s, Value x) {
        return s.b().cast(
                        x.shape().isRanked() && x.shape().rank() == 0 ? x : s.b().reshape(x, new int[0]), DType.INT32);
    }

    /** The element type that input {@code i}, a shape, declares: -1 alone is an unknown rank. */
    private static TensorType element(Site s, int i) {
        DType dtype = s.attributes().type("element_dtype");
        Value v = s.in(i);
        if (v.shape().isRanked() && v.shape().rank() == 0) {
            return new TensorType(dtype, Shape.UNRANKED);
        }
        int[] dims = s.frame().dims(v).stream()
                .mapToInt(d -> d.isKnown() ? d.known() : Shape.UNKNOWN)
                .toArray();
        return new TensorType(dtype, Shape.of(dims));
    }

    private static Value rows(Site s, Value x) {
        return Shapes.value(s, s.b().dim(x, 0));
    }

    private static Elements of(Site s, Value all) {
        TensorType row = all.type().withShape(all.shape().slice(1, all.shape().rank()));
        return new Elements(row, rows(s, all), all);
    }

    /** All elements, which must be of one shape; zeros where none was set. */
    static Value stacked(Site s, Elements e, Shape declared) {
        return e.sizes() == null ? filled(s, e, declared, e.element().dtype()) : Unlike.checked(s, e, 0);
    }

    /** The elements, with zeros behind what is shorter; zeros where none was set. */
    private static Value filled(Site s, Elements e, Shape declared, DType dtype) {
        if (e.stacked() != null) {
            return e.stacked();
        }
        Shape row = Shape.merge(e.element().shape(), declared);
        if (!row.isKnown()) {
            if (!row.isRanked()) {
                throw s.unsupported("a list none of whose elements is set, of unknown rank");
            }
            row = Shape.of(Arrays.stream(row.dims()).map(d -> Math.max(d, 0)).toArray());
        }
        Dim[] dims = new Dim[row.rank() + 1];
        dims[0] = s.frame().dims(s.b().reshape(e.length(), 1)).get(0);
        for (int a = 0; a < row.rank(); a++) {
            dims[a + 1] = Dim.of(row.dim(a));
        }
        return s.b().broadcastTo(s.b().constant(Tensor.zeros(TensorType.of(dtype))), dims);
    }

    /** Where the attribute says so, the list grows up to the index, with zeros between. */
    private static Elements grown(Site s, Elements e, Value index) {
        Value n = s.b().binary(Binary.Fn.MAX, e.length(), s.b().binary(Binary.Fn.ADD, index, 1));
        if (n.equals(e.length())) {
            return e;
        }
        if (e.stacked() == null) {
            return new Elements(e.element(), n, null);
        }
        Dim more = s.frame().dims(s.b().reshape(s.b().minus(n, e.length()), 1)).get(0);
        return behind(s, e, n, more);
    }

    /** The list with elements of zeros behind the others. */
    private static Elements behind(Site s, Elements e, Value length, Dim more) {
        Dim[] d = s.b().dims(e.stacked());
        d[0] = more;
        Tensor zero = Tensor.zeros(TensorType.of(e.stacked().dtype()));
        Value all = s.b().concat(0, List.of(e.stacked(), s.b().broadcastTo(s.b().constant(zero), d)));
        if (e.sizes() == null) {
            return new Elements(e.element(), length, null).with(all);
        }
        Value whole = s.b().broadcastTo(s.b().constant(DType.INT32, -1), more, s.b().dim(e.sizes(), 1));
        return new Elements(e.element(), length, all, s.b().concat(0, List.of(e.sizes(), whole)));
    }

    static Elements set(Site s, Elements given, Value index, Value item) {
        boolean grows = s.attributes().bool("resize_if_index_out_of_bounds", false)
                || s.raw(0) instanceof TfValue.Array a && a.grows();
        Elements e = grows ? grown(s, given, index) : given;
        return put(s, e, s.b().add(new Reshape(), index, s.b().ints(1)), s.b().expandDims(item, 0));
    }

    private static Elements put(Site s, Elements e, Value places, Value items) {
        Value all = filled(s, e, items.shape().slice(1, items.shape().rank()), items.dtype());
        return Unlike.alike(e, all, items)
                ? e.with(s.b().add(new Scatter(Scatter.Fn.SET), all, places, items))
                : Unlike.put(s, e, all, places, items);
    }

    static Elements scatter(Site s, Elements e, Value indices, Value values) {
        return put(s, e, indices, values);
    }

    /** One more than the largest of these places. */
    private static Value reach(Site s, Value places) {
        Value last = s.b().reduce(Reduce.Fn.MAX, s.b().reshape(places, -1), false, 0);
        return s.b().binary(Binary.Fn.ADD, s.b().cast(last, DType.INT32), 1);
    }

    /** The length that is asked for; where it is -1, as long as the places reach. */
    private static Value scattered(Site s) {
        if (s.isConstant(3)) {
            int n = s.integer(3);
            return n < 0 ? reach(s, s.in(1)) : s.b().constant(DType.INT32, n);
        }
        Value n = scalar(s, s.in(3));
        return s.b().select(s.b().compare(Compare.Fn.LT, n, s.b().constant(DType.INT32, 0)), reach(s, s.in(1)), n);
    }

    /** The first n elements, with zeros behind where there are fewer. */
    private static Elements resized(Site s, Elements e, Value n) {
        if (e.stacked() == null || e.length().equals(n)) {
            return new Elements(e.element(), n, e.stacked(), e.sizes());
        }
        Elements longer = behind(s, e, n, s.frame().dims(s.b().reshape(n, 1)).get(0));
        Value places = s.b().add(new Iota(DType.INT32), n);
        Value sizes = e.sizes() == null ? null : s.b().gather(longer.sizes(), places, 0);
        return new Elements(longer.element(), n, s.b().gather(longer.stacked(), places, 0), sizes);
    }

    private static Elements joined(Site s, Elements a, Elements b) {
        if (a.sizes() != null || b.sizes() != null) {
            throw s.unsupported("lists whose elements may differ in shape");
        }
        if (a.stacked() == null && b.stacked() == null) {
            return new Elements(a.element(), s.b().plus(a.length(), b.length()), null);
        }
        Shape row = (a.stacked() == null ? b : a)
                .with((a.stacked() == null ? b : a).stacked())
                .element()
                .shape();
        Value all = s.b().concat(0, List.of(stacked(s, a, row), stacked(s, b, row)));
        return new Elements(a.element(), s.b().plus(a.length(), b.length()), null).with(all);
    }

    /** What is declared of the elements' shape: -1 for what is not. */
    private static Value elementShape(Site s) {
        Shape shape = list(s, 0).element().shape();
        DType type = s.attributes().type("shape_type");
        return s.b().cast(shape.isRanked() ? s.b().ints(shape.dims()) : s.b().constant(DType.INT32, -1), type);
    }

    private static Elements push(Site s, Elements e, Value item) {
        Value one = s.b().expandDims(item, 0);
        boolean empty = s.b().constant(DType.INT32, 0).equals(e.length());
        Value longer = s.b().binary(Binary.Fn.ADD, e.length(), 1);
        Value before = empty ? one : filled(s, e, item.shape(), item.dtype());
        if (!Unlike.alike(e, before, one)) {
            return put(s, resized(s, e, longer), s.b().reshape(e.length(), 1), one);
        }
        Value all = empty ? one : s.b().concat(0, List.of(before, one));
        return new Elements(e.element(), longer, null).with(all);
    }

    private static List<TfValue> pop(Site s, Elements e) {
        Value all = filled(s, e, element(s, 1).shape(), e.element().dtype());
        Value length = s.b().binary(Binary.Fn.SUB, e.length(), 1);
        Value last = e.sizes() == null
                ? s.b().squeeze(s.b().slice(all, 0, -1, dev.posthorn.ir.op.Slice.END), 0)
                : Unlike.item(s, e, length);
        Value sizes = e.sizes() == null ? null : s.b().slice(e.sizes(), 0, 0, -1);
        return List.of(new Elements(e.element(), length, s.b().slice(all, 0, 0, -1), sizes), new TfValue.Of(last));
    }

    /** The elements one after the other, and their lengths. */
    static List<TfValue> concat(Site s, int i) {
        if (s.raw(i) instanceof Joined j) {
            return List.of(new TfValue.Of(j.rows()), new TfValue.Of(s.b().cast(j.lengths(), DType.INT64)));
        }
        if (list(s, i).sizes() != null) {
            return TfValue.of(Unlike.joined(s, list(s, i)));
        }
        Value all = stacked(s, list(s, i), Shape.UNRANKED);
        Dim[] d = s.b().dims(all);
        List<Dim> joined = new ArrayList<>(List.of(Dim.of(-1)));
        joined.addAll(Arrays.asList(d).subList(2, d.length));
        Value lengths = s.b().broadcastTo(s.b().cast(Shapes.value(s, d[1]), DType.INT64), d[0]);
        return List.of(new TfValue.Of(s.b().reshape(all, joined.toArray(Dim[]::new))), new TfValue.Of(lengths));
    }

    /** Parts of these lengths; where they are equal, a list like any other. */
    static TfValue split(Site s, Value x) {
        Tensor n = s.isConstant(2) ? s.constant(2) : null;
        boolean equal = n != null && n.size() > 0;
        for (int i = 1; equal && i < n.size(); i++) {
            equal = n.getLong(i) == n.getLong(0);
        }
        if (!equal) {
            TensorType row = x.type().withShape(x.shape().with(0, Shape.UNKNOWN));
            return new Joined(row, x, s.in(2));
        }
        Dim[] d = s.b().dims(x);
        List<Dim> parts = new ArrayList<>(List.of(Dim.of(n.size()), Dim.of((int) n.getLong(0))));
        parts.addAll(Arrays.asList(d).subList(1, d.length));
        return of(s, s.b().reshape(x, parts.toArray(Dim[]::new)));
    }
}
