package dev.posthorn.model;

import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/** Runs many rows in batches and puts the results together. */
final class Rows {
    private Rows() {}

    static List<Tensor> predict(Model model, List<Tensor> inputs, int rows) {
        List<Tensor> whole = new ArrayList<>();
        for (int from = 0; from < rows; from += Model.BATCH_SIZE) {
            int count = Math.min(Model.BATCH_SIZE, rows - from);
            int first = from;
            List<Tensor> part = model.call(
                    Signature.DEFAULT,
                    inputs.stream().map(t -> rows(t, first, count)).toList());
            for (int i = 0; i < part.size(); i++) {
                Tensor y = part.get(i);
                if (y.shape().rank() == 0 || y.shape().dim(0) != count) {
                    throw new ShapeException(
                            "predict: expected an output of " + count + " rows but was " + y.type() + ", at output '"
                                    + model.outputs().get(i).name() + "' (use call, which takes all rows at once)");
                }
                if (from == 0) {
                    whole.add(Tensor.zeros(y.type().withShape(y.shape().with(0, rows))));
                }
                store(y, whole.get(i), from);
            }
        }
        return whole;
    }

    private static Tensor rows(Tensor t, int from, int count) {
        TensorType type = t.type().withShape(t.shape().with(0, count));
        int row = elements(t);
        Tensor out = Tensor.zeros(type);
        System.arraycopy(t.data(), from * row, out.data(), 0, count * row);
        return out;
    }

    private static void store(Tensor part, Tensor whole, int from) {
        int row = elements(part);
        if (!part.type()
                .withShape(part.shape().with(0, 0))
                .equals(whole.type().withShape(whole.shape().with(0, 0)))) {
            throw new ShapeException(
                    "predict: expected batches of one shape but was " + whole.type() + " and " + part.type());
        }
        System.arraycopy(part.data(), 0, whole.data(), from * row, part.shape().dim(0) * row);
    }

    /** Array elements a row; complex values take two each. */
    private static int elements(Tensor t) {
        int rows = t.shape().dim(0);
        return rows == 0 ? 0 : Array.getLength(t.data()) / rows;
    }
}
