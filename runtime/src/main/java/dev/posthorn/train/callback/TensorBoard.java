package dev.posthorn.train.callback;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Loss and metrics for TensorBoard, in the directories {@code train} and {@code validation}, under Keras's tags:
 * {@code epoch_loss}, and {@code batch_loss} where each batch is asked for. Source: keras/src/callbacks/tensorboard.py.
 */
public final class TensorBoard implements Callback {
    private final Path directory;
    private final boolean batches;
    private EventFile train;
    private EventFile validation;
    private long seen;

    /**
     * Logs to a directory.
     *
     * @param batches whether each batch is logged, else each epoch
     */
    public TensorBoard(Path directory, boolean batches) {
        this.directory = directory;
        this.batches = batches;
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    @Override
    public void onTrainBegin(Training training) throws IOException {
        close();
        seen = 0;
        train = EventFile.create(directory.resolve("train"), now());
    }

    @Override
    public void onBatchEnd(Training training, int epoch, long batch, Logs logs) throws IOException {
        for (String name : batches ? logs.names() : List.<String>of()) {
            write(train, "batch_" + name, logs, name, seen);
        }
        seen++;
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) throws IOException {
        Logs all = new Logs(logs).put("learning_rate", training.learningRate());
        for (String name : all.names()) {
            if (!name.startsWith("val_")) {
                write(train, "epoch_" + name, all, name, epoch);
                continue;
            }
            if (validation == null) {
                validation = EventFile.create(directory.resolve("validation"), now());
            }
            write(validation, "epoch_" + name.substring("val_".length()), all, name, epoch);
        }
    }

    /** A number, or one for each class. */
    private static void write(EventFile file, String tag, Logs logs, String name, long step) throws IOException {
        double[] values = logs.values(name);
        for (int i = 0; i < values.length; i++) {
            file.scalar(values.length == 1 ? tag : tag + "_" + i, values[i], step, now());
        }
    }

    @Override
    public void onTrainEnd(Training training) throws IOException {
        close();
    }

    private void close() throws IOException {
        for (EventFile file : new EventFile[] {train, validation}) {
            if (file != null) {
                file.close();
            }
        }
        train = null;
        validation = null;
    }
}
