package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Saves the model at the end of epochs; {@code {epoch}} in the file's name is the epoch's number, from 1. Source:
 * keras/src/callbacks/model_checkpoint.py.
 */
public final class ModelCheckpoint implements Callback {
    private final String file;
    private final String monitor;
    private final Mode mode;
    private double best = Double.NaN;

    /**
     * Saves to a file.
     *
     * @param monitor what must improve for the model to be saved; empty to save it after every epoch
     * @param mode which values are better
     */
    public ModelCheckpoint(Path file, String monitor, Mode mode) {
        this.file = file.toString();
        this.monitor = monitor;
        this.mode = mode;
    }

    /** Saves whenever {@code monitor} is better than ever. */
    public static ModelCheckpoint best(Path file, String monitor) {
        return new ModelCheckpoint(file, monitor, Mode.AUTO);
    }

    /** Saves after every epoch. */
    public static ModelCheckpoint every(Path file) {
        return new ModelCheckpoint(file, "", Mode.AUTO);
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) throws IOException {
        if (!monitor.isEmpty()) {
            OptionalDouble current = logs.find(monitor);
            if (current.isEmpty()) {
                throw new IllegalArgumentException(
                        "ModelCheckpoint: expected one of " + logs.names() + " but was '" + monitor + "'");
            }
            if (!new Monitor(monitor, mode, 0).improves(training, current.getAsDouble(), best)) {
                return;
            }
            best = current.getAsDouble();
        }
        training.model().save(Path.of(file.replace("{epoch}", String.valueOf(epoch + 1))));
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("best", Monitor.number(best));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        best = Monitor.number(state.get("best"));
    }
}
