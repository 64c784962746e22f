package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** Variables: handles of them (TensorFlow 2), and variables themselves as values (TensorFlow 1). */
final class StateOps {
    static final List<TfOp> ALL = List.of(
            general("VarHandleOp", s -> List.of(new TfValue.Handle(key(s)))),
            general("VariableV2", s -> List.of(new TfValue.Reference(key(s)))),
            general("Variable", s -> List.of(new TfValue.Reference(key(s)))),
            one("ReadVariableOp", s -> s.frame().state().read(handle(s))),
            one(
                    "ResourceGather",
                    s -> Indexing.gather(
                            s,
                            s.frame().state().read(handle(s)),
                            s.in(1),
                            (int) s.attributes().integer("batch_dims", 0),
                            (int) s.attributes().integer("batch_dims", 0))),
            one("VarIsInitializedOp", s -> Logic.truth(s, true)),
            one("IsVariableInitialized", s -> Logic.truth(s, true)),
            general("DisableCopyOnRead", s -> List.of()),
            general("DestroyResourceOp", s -> List.of()),
            general("AssignVariableOp", s -> assign(s, (old, v) -> v)),
            general("AssignAddVariableOp", s -> assign(s, s.b()::plus)),
            general("AssignSubVariableOp", s -> assign(s, s.b()::minus)),
            general("Assign", s -> assign(s, (old, v) -> v)),
            general("AssignAdd", s -> assign(s, s.b()::plus)),
            general("AssignSub", s -> assign(s, s.b()::minus)),
            one("ResourceGatherNd", s -> Indexing.gatherNd(s, s.frame().state().read(handle(s)), s.in(1))),
            one("VariableShape", s -> Shapes.shape(s, s.frame().state().read(handle(s)))),
            general("ResourceStridedSliceAssign", StateOps::assignSlice),
            general("StridedSliceAssign", StateOps::assignSlice),
            one("TensorStridedSliceUpdate", s -> StridedSlices.updated(s, s.in(0))),
            general("RestoreV2", StateOps::restore));

    /** Changes of rows and of elements, of variables of both kinds. */
    static final List<TfOp> SCATTERS = Stream.of("", "Resource")
            .flatMap(kind -> Stream.of(
                    general(kind + "ScatterUpdate", s -> scatter(s, Scatter.Fn.SET, s.in(2))),
                    general(kind + "ScatterAdd", s -> scatter(s, Scatter.Fn.ADD, s.in(2))),
                    general(kind + "ScatterSub", s -> scatter(s, Scatter.Fn.ADD, negative(s))),
                    general(kind + "ScatterMul", s -> scatter(s, Scatter.Fn.MUL, s.in(2))),
                    general(kind + "ScatterDiv", StateOps::scatterDiv),
                    general(kind + "ScatterMin", s -> scatter(s, Scatter.Fn.MIN, s.in(2))),
                    general(kind + "ScatterMax", s -> scatter(s, Scatter.Fn.MAX, s.in(2))),
                    general(kind + "ScatterNdUpdate", s -> scatterNd(s, Scatter.Fn.SET, s.in(2))),
                    general(kind + "ScatterNdAdd", s -> scatterNd(s, Scatter.Fn.ADD, s.in(2))),
                    general(kind + "ScatterNdSub", s -> scatterNd(s, Scatter.Fn.ADD, negative(s))),
                    general(kind + "ScatterNdMin", s -> scatterNd(s, Scatter.Fn.MIN, s.in(2))),
                    general(kind + "ScatterNdMax", s -> scatterNd(s, Scatter.Fn.MAX, s.in(2)))))
            .toList();

    private StateOps() {}

    private static String key(Site s) {
        String shared = s.attributes().string("shared_name", "");
        return shared.isEmpty() || s.op().equals("VarHandleOp") ? s.name() : shared;
    }

    private static String handle(Site s) {
        return handle(s, 0);
    }

    /** The state that input {@code i} names. */
    static String handle(Site s, int i) {
        if (s.raw(i) instanceof TfValue.Handle h) {
            return h.key();
        }
        if (s.raw(i) instanceof TfValue.Reference r) {
            return r.key();
        }
        if (s.raw(i) instanceof TfValue.Missing m) {
            throw s.unsupported(m.what());
        }
        throw new ModelFormatException(s.op() + ": expected a variable but was another, at " + s.where());
    }

    private static List<TfValue> assign(Site s, BinaryOperator<Value> fn) {
        String key = handle(s);
        boolean plain = s.op().equals("Assign") || s.op().equals("AssignVariableOp");
        Value v = s.in(1);
        if (plain && s.raw(1) instanceof TfValue.Restored r) {
            s.frame().resources().place(key, r.place());
        }
        s.frame().state().assign(key, plain ? v : fn.apply(s.frame().state().read(key), v));
        return s.op().endsWith("VariableOp") ? List.of() : List.of(s.raw(0));
    }

    private static List<TfValue> scatter(Site s, Scatter.Fn fn, Value updates) {
        String key = handle(s);
        s.frame().state().assign(key, scattered(s, fn, s.frame().state().read(key), updates));
        return changed(s);
    }

    private static Value scattered(Site s, Scatter.Fn fn, Value x, Value updates) {
        Value places = s.b().reshape(s.in(1), -1);
        List<Dim> rows = new ArrayList<>(List.of(s.b().dim(places, 0)));
        rows.addAll(Arrays.asList(s.b().dims(x)).subList(1, x.shape().rank()));
        boolean scalar = updates.shape().rank() == 0;
        Dim[] shape = rows.toArray(Dim[]::new);
        Value u = scalar ? s.b().broadcastTo(updates, shape) : s.b().reshape(updates, shape);
        return s.b().add(new Scatter(fn), x, places, u);
    }

    /** Rows divided by all that is given for them: by its product. */
    private static List<TfValue> scatterDiv(Site s) {
        String key = handle(s);
        Value x = s.frame().state().read(key);
        Value ones = s.b().broadcastTo(s.b().constant(x.dtype(), 1), s.b().dims(x));
        Value divisor = scattered(s, Scatter.Fn.MUL, ones, s.in(2));
        s.frame().state().assign(key, s.b().binary(Binary.Fn.DIV, x, divisor));
        return changed(s);
    }

    private static List<TfValue> scatterNd(Site s, Scatter.Fn fn, Value updates) {
        String key = handle(s);
        Value x = s.frame().state().read(key);
        s.frame().state().assign(key, Indexing.scatterNd(s, fn, x, s.in(1), updates));
        return changed(s);
    }

    private static Value negative(Site s) {
        return s.b().unary(Unary.Fn.NEG, s.in(2));
    }

    private static List<TfValue> assignSlice(Site s) {
        String key = handle(s);
        s.frame().state().assign(key, StridedSlices.updated(s, s.frame().state().read(key)));
        return changed(s);
    }

    /** A variable that is a value is given on; a handle is not. */
    static List<TfValue> changed(Site s) {
        return s.op().startsWith("Resource") ? List.of() : List.of(s.raw(0));
    }

    /** Tensors of the model's own checkpoint, as they are read when the model is loaded. */
    private static List<TfValue> restore(Site s) {
        Tensor names = s.constant(1);
        Tensor slices = s.constant(2);
        List<TfValue> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            try {
                Bundle.Place place = new Bundle.Place(names.getString(i), slices.getString(i));
                all.add(new TfValue.Restored(s.frame().resources().bundle().read(place), place));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }
}
