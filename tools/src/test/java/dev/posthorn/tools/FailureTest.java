package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureTest {
    private static String line(Throwable e) {
        assertEquals(1, Failure.lines(e).size());
        return Failure.lines(e).get(0);
    }

    @Test
    void everyUnsupportedThingHasALine() {
        List<String> reasons = List.of("a: layer class A is not supported", "b: layer class B is not supported");
        assertEquals(
                List.of(
                        "model: expected supported layers but was 2 that are not, at m.h5",
                        "  " + reasons.get(0),
                        "  " + reasons.get(1)),
                Failure.lines(new UnsupportedModelException(
                        "model: expected supported layers but was 2 that are not: " + String.join("; ", reasons)
                                + ", at m.h5",
                        reasons)));
        assertEquals("npy: expected numbers", line(new UnsupportedModelException("npy: expected numbers")));
    }

    @Test
    void errorsOfTheMachineAreExplained() {
        assertTrue(line(new OutOfMemoryError("Java heap space")).contains("-Xmx"));
        assertTrue(line(new StackOverflowError()).contains("-Xss"));
        assertTrue(line(new AccessDeniedException("f")).contains("access denied, at f"));
        assertEquals(
                "file: expected a usable file but was not (Read-only file system), at f",
                line(new FileSystemException("f", null, "Read-only file system")));
        assertTrue(line(new IOException("No space left on device")).contains("No space left on device"));
    }

    @Test
    void whatNobodyExpectedIsABug() {
        assertEquals(
                "internal error: IllegalStateException: two lines (a bug in Posthorn; --debug shows where)",
                line(new IllegalStateException("two\n  lines")));
        assertEquals(
                "internal error: NullPointerException (a bug in Posthorn; --debug shows where)",
                line(new NullPointerException()));
        assertEquals(
                "model: expected one of [a] but was 'b'",
                line(new IllegalArgumentException("model: expected one of [a] but was 'b'")));
    }
}
