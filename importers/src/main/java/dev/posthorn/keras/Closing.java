package dev.posthorn.keras;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened on the way to something that needs all of it: closed together, last first, unless released. */
final class Closing implements AutoCloseable {
    private Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Hands over everything: the result closes it, this no longer does. */
    AutoCloseable release() {
        Closing other = new Closing();
        other.opened = opened;
        opened = new ArrayDeque<>();
        return other;
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failure = failure == null ? new IOException(e) : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
