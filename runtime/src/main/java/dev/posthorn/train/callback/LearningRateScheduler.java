package dev.posthorn.train.callback;

/** Sets the learning rate at the beginning of each epoch. Source: keras/src/callbacks/learning_rate_scheduler.py. */
public record LearningRateScheduler(Schedule schedule) implements Callback {
    /** A learning rate for an epoch, which counts from 0, where it was {@code now}. */
    public interface Schedule {
        double at(int epoch, double now);
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        training.learningRate(schedule.at(epoch, training.learningRate()));
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) {
        logs.put("learning_rate", training.learningRate());
    }
}
