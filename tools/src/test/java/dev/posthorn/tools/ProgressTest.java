package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void tellsHowFarAndGoesAway() throws InterruptedException {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (Progress progress = new Progress(new PrintStream(to, true, StandardCharsets.UTF_8), "rows", 2000)) {
            progress.step(10);
            assertEquals("", to.toString(StandardCharsets.UTF_8));
            Thread.sleep(250);
            progress.step(490);
        }
        String text = to.toString(StandardCharsets.UTF_8);
        assertTrue(text.matches("\r500 of 2,000 rows \\(25 %\\), [\\d,]+ a second, 0:\\d\\d left\r +\r"), text);
    }

    @Test
    void isSilentWhereNobodyWatches() {
        try (Progress progress = Progress.of("rows", 0)) {
            progress.step(1);
        }
    }
}
