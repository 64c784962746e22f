package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** {@code posthorn diff}: two backends, value by value. */
class DiffTest {
    private static final String MODEL = Cli.DIGITS.resolve("digits.keras").toString();

    @Test
    void backendsThatAgreeAreEqual() {
        Cli r = Cli.run("diff", MODEL, "--backend", "java", "--backend", "reference", "--all");
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        assertTrue(r.out().contains("equal ") && r.out().contains("conv2d"), r::out);
        assertTrue(r.out().endsWith(" values equal, 0 differ\n"), r::out);
    }

    /** Rounding differs somewhere, and the first place is named. */
    @Test
    void theFirstValueThatDiffersIsNamed() {
        Cli r = Cli.run("diff", MODEL, "--backend", "java", "--backend", "reference", "--tolerance", "0");
        assertEquals(Posthorn.FAILED, r.code(), r::err);
        assertTrue(r.out().contains("first to differ: conv2d  %"), r::out);
        assertTrue(r.out().contains("worst: "), r::out);
    }

    @Test
    void anotherBackendIsRefused() {
        Cli r = Cli.run("diff", MODEL, "--backend", "java", "--backend", "tpu");
        assertEquals(Posthorn.UNUSABLE, r.code(), r::out);
        assertTrue(r.err().contains("expected one of java, reference, tensorflow but was 'tpu'"), r::err);
    }
}
