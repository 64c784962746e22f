package dev.posthorn.keras.layer;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** One step of a recurrent layer, and a layer itself: {@code (x[b×…], states) → y, next states}, states flattened. */
public interface Cell extends Layer {
    /** The argument by which a loop gives the masks that it drew before. */
    String MASKS = "dropout_masks";

    /** The shapes of the states for an input x of this shape; the first dimension is the batch's. */
    List<Shape> states(Shape x);

    /** Which of the states has the shape of the output. */
    default int outputState() {
        return 0;
    }

    /** What is dropped while the layer trains, drawn once for all steps of an input and states like these. */
    default List<Value> masks(Call c, Value x, List<Value> states) {
        return List.of();
    }

    /** How many masks there are where the layer trains. */
    default int maskCount() {
        return 0;
    }

    @Override
    default boolean mixesBatch() {
        return maskCount() > 0 || Layer.super.mixesBatch();
    }

    /** The output, then the next states; {@code masks} as {@link #masks} gives them. */
    List<Value> step(Call c, Value x, List<Value> states, List<Value> masks);

    /** States of zeros, of these shapes, for an input {@code x[b×…]}. */
    default List<Value> zeros(Builder b, Value x, List<Shape> shapes) {
        List<Value> zeros = new ArrayList<>();
        for (Shape s : shapes) {
            Dim[] dims = new Dim[s.rank()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = i == 0 ? b.dim(x, 0) : Dim.of(s.dim(i));
            }
            zeros.add(b.broadcastTo(b.constant(x.dtype(), 0), dims));
        }
        return zeros;
    }

    @Override
    default List<KerasTensor> call(Call c) {
        List<KerasTensor> in = new ArrayList<>(c.inputs());
        c.argument("states", 1).ifPresent(s -> in.addAll(KerasTensor.flatten(s)));
        int expected = states(in.get(0).value().shape()).size();
        if (in.size() != 1 + expected) {
            throw new ShapeException(className() + ": expected " + expected + " states but was " + (in.size() - 1));
        }
        List<Value> states =
                in.subList(1, in.size()).stream().map(KerasTensor::value).toList();
        Value x = in.get(0).value();
        Object given = c.kwargs().get(MASKS);
        List<Value> masks = given == null
                ? masks(c, x, states)
                : KerasTensor.flatten(given).stream().map(KerasTensor::value).toList();
        return step(c, x, states, masks).stream().map(KerasTensor::of).toList();
    }
}
