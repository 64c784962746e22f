package dev.posthorn.tools;

import java.io.Closeable;
import java.io.PrintStream;
import java.util.Locale;

/** A line that tells how far a long computation is: on standard error, where a person watches it, else nothing. */
public final class Progress implements Closeable {
    private static final long INTERVAL = 200_000_000;

    private final PrintStream to;
    private final String things;
    private final long total;
    private final long start = System.nanoTime();
    private long done;
    private long shown = start;
    private int length;

    Progress(PrintStream to, String things, long total) {
        this.to = to;
        this.things = things;
        this.total = total;
    }

    /** Progress towards a number of things; 0 shows nothing. */
    public static Progress of(String things, long total) {
        return new Progress(total > 0 && Console.stderrIsTerminal() ? System.err : null, things, total);
    }

    public void step(long n) {
        step(n, "");
    }

    /** The same, with what there is to say so far. */
    public void step(long n, String soFar) {
        done += n;
        long now = System.nanoTime();
        if (to != null && now - shown >= INTERVAL) {
            shown = now;
            show(line(now - start) + (soFar.isEmpty() ? "" : ", " + soFar));
        }
    }

    /** {@code 12,800 of 200,000 rows (6 %), 2,048 a second, 1:31 left}. */
    private String line(long nanos) {
        double rate = done / (nanos / 1e9);
        long left = Math.round((total - done) / rate);
        return String.format(
                Locale.ROOT,
                "%,d of %,d %s (%d %%), %,.0f a second, %d:%02d left",
                done,
                total,
                things,
                done * 100 / total,
                rate,
                left / 60,
                left % 60);
    }

    /** Writes over the line before. */
    private void show(String line) {
        to.print("\r" + line + " ".repeat(Math.max(0, length - line.length())));
        to.flush();
        length = line.length();
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (length > 0) {
            show("");
            to.print("\r");
            to.flush();
        }
    }
}
