package dev.posthorn.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StridedCopyTest {
    /** A box, and the steps of both sides. */
    record Box(String name, int[] dims, int[] x, int[] y) {}

    static Stream<Box> boxes() {
        return Stream.of(
                new Box("scalar", new int[] {}, new int[] {}, new int[] {}),
                new Box("whole", new int[] {3, 4, 5}, new int[] {20, 5, 1}, new int[] {20, 5, 1}),
                new Box("empty", new int[] {3, 0, 5}, new int[] {20, 5, 1}, new int[] {20, 5, 1}),
                new Box("matrix transposed", new int[] {7, 5}, new int[] {1, 7}, new int[] {5, 1}),
                new Box("large, transposed", new int[] {211, 307}, new int[] {1, 211}, new int[] {307, 1}),
                new Box("channels first", new int[] {2, 3, 6, 5}, new int[] {90, 1, 15, 3}, new int[] {90, 30, 5, 1}),
                new Box("heads", new int[] {2, 4, 100, 64}, new int[] {25600, 64, 256, 1}, new int[] {25600, 6400, 64, 1
                }),
                new Box("slice", new int[] {3, 2}, new int[] {5, 1}, new int[] {2, 1}),
                new Box("every second", new int[] {3, 4}, new int[] {16, 2}, new int[] {4, 1}),
                new Box("repeated", new int[] {3, 4, 5}, new int[] {0, 5, 1}, new int[] {20, 5, 1}),
                new Box("repeated elements", new int[] {4, 3}, new int[] {1, 0}, new int[] {3, 1}),
                new Box("into a padded box", new int[] {3, 4}, new int[] {4, 1}, new int[] {6, 1}),
                new Box("long run", new int[] {100_000}, new int[] {1}, new int[] {1}),
                new Box("ones between", new int[] {1, 3, 1, 4}, new int[] {9, 4, 9, 1}, new int[] {9, 4, 9, 1}));
    }

    @ParameterizedTest
    @MethodSource("boxes")
    void everyElementIsCopiedToItsPlace(Box box) {
        int n = 1;
        for (int d : box.dims) {
            n *= d;
        }
        int from = 3 + reach(box.dims, box.x);
        int to = 2 + reach(box.dims, box.y);
        Random random = new Random(1);
        float[] x = new float[from];
        long[] xs = new long[from];
        byte[][] texts = new byte[from][];
        for (int i = 0; i < from; i++) {
            x[i] = random.nextFloat();
            xs[i] = random.nextLong();
            texts[i] = new byte[] {(byte) i};
        }
        float[] expected = new float[to];
        long[] longs = new long[to];
        byte[][] strings = new byte[to][];
        for (int i = 0; i < n; i++) {
            int p = 3;
            int q = 2;
            for (int d = box.dims.length - 1, rest = i; d >= 0; d--) {
                p += rest % box.dims[d] * box.x[d];
                q += rest % box.dims[d] * box.y[d];
                rest /= box.dims[d];
            }
            expected[q] = x[p];
            longs[q] = xs[p];
            strings[q] = texts[p];
        }
        StridedCopy copy = new StridedCopy(box.dims, box.x, box.y);
        for (Workers workers : Laws.POOLS) {
            float[] y = new float[to];
            copy.run(workers, new Scratch(), x, 3, y, 2);
            assertArrayEquals(expected, y);
            long[] ys = new long[to];
            copy.run(workers, new Scratch(), xs, 3, ys, 2);
            assertArrayEquals(longs, ys);
            byte[][] z = new byte[to][];
            copy.run(workers, new Scratch(), texts, 3, z, 2);
            assertArrayEquals(strings, z);
        }
    }

    private static int reach(int[] dims, int[] steps) {
        int reach = 1;
        for (int d = 0; d < dims.length; d++) {
            reach += Math.max(0, dims[d] - 1) * steps[d];
        }
        return reach;
    }
}
