package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.util.Arrays;
import java.util.List;

/** What an edge of a TensorFlow graph carries while the graph is read. */
public sealed interface TfValue {
    /** A tensor. */
    record Of(Value value) implements TfValue {}

    /** A tensor that the model holds outside of its graph. */
    record Known(Tensor value) implements TfValue {}

    /** A tensor of the model's checkpoint, and where in it that is. */
    record Restored(Tensor value, Bundle.Place place) implements TfValue {}

    /** A handle of a variable or table: the key of its state. */
    record Handle(String key) implements TfValue {}

    /** A variable of TensorFlow 1 itself: reading it gives its value at that time. */
    record Reference(String key) implements TfValue {}

    /**
     * A TensorList or TensorArray: its elements stacked along a first axis.
     *
     * @param element the type of an element as far as it is declared; where there are sizes, what of its shape is unknown may
     *     differ from one element to the other
     * @param length the number of elements, an int32 scalar
     * @param stacked the elements, zeros behind those that are shorter than others; null as long as none was set
     * @param sizes the shape of each element, int32 {@code [n×rank]}, -1 where it is that of the stacked; null where all are
     */
    record Elements(TensorType element, Value length, Value stacked, Value sizes) implements TfValue {
        public Elements(TensorType element, Value length, Value stacked) {
            this(element, length, stacked, null);
        }

        /** The elements, all of one shape. */
        public Elements with(Value all) {
            Shape known = Shape.merge(
                    element.shape(), all.shape().slice(1, all.shape().rank()));
            return new Elements(element.withShape(known), length, all);
        }

        /** The shape of each element of {@code all}, which are these, or zeros as long as none was set. */
        public Value sizes(Builder b, Value all) {
            if (sizes != null) {
                return sizes;
            }
            Dim[] d = b.dims(all);
            Value each = b.shape(Arrays.copyOfRange(d, 1, d.length));
            return b.broadcastTo(stacked == null ? b.constant(DType.INT32, -1) : each, d[0], Dim.of(d.length - 1));
        }
    }

    /**
     * An optional.
     *
     * @param held what it holds; null where it is known to hold nothing
     * @param holds whether it holds it, a boolean scalar
     */
    record Maybe(List<TfValue> held, Value holds) implements TfValue {}

    /**
     * A list whose elements differ in length, one after the other: {@code rows[Σ lengths×…]}.
     *
     * @param element the type of an element as far as it is declared
     */
    record Joined(TensorType element, Value rows, Value lengths) implements TfValue {}

    /** The handle of a TensorArray of TensorFlow 1, whose flow carries the elements; whether what is written behind them is added. */
    record Array(boolean grows) implements TfValue {}

    /** A ragged tensor as one value, or as many as it has rows: the splits of its levels, and its values. */
    record Ragged(List<Value> splits, Value values) implements TfValue {}

    /** No data: the output of an op that is run for its effect. */
    record Nothing(DType dtype) implements TfValue {}

    /** What another function, or this one, computes: a value that a gradient goes back to. */
    record Captured(String tensor, String function) implements TfValue {}

    /** An object of the model that is not supported; using it is an error that says which. */
    record Missing(String what) implements TfValue {}

    static List<TfValue> of(List<Value> values) {
        return values.stream().<TfValue>map(Of::new).toList();
    }
}
