package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import java.util.Map;
import java.util.OptionalDouble;

/** Lowers the learning rate when a metric no longer improves. Source: keras/src/callbacks/reduce_lr_on_plateau.py. */
public final class ReduceLROnPlateau implements Callback {
    private final Options options;
    private double best = Double.NaN;
    private int wait;
    private int cooling;

    /**
     * When and how far.
     *
     * @param monitor the metric that is watched
     * @param factor the learning rate is multiplied with it; below 1
     * @param patience how many epochs without improvement are borne
     * @param mode which values are better
     * @param minDelta a change of less is no improvement
     * @param cooldown epochs after a reduction in which nothing is counted
     * @param minLr it goes no lower
     */
    public record Options(
            String monitor, double factor, int patience, Mode mode, double minDelta, int cooldown, double minLr) {
        public Options {
            if (factor >= 1) {
                throw new IllegalArgumentException("ReduceLROnPlateau: expected a factor below 1 but was " + factor);
            }
        }

        public static Options of(String monitor, double factor, int patience) {
            return new Options(monitor, factor, patience, Mode.AUTO, 1e-4, 0, 0);
        }

        public Options withMinDelta(double delta) {
            return new Options(monitor, factor, patience, mode, delta, cooldown, minLr);
        }

        public Options withMinLr(double least) {
            return new Options(monitor, factor, patience, mode, minDelta, cooldown, least);
        }
    }

    public ReduceLROnPlateau(Options options) {
        this.options = options;
    }

    @Override
    public void onTrainBegin(Training training) {
        best = Double.NaN;
        wait = 0;
        cooling = 0;
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) {
        logs.put("learning_rate", training.learningRate());
        OptionalDouble current = logs.find(options.monitor);
        if (current.isEmpty()) {
            return;
        }
        if (cooling > 0) {
            cooling--;
            wait = 0;
        }
        Monitor monitor = new Monitor(options.monitor, options.mode, options.minDelta);
        if (monitor.improves(training, current.getAsDouble(), best)) {
            best = current.getAsDouble();
            wait = 0;
        } else if (cooling == 0 && ++wait >= options.patience) {
            double old = training.learningRate();
            if (old > (float) options.minLr) {
                training.learningRate(Math.max(old * options.factor, options.minLr));
                cooling = options.cooldown;
                wait = 0;
            }
        }
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("best", Monitor.number(best), "wait", Monitor.number(wait), "cooling", Monitor.number(cooling));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        best = Monitor.number(state.get("best"));
        wait = (int) Monitor.number(state.get("wait"));
        cooling = (int) Monitor.number(state.get("cooling"));
    }
}
