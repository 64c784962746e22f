package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Stops when a metric no longer improves. Source: keras/src/callbacks/early_stopping.py. */
public final class EarlyStopping implements Callback {
    private static final String WEIGHTS = "weights/";

    private final Options options;
    private double best = Double.NaN;
    private int wait;
    private int stopped = -1;
    private Map<String, Tensor> weights = Map.of();

    /**
     * When it stops.
     *
     * @param monitor the metric that is watched
     * @param minDelta a change of less is no improvement
     * @param patience how many epochs without improvement are borne
     * @param mode which values are better
     * @param baseline a value to be better than; NaN for none
     * @param restoreBestWeights whether the model ends with the weights of the best epoch, else of the last one
     * @param startFromEpoch epochs before this one are not looked at
     */
    public record Options(
            String monitor,
            double minDelta,
            int patience,
            Mode mode,
            double baseline,
            boolean restoreBestWeights,
            int startFromEpoch) {
        public static Options of(String monitor, int patience) {
            return new Options(monitor, 0, patience, Mode.AUTO, Double.NaN, false, 0);
        }

        public Options withMinDelta(double delta) {
            return new Options(monitor, delta, patience, mode, baseline, restoreBestWeights, startFromEpoch);
        }

        public Options withMode(Mode other) {
            return new Options(monitor, minDelta, patience, other, baseline, restoreBestWeights, startFromEpoch);
        }

        public Options withRestoreBestWeights() {
            return new Options(monitor, minDelta, patience, mode, baseline, true, startFromEpoch);
        }
    }

    public EarlyStopping(Options options) {
        this.options = options;
    }

    /** Stops when {@code monitor} has not improved for {@code patience} epochs. */
    public EarlyStopping(String monitor, int patience) {
        this(Options.of(monitor, patience));
    }

    /** The epoch after which it stopped; -1 where it did not. */
    public int stoppedEpoch() {
        return stopped;
    }

    @Override
    public void onTrainBegin(Training training) {
        best = Double.NaN;
        wait = 0;
        stopped = -1;
        weights = Map.of();
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) {
        Monitor monitor = new Monitor(options.monitor, options.mode, options.minDelta);
        OptionalDouble current = logs.find(options.monitor);
        if (current.isEmpty() || epoch < options.startFromEpoch) {
            return;
        }
        if (options.restoreBestWeights && weights.isEmpty()) {
            weights = training.model().variables().snapshot().values();
        }
        wait++;
        double value = current.getAsDouble();
        if (monitor.improves(training, value, best)) {
            best = value;
            if (options.restoreBestWeights) {
                weights = training.model().variables().snapshot().values();
            }
            if (monitor.improves(training, value, options.baseline)) {
                wait = 0;
            }
        } else if (wait >= options.patience && epoch > 0) {
            stopped = epoch;
            training.stop();
        }
    }

    @Override
    public void onTrainEnd(Training training) {
        if (!weights.isEmpty() && training.end() == Training.End.FINISHED) {
            training.model().variables().set(weights);
        }
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("best", Monitor.number(best));
        state.put("wait", Monitor.number(wait));
        weights.forEach((key, t) -> state.put(WEIGHTS + key, t));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        best = Monitor.number(state.get("best"));
        wait = (int) Monitor.number(state.get("wait"));
        weights = new LinkedHashMap<>();
        state.forEach((key, t) -> {
            if (key.startsWith(WEIGHTS)) {
                weights.put(key.substring(WEIGHTS.length()), t);
            }
        });
    }
}
