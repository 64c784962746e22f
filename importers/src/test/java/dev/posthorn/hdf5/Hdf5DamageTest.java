package dev.posthorn.hdf5;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.ir.DType;
import dev.posthorn.model.ModelFormatException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged files are read, or refused with one exception; quickly and within bounds, whatever the damage. */
@Tag("once")
class Hdf5DamageTest {
    private static final int ROUNDS = Integer.getInteger("posthorn.hdf5.damage", 60);
    private static final int MOST_OBJECTS = 900;

    static Stream<String> files() {
        return Stream.concat(Fixture.READABLE.stream(), Stream.of("refused"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void onlyOneException(String name) {
        byte[] intact = Fixture.bytes(name);
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            for (int seed = 0; seed < ROUNDS; seed++) {
                byte[] bytes = intact.clone();
                String damage = damage(bytes, new Random(31L * seed + name.hashCode()));
                long start = System.nanoTime();
                try (Hdf5File file = Hdf5File.open("damaged.h5", ByteBuffer.wrap(bytes))) {
                    walk(file.root(), new int[] {MOST_OBJECTS});
                } catch (ModelFormatException e) {
                    assertTrue(e.getMessage().contains(", at damaged.h5"), e.getMessage());
                } catch (RuntimeException | Error e) {
                    fail(name + ", seed " + seed + ": " + damage, e);
                }
                long ms = (System.nanoTime() - start) / 1_000_000;
                assertTrue(ms < 10_000, name + ", seed " + seed + ": " + damage + " took " + ms + " ms");
            }
        });
    }

    /** Mutates a few bytes in one of several ways. */
    static String damage(byte[] b, Random random) {
        StringBuilder what = new StringBuilder();
        int n = 1 + random.nextInt(4);
        for (int i = 0; i < n; i++) {
            int at = random.nextBoolean() ? random.nextInt(b.length) : random.nextInt(Math.min(b.length, 4096));
            int kind = random.nextInt(6);
            int length = Math.min(1 << random.nextInt(4), b.length - at);
            switch (kind) {
                case 0 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> b[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(b, at, at + length, (byte) 0xff);
                case 3 -> Arrays.fill(b, at, at + length, (byte) 0);
                case 4 -> b[at] += (byte) (random.nextBoolean() ? 1 : -1);
                default -> System.arraycopy(b, random.nextInt(b.length - length + 1), b, at, length);
            }
            what.append(kind).append(" at ").append(at).append(", ");
        }
        return what.toString();
    }

    static void walk(Hdf5Object o, int[] left) {
        attempt(() -> o.attributes()
                .values()
                .forEach(a -> attempt(() -> {
                    a.strings();
                    a.read();
                })));
        if (o instanceof Hdf5Dataset d) {
            attempt(() -> {
                if (d.dtype() != DType.STRING || d.size() < 1 << 20) {
                    d.read();
                }
            });
            return;
        }
        Hdf5Group g = (Hdf5Group) o;
        attempt(() -> {
            for (String n : g.path().length() < 300 ? g.names() : List.<String>of()) {
                if (--left[0] > 0) {
                    attempt(() -> g.child(n).ifPresent(c -> walk(c, left)));
                }
            }
        });
        if (g.path().equals("/")) {
            attempt(g::allDatasets);
        }
    }

    private static void attempt(Runnable read) {
        try {
            read.run();
        } catch (ModelFormatException e) {
            assertTrue(e.getMessage().startsWith("Hdf5File: expected "), e.getMessage());
        }
    }
}
