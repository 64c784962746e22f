package dev.posthorn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.optimizer.Adam;
import dev.posthorn.train.optimizer.Parameter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The optimizer's variables in files of Keras 2. Source: keras 2.3.1, optimizers.py. */
class StoredSlotsTest {
    private static final List<Parameter> PARAMETERS = List.of(
            new Parameter("kernel", "d/kernel", TensorType.of(DType.FLOAT32, 2)),
            new Parameter("bias", "d/bias", TensorType.of(DType.FLOAT32, 3)));

    private static Tensor of(float... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    private static Map<String, Tensor> read(Adam adam, List<Tensor> values) throws IOException {
        StoredTraining stored = new StoredTraining(
                Map.of(), Dialect.KERAS2, values.stream().map(Tensor::type).toList(), () -> values);
        Trained trained = new Trained(List.of("d/kernel", "d/bias"), PARAMETERS, adam.slots(PARAMETERS));
        return new StoredSlots(stored, adam, trained).read("model.h5");
    }

    @Test
    void adamOfKerasBeforeTensorFlowKeepsANumberForEachParameterThatNothingReads() throws IOException {
        Adam adam = Adam.CODEC
                .decode(Map.of("lr", 0.1, "decay", 0.0, "epsilon", 1e-7), Dialect.KERAS2, "optimizer")
                .value();
        List<Tensor> few = List.of(Tensor.scalar(DType.INT64, 7), of(1, 2), of(3, 4, 5), of(6, 7), of(8, 9, 10));
        List<Tensor> all = new java.util.ArrayList<>(few);
        all.add(of(0));
        all.add(of(0));
        Map<String, Tensor> slots = read(adam, all);
        assertEquals(read(adam, few), slots);
        assertEquals(
                Set.of(7.0, 1.0, 3.0, 6.0, 8.0),
                slots.values().stream().map(t -> t.getDouble(0)).collect(java.util.stream.Collectors.toSet()));
        all.add(of(0));
        assertThrows(ModelFormatException.class, () -> read(adam, all));
    }
}
