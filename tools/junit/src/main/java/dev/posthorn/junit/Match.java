package dev.posthorn.junit;

import dev.posthorn.golden.Tolerances;
import dev.posthorn.ir.Tolerance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.opentest4j.AssertionFailedError;

/**
 * Something that is to agree, and how well: nothing is compared before {@link #within} or {@link #asRecorded}. A match without one makes
 * the next {@code assertThat} of its thread fail.
 */
@CheckReturnValue
public final class Match {
    /** Where a thread has begun a match. */
    private static final ThreadLocal<Throwable> OPEN = new ThreadLocal<>();

    private final String what;
    private final Comparing comparing;

    /** Compares, and says in lines what differs. */
    interface Comparing {
        List<String> differences(Tolerances tolerances) throws IOException;
    }

    Match(String what, Comparing comparing) {
        this.what = what;
        this.comparing = comparing;
        OPEN.set(new Throwable("the match that was begun"));
    }

    /** Fails where the match before was not gone on with. */
    static void none() {
        Throwable open = OPEN.get();
        OPEN.remove();
        if (open != null) {
            throw new IllegalStateException(
                    "assertThat: expected within(...) or asRecorded() after a match but was none, at the cause", open);
        }
    }

    /** {@code |was − expected| ≤ t + t·|expected|}; layers may be off by {@code t} of their scale. */
    public void within(double t) {
        within(Tolerances.within(t));
    }

    /** Outputs and training within {@code atol + rtol·|expected|}; layers as recorded golden values say. */
    public void within(Tolerance tolerance) {
        within(Tolerances.RECORDED.outputs(tolerance));
    }

    /** With tolerances of their own for some layers and dtypes. */
    public void within(Tolerances tolerances) {
        OPEN.remove();
        List<String> lines;
        try {
            lines = comparing.differences(tolerances);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!lines.isEmpty()) {
            String end = System.lineSeparator();
            throw new AssertionFailedError((what.isEmpty() ? "" : what + ": ") + String.join(end, lines));
        }
    }

    /** As recorded golden values say; tensors by {@code 1e-5 + 1e-5·|expected|}. */
    public void asRecorded() {
        within(Tolerances.RECORDED);
    }
}
