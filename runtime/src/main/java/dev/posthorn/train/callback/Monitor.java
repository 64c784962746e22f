package dev.posthorn.train.callback;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.util.Optional;

/**
 * A metric that is watched, and the best value that it had. Source: keras/src/callbacks/monitor_callback.py.
 *
 * @param name the metric in the logs: {@code val_loss}
 * @param minDelta a change of less is no improvement
 */
record Monitor(String name, Mode mode, double minDelta) {
    /** Whether {@code value} is better than {@code best}, which is NaN where there was none yet. */
    boolean improves(Training training, double value, double best) {
        boolean up = ascends(training);
        return Double.isNaN(best) || (up ? value - Math.abs(minDelta) > best : value + Math.abs(minDelta) < best);
    }

    private boolean ascends(Training training) {
        if (mode != Mode.AUTO) {
            return mode == Mode.MAX;
        }
        String metric = name.startsWith("val_") ? name.substring("val_".length()) : name;
        Optional<Boolean> said = training.ascends(metric);
        if (said.isEmpty() && !metric.equals("loss")) {
            throw new IllegalArgumentException("monitor: expected a metric that says whether more is better but was '"
                    + name + "' (give mode MIN or MAX)");
        }
        return said.orElse(false);
    }

    /** A number as a state keeps it. */
    static Tensor number(double value) {
        return Tensor.of(Shape.SCALAR, new double[] {value});
    }

    static double number(Tensor t) {
        if (t.dtype() != DType.FLOAT64 || t.size() != 1) {
            throw new IllegalArgumentException("state: expected a float64 but was " + t.type());
        }
        return t.getDouble(0);
    }
}
