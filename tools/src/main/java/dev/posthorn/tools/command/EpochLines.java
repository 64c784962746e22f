package dev.posthorn.tools.command;

import dev.posthorn.tools.Progress;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.callback.Training;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A line for each epoch, and while it runs how far it is and how long it still takes. */
final class EpochLines implements Callback {
    private final PrintWriter out;
    private Progress progress;
    private long started;

    EpochLines(PrintWriter out) {
        this.out = out;
    }

    /** {@code loss 0.2500, accuracy 0.9000}. */
    static String line(Logs logs) {
        return logs.names().stream()
                .map(name -> name + " " + text(logs.values(name)))
                .collect(Collectors.joining(", "));
    }

    private static String text(double[] values) {
        if (values.length != 1) {
            return Arrays.stream(values)
                    .mapToObj(v -> text(new double[] {v}))
                    .collect(Collectors.joining(" ", "[", "]"));
        }
        double v = values[0];
        boolean small = v != 0 && Math.abs(v) < 1e-3;
        return String.format(Locale.ROOT, small ? "%.4e" : "%.4f", v);
    }

    /** As JSON has it: a number, a list, or null for what is no number. */
    static Object value(Logs logs, String name) {
        double[] v = logs.values(name);
        return v.length != 1 ? v : Double.isFinite(v[0]) ? v[0] : null;
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        begin(training);
    }

    private void begin(Training training) {
        started = System.nanoTime();
        progress = Progress.of("batches", training.steps().orElse(0));
    }

    @Override
    public void onBatchEnd(Training training, int epoch, long batch, Logs logs) {
        if (progress == null) { // a training that goes on in the midst of an epoch
            begin(training);
            progress.step(batch);
        }
        progress.step(1, line(logs));
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) throws IOException {
        close();
        out.printf(
                Locale.ROOT,
                "epoch %d/%d: %s (%.1f s)%n",
                epoch + 1,
                training.epochs(),
                line(logs),
                (System.nanoTime() - started) / 1e9);
        out.flush();
    }

    @Override
    public void onTrainEnd(Training training) {
        close();
    }

    private void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
