package dev.posthorn.train.data;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Rows weighted by their class: that of a whole number {@code y[rows]} or {@code y[rows×1]}, or the largest of
 * {@code y[rows×classes]}. Classes without a weight count 1. Source: keras/src/trainers/data_adapters/data_adapter_utils.py.
 */
public record ClassWeights(Map<Integer, Double> weights) implements UnaryOperator<Batch> {
    public ClassWeights {
        weights = Map.copyOf(weights);
    }

    @Override
    public Batch apply(Batch batch) {
        if (batch.y().size() != 1 || !batch.sampleWeight().isEmpty()) {
            throw new IllegalArgumentException("class weights: expected one output and no sample weights but was "
                    + batch.y().keySet() + ", " + batch.sampleWeight().keySet());
        }
        Tensor y = batch.y().values().iterator().next();
        int rows = y.shape().dim(0);
        int classes = rows == 0 || y.shape().rank() == 1 ? 1 : y.shape().dim(-1);
        if (rows > 0 && y.size() != rows * classes) {
            throw new IllegalArgumentException(
                    "class weights: expected one class a row but was " + y.type() + " (give sample weights)");
        }
        Tensor weight = Tensor.zeros(new TensorType(DType.FLOAT32, Shape.of(rows)));
        for (int i = 0; i < rows; i++) {
            weight.setDouble(i, weights.getOrDefault(classOf(y, i, classes), 1.0));
        }
        return new Batch(batch.x(), batch.y(), Map.of("0", weight));
    }

    private static int classOf(Tensor y, int row, int classes) {
        if (classes == 1) {
            return (int) Math.rint(y.getDouble(row));
        }
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = y.getDouble(row * classes + c) > y.getDouble(row * classes + best) ? c : best;
        }
        return best;
    }
}
