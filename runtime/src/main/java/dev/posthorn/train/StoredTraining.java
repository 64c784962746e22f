package dev.posthorn.train;

import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.train.optimizer.Optimizer;
import dev.posthorn.train.optimizer.StoredSlot;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What a model file keeps of training.
 *
 * @param compile the compile configuration as the file has it; empty where the model was not compiled
 * @param dialect whose configuration it is
 * @param types the types of the optimizer's variables, in the file's order
 * @param reader reads the optimizer's variables, in the same order
 */
public record StoredTraining(Map<String, Object> compile, Dialect dialect, List<TensorType> types, Reader reader) {
    /** Nothing. */
    public static final StoredTraining NONE = new StoredTraining(Map.of(), Dialect.KERAS3, List.of(), List::of);

    /** Reads the optimizer's variables when they are asked for: who only predicts needs none of them. */
    public interface Reader {
        List<Tensor> read() throws IOException;
    }

    /** What files are to keep of steps that run with this optimizer: that of the configuration, or one around it. */
    static StoredTraining of(CompileConfig config, Outputs outputs, Dialect dialect, Optimizer running, Steps steps) {
        List<StoredSlot> order = running.stored(steps.trained().parameters(), dialect);
        return new StoredTraining(
                steps.atRate(config.write(outputs, dialect)),
                dialect,
                order.stream().map(StoredSlot::type).toList(),
                () -> steps.stored(order));
    }

    public StoredTraining {
        types = List.copyOf(types);
    }

    /** The values of the optimizer's variables, read from the file. */
    public List<Tensor> optimizer() throws IOException {
        return types.isEmpty() ? List.of() : reader.read();
    }
}
