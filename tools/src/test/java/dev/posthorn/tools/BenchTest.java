package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** {@code posthorn bench} runs and says where time goes; how long it takes is nobody's business here. */
class BenchTest {
    @Test
    void everyStepIsListed() {
        Cli r = Cli.run("bench", Cli.DIGITS.resolve("digits.keras"), "--seconds", "0.01", "--batch", "2", "--explain");
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        assertTrue(r.out().contains("GF/s") && r.out().contains("conv"), r::out);
        assertTrue(r.out().contains("plan of the backend java"), r::out);
    }

    @Test
    void trainingStepsToo() {
        Cli r = Cli.run("bench", Cli.DIGITS.resolve("digits.keras"), "--seconds", "0.01", "--batch", "2", "--train");
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        assertTrue(r.out().contains("conv gradient"), r::out);
        assertTrue(!r.out().contains("reference"), r::out);
    }
}
