package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A training as callbacks see it. Used by the thread that trains, but for {@link #stop} and {@link #cancel}. */
public interface Training {
    /** The model; its variables are those of now. */
    Model model();

    /** The number of epochs that were asked for. */
    int epochs();

    /** The number of batches in an epoch, where it is known. */
    OptionalLong steps();

    double learningRate();

    /** Sets the learning rate; an error where a schedule decides it. */
    void learningRate(double value);

    /** Whether a metric of this name is better the larger it is; empty where nothing says so. */
    Optional<Boolean> ascends(String metric);

    /** Ends the training after the batch that runs now: it is finished. */
    void stop();

    /** Interrupts the training after the batch that runs now: it may go on later. Any thread may call this. */
    void cancel();

    /** How a training ended. */
    enum End {
        /** By itself: all epochs, or a callback that had enough. */
        FINISHED,
        /** Interrupted between two batches; it may go on from its state. */
        CANCELLED,
        /** By an error. */
        FAILED
    }

    /** How it ended, when it has. */
    End end();

    /** Exchanges the model's weights with their moving averages; an error where the optimizer keeps none. */
    void swapAverages();

    /** Makes the moving averages what the weights are. */
    void finishAverages();

    /**
     * All that decides how the training goes on: weights, optimizer, metrics, seeds, epoch and batch, and what callbacks
     * remember.
     */
    Map<String, Tensor> state();

    /** Goes on from a state; an error where it is not one of this model, optimizer, data and options. */
    void restore(Map<String, Tensor> state);
}
