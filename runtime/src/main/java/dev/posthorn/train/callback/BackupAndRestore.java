package dev.posthorn.train.callback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps the state of a training in a file, and goes on from it where the file is there when a training begins: so that one
 * that was killed, at whatever moment, ends as it would have. Source: keras/src/callbacks/backup_and_restore.py, which
 * forgets the batch, the order of the rows and what callbacks remember; this does not.
 */
public final class BackupAndRestore implements Callback {
    private final Path file;
    private final long every;
    private final boolean delete;
    private long since;
    private boolean restored;

    /**
     * Keeps the state in a file.
     *
     * @param every after how many batches it is written; 0 for the end of each epoch
     * @param delete whether the file is deleted when the training has come to its end
     */
    public BackupAndRestore(Path file, long every, boolean delete) {
        if (every < 0) {
            throw new IllegalArgumentException("BackupAndRestore: expected 0 or more batches but was " + every);
        }
        this.file = file;
        this.every = every;
        this.delete = delete;
    }

    /** Whether the training went on from a file. */
    public boolean restored() {
        return restored;
    }

    @Override
    public void onTrainBegin(Training training) throws IOException {
        since = 0;
        restored = Files.exists(file);
        if (restored) {
            training.restore(StateFile.read(file));
        } else if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
    }

    @Override
    public void onCheckpoint(Training training, boolean epochEnds) throws IOException {
        since++;
        if (epochEnds || every > 0 && since >= every) {
            save(training);
        }
    }

    /** Writes the state now. */
    private void save(Training training) throws IOException {
        since = 0;
        StateFile.write(file, training.state());
    }

    @Override
    public void onTrainEnd(Training training) throws IOException {
        if (training.end() == Training.End.FINISHED && delete) {
            Files.deleteIfExists(file);
        } else if (training.end() == Training.End.CANCELLED) {
            save(training);
        }
    }
}
