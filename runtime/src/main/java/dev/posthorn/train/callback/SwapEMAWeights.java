package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import java.util.Map;

/**
 * Validates (and, where asked, ends each epoch) with the moving averages of the weights in place of the weights. Source:
 * keras/src/callbacks/swap_ema_weights.py.
 */
public final class SwapEMAWeights implements Callback {
    private final boolean swapOnEpoch;
    private boolean swapped;

    public SwapEMAWeights(boolean swapOnEpoch) {
        this.swapOnEpoch = swapOnEpoch;
    }

    private void swap(Training training) {
        training.swapAverages();
        swapped = !swapped;
    }

    @Override
    public void onTrainBegin(Training training) {
        swapped = false;
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        if (swapOnEpoch && swapped) {
            swap(training);
        }
    }

    @Override
    public void onTestBegin(Training training) {
        if (!swapped) {
            swap(training);
        }
    }

    @Override
    public void onTestEnd(Training training, Logs logs) {
        if (swapped) {
            swap(training);
        }
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) {
        if (swapOnEpoch && !swapped) {
            swap(training);
            if (epoch == training.epochs() - 1) {
                training.finishAverages();
            }
        }
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("swapped", Monitor.number(swapped ? 1 : 0));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        swapped = Monitor.number(state.get("swapped")) != 0;
    }
}
