package dev.posthorn.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Whatever bytes a model file has, reading it ends soon, with a model or with one of our errors. The long run of the same is
 * Jazzer's; here are the whole files, a few damaged ones of each kind, and those that once were not refused well.
 */
class FileFuzzerTest {
    private static final int TRIES = Integer.getInteger("posthorn.fuzz", 25);
    private static final Duration SOON = Duration.ofSeconds(20);

    @TestFactory
    Stream<DynamicTest> damaged() throws IOException {
        return FileSeeds.all().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> damage(e)));
    }

    /** An archive whose directory says that an entry begins where the file ends. */
    @Test
    void entriesBehindTheEnd() throws IOException {
        byte[] b = FileSeeds.all().get("KERAS").clone();
        for (int i = 1; i + 46 < b.length; i++) {
            if (b[i] == 'P' && b[i + 1] == 'K' && b[i + 2] == 1 && b[i + 3] == 2) {
                ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putInt(i + 42, b.length - 11);
            }
        }
        run("entries behind the end", b);
    }

    private static void damage(Map.Entry<String, byte[]> seed) {
        Random random = new Random(seed.getKey().hashCode());
        run(seed.getKey() + ", whole", seed.getValue());
        for (int i = 0; i < TRIES; i++) {
            run(seed.getKey() + ", try " + i, mutated(seed.getValue(), random));
        }
    }

    private static void run(String what, byte[] input) {
        assertTimeoutPreemptively(
                SOON, () -> assertDoesNotThrow(() -> FileFuzzer.fuzzerTestOneInput(input), what), what);
    }

    /** The bytes after the first, of which some are changed, left out, said twice or cut off. */
    static byte[] mutated(byte[] whole, Random random) {
        byte[] b = whole.clone();
        for (int k = 0; k <= random.nextInt(4); k++) {
            int at = 1 + random.nextInt(b.length - 1);
            int n = Math.min(1 + random.nextInt(8), b.length - at);
            switch (random.nextInt(6)) {
                case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 1 ->
                    b[at] = List.of((byte) 0, (byte) 1, (byte) 0x7f, (byte) 0x80, (byte) 0xff)
                            .get(random.nextInt(5));
                case 2 -> Arrays.fill(b, at, at + n, (byte) 0xff);
                case 3 -> System.arraycopy(b, at, b, 1 + random.nextInt(b.length - n), n);
                case 4 -> {
                    byte[] longer = Arrays.copyOf(b, b.length + n);
                    System.arraycopy(b, at, longer, at + n, b.length - at);
                    b = longer;
                }
                default -> {
                    System.arraycopy(b, at + n, b, at, b.length - at - n);
                    b = Arrays.copyOf(b, Math.max(2, b.length - n));
                }
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(b, 1 + random.nextInt(b.length)) : b;
    }
}
