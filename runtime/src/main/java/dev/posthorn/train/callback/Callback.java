package dev.posthorn.train.callback;

import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.util.Map;

/** What is called while a model trains. The methods are called in the order in which they stand; all do nothing by default. */
public interface Callback {
    default void onTrainBegin(Training training) throws IOException {}

    /** An epoch begins; they count from 0. */
    default void onEpochBegin(Training training, int epoch) throws IOException {}

    /** A batch has been trained on; they count from 0 in each epoch. */
    default void onBatchEnd(Training training, int epoch, long batch, Logs logs) throws IOException {}

    /** A validation begins, in or outside of an epoch. */
    default void onTestBegin(Training training) throws IOException {}

    default void onTestEnd(Training training, Logs logs) throws IOException {}

    /** An epoch ends. What is added to the logs is seen by the callbacks after this one, and kept in the history. */
    default void onEpochEnd(Training training, int epoch, Logs logs) throws IOException {}

    /** All callbacks have seen the end of a batch (or of an epoch): what a state holds now is whole. */
    default void onCheckpoint(Training training, boolean epochEnds) throws IOException {}

    /** The training ends, however it does: {@link Training#end} says how. */
    default void onTrainEnd(Training training) throws IOException {}

    /** What it remembers from epoch to epoch, so that a training that was interrupted goes on as if it had not been. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /** Remembers what {@link #state} gave. */
    default void restore(Map<String, Tensor> state) {}
}
