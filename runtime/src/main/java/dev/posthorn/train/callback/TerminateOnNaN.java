package dev.posthorn.train.callback;

/** Stops when the loss is no longer a number. Source: keras/src/callbacks/terminate_on_nan.py. */
public final class TerminateOnNaN implements Callback {
    private String reason = "";

    @Override
    public void onTrainBegin(Training training) {
        reason = "";
    }

    @Override
    public void onBatchEnd(Training training, int epoch, long batch, Logs logs) {
        double loss = logs.get("loss");
        if (!Double.isFinite(loss)) {
            reason = "epoch " + (epoch + 1) + ", batch " + batch + ": loss " + loss;
            training.stop();
        }
    }

    /** Where it stopped; empty where it did not. */
    public String reason() {
        return reason;
    }
}
