package dev.posthorn.tools.command;

import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.Training;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends a training between two batches when the process is asked to end (Ctrl-C, SIGTERM), and lets it save its state first. */
final class Interruption implements Callback, AutoCloseable {
    private static final long SECONDS = 60;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "posthorn-interrupt");
    private volatile Training training;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupt() {
        Training now = training;
        if (now == null) {
            return;
        }
        now.cancel();
        try {
            boolean saved = done.await(SECONDS, TimeUnit.SECONDS);
            if (!saved) {
                System.err.println("posthorn train: expected the training to end within " + SECONDS
                        + " s but was still in a batch; the last state that was saved stays");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onTrainBegin(Training begun) {
        training = begun;
    }

    /** The training and what follows it are over. */
    @Override
    public void close() {
        training = null;
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook runs
        }
    }
}
