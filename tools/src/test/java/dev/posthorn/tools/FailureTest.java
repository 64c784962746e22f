package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.model.UnsupportedModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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

    private static String interrupted(boolean done, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Posthorn.interrupted(args, done, new PrintStream(said, true, StandardCharsets.UTF_8));
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anInterruptedCommandSaysSoOnce() {
        String said = interrupted(false, "convert", "a.h5", "b.keras");
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.startsWith("posthorn convert: interrupted; "), said);
        assertEquals("", interrupted(true, "convert", "a.h5", "b.keras"));
        assertEquals("", interrupted(false, "train", "a.h5"), "it says where its state is");
    }

    @Test
    void anErrorOfACommandThatIsAMethodIsThatError() {
        Throwable e = new CommandLine.ExecutionException(
                new CommandLine(new Posthorn()), "Error while calling command", new StackOverflowError());
        assertTrue(
                Failure.lines(e).get(0).startsWith("memory: expected a model less deeply nested"),
                Failure.lines(e)::toString);
    }
}
