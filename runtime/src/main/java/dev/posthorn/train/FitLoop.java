package dev.posthorn.train;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.History;
import dev.posthorn.train.callback.Logs;
import dev.posthorn.train.callback.Training;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.ClassWeights;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One training: epochs of batches, validations, and callbacks between. Source: keras/src/backend/tensorflow/trainer.py. */
final class FitLoop implements Training {
    private static final String POSITION = "@fit/position";
    private static final String OPTIONS = "@fit/options";
    private static final String CALLBACK = "@callback/";

    private final Trainer trainer;
    private final Steps steps;
    private final Dataset data;
    private final Optional<Dataset> validation;
    private final Fit options;
    private final List<Callback> callbacks = new ArrayList<>();
    private final History history = new History();
    private Batches batches;
    private int epoch;
    private long batch;
    private long pass;
    private long used;
    private volatile boolean stopped;
    private volatile boolean cancelled;
    private End end = End.FAILED;

    FitLoop(Trainer trainer, Dataset data, Fit options, List<Callback> callbacks) throws IOException {
        this.trainer = trainer;
        this.steps = trainer.steps();
        this.options = options;
        Dataset rows = data;
        Optional<Dataset> held = options.validation();
        if (options.validationSplit() > 0) {
            Table table = split(data);
            int at = (int) Math.floor(table.size() * (1 - options.validationSplit()));
            if (at == 0 || at == table.size()) {
                throw new IllegalArgumentException("fit: expected rows to train on and rows to validate with but was "
                        + table.size() + " rows and a validation split of " + options.validationSplit());
            }
            rows = table.slice(0, at);
            held = Optional.of(table.slice(at, table.size()));
        }
        this.data = options.classWeights().isEmpty() ? rows : rows.map(new ClassWeights(options.classWeights()));
        this.validation = held;
        this.epoch = options.initialEpoch();
        this.callbacks.addAll(callbacks);
        this.callbacks.add(history);
    }

    private static Table split(Dataset data) {
        if (data instanceof Table table) {
            return table;
        }
        throw new IllegalArgumentException(
                "fit: expected rows in any order for a validation split but was a stream (give validation data)");
    }

    /** What a callback does at a moment. */
    private interface Moment {
        void of(Callback c) throws IOException;
    }

    private void each(Moment moment) throws IOException {
        for (Callback c : callbacks) {
            moment.of(c);
        }
    }

    History run() throws IOException {
        try {
            each(c -> c.onTrainBegin(this));
            while (epoch < options.epochs() && !stopped) {
                if (batch == 0) {
                    steps.resetMetrics();
                    each(c -> c.onEpochBegin(this, epoch));
                }
                if (!epoch() || isCancelled() && epoch < options.epochs()) {
                    end = End.CANCELLED;
                    return history;
                }
            }
            if (options.epochs() > 0) {
                steps.finish();
            }
            end = End.FINISHED;
            return history;
        } finally {
            close();
            each(c -> c.onTrainEnd(this));
        }
    }

    /** Trains for the rest of an epoch; false where it was interrupted in its midst. */
    private boolean epoch() throws IOException {
        Logs logs = new Logs();
        long most = options.stepsPerEpoch().orElse(Long.MAX_VALUE);
        boolean stoppedHere = false;
        if (batch == 0 && used > 0 && !open().hasNext()) {
            nextPass();
        }
        while (batch < most && !stoppedHere && open().hasNext()) {
            logs = steps.train(batches.next());
            long now = batch++;
            used++;
            Logs seen = logs;
            each(c -> c.onBatchEnd(this, epoch, now, seen));
            stoppedHere = stopped;
            boolean more = batch < most && open().hasNext();
            if (more && !stoppedHere) {
                each(c -> c.onCheckpoint(this, false));
                if (isCancelled()) {
                    return false;
                }
            }
        }
        if (batch == 0) {
            throw new IllegalArgumentException("fit: expected batches but was none, in epoch " + (epoch + 1));
        }
        if (options.stepsPerEpoch().isEmpty()) {
            nextPass();
        }
        Logs all = new Logs(logs);
        if (validation.isPresent() && (epoch + 1) % options.validationFreq() == 0) {
            all.putAll("val_", validate(validation.get()));
        }
        each(c -> c.onEpochEnd(this, epoch, all));
        epoch++;
        batch = 0;
        each(c -> c.onCheckpoint(this, true));
        return true;
    }

    private Logs validate(Dataset rows) throws IOException {
        each(c -> c.onTestBegin(this));
        int size = options.validationBatchSize() == 0 ? options.batchSize() : options.validationBatchSize();
        Logs logs = trainer.evaluate(rows, size, options.validationSteps());
        each(c -> c.onTestEnd(this, logs));
        return logs;
    }

    private void nextPass() throws IOException {
        close();
        pass++;
        used = 0;
    }

    private Batches open() throws IOException {
        if (batches == null) {
            batches = data.pass(
                    options.seed().isPresent()
                            ? Pass.shuffled(options.batchSize(), options.seed().getAsLong(), pass, used)
                            : new Pass(options.batchSize(), OptionalLong.empty(), used));
        }
        return batches;
    }

    private void close() throws IOException {
        if (batches != null) {
            batches.close();
            batches = null;
        }
    }

    // ---- what callbacks see ----

    @Override
    public Model model() {
        return trainer.model();
    }

    @Override
    public int epochs() {
        return options.epochs();
    }

    @Override
    public OptionalLong steps() {
        if (options.stepsPerEpoch().isPresent() || data.rows().isEmpty()) {
            return options.stepsPerEpoch();
        }
        int size = options.batchSize();
        return OptionalLong.of((data.rows().getAsLong() + size - 1) / size);
    }

    @Override
    public double learningRate() {
        return steps.learningRate();
    }

    @Override
    public void learningRate(double value) {
        steps.learningRate(value);
    }

    @Override
    public Optional<Boolean> ascends(String metric) {
        return steps.ascends(metric);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    private boolean isCancelled() {
        return cancelled || Thread.currentThread().isInterrupted();
    }

    @Override
    public End end() {
        return end;
    }

    @Override
    public void swapAverages() {
        steps.swapAverages();
    }

    @Override
    public void finishAverages() {
        steps.finishAverages();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(steps.state());
        state.put(POSITION, Tensor.of(Shape.of(4), new long[] {epoch, batch, pass, used}));
        state.put(OPTIONS, fingerprint());
        for (int i = 0; i < callbacks.size(); i++) {
            String prefix = CALLBACK + i + "/";
            callbacks.get(i).state().forEach((key, t) -> state.put(prefix + key, t));
        }
        return state;
    }

    /** What must be the same for a training to go on. */
    private Tensor fingerprint() {
        return Tensor.of(Shape.of(5), new long[] {
            options.batchSize(),
            options.seed().orElse(-1),
            options.stepsPerEpoch().orElse(-1),
            data.rows().orElse(-1),
            callbacks.size()
        });
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Tensor position = state.get(POSITION);
        if (position == null || !fingerprint().equals(state.get(OPTIONS))) {
            throw new ModelFormatException(
                    "state: expected one of a training with batch size, seed, steps, rows, callbacks " + fingerprint()
                            + " but was " + state.get(OPTIONS));
        }
        Map<String, Tensor> variables = new LinkedHashMap<>();
        List<Map<String, Tensor>> remembered = new ArrayList<>();
        callbacks.forEach(c -> remembered.add(new LinkedHashMap<>()));
        state.forEach((key, t) -> {
            if (key.startsWith(CALLBACK)) {
                String[] part = key.split("/", 3);
                remembered.get(Integer.parseInt(part[1])).put(part[2], t);
            } else if (!key.equals(POSITION) && !key.equals(OPTIONS)) {
                variables.put(key, t);
            }
        });
        steps.state(variables);
        for (int i = 0; i < callbacks.size(); i++) {
            callbacks.get(i).restore(remembered.get(i));
        }
        epoch = (int) position.getLong(0);
        batch = position.getLong(1);
        pass = position.getLong(2);
        used = position.getLong(3);
    }
}
