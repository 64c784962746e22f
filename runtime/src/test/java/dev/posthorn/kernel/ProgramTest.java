package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of programs over elements, of both providers and of odd sizes. */
class ProgramTest {
    static Stream<Arguments> sizes() {
        List<int[]> sizes = List.of(
                new int[] {0, 3}, new int[] {1, 1}, new int[] {3, 17}, new int[] {1, 5000}, new int[] {700, 37});
        return Stream.of(Simd.scalar(), Simd.best())
                .flatMap(s -> sizes.stream().map(d -> Arguments.of(s.name(), d[0], d[1], s)));
    }

    /** y = (a > b ? a·row : column) + c/3 with a[r×c] float, row[c], column[r×1], b a scalar, c integers. */
    @ParameterizedTest(name = "{0} {1}×{2}")
    @MethodSource("sizes")
    void everyKindOfOperand(String name, int rows, int columns, Simd simd) {
        ProgramMaker maker = new ProgramMaker(simd, rows, columns);
        int a = maker.operand(Storage.FLOAT32, columns, 1);
        int row = maker.operand(Storage.FLOAT32, 0, 1);
        int column = maker.operand(Storage.FLOAT32, 1, 0);
        int b = maker.operand(Storage.FLOAT32, 0, 0);
        int c = maker.operand(Storage.INT32, columns, 1);
        int larger = maker.compare(Comparison.GT, a, b);
        int chosen = maker.select(larger, maker.binary(Binary.MUL, a, row), column);
        int third = maker.real(v -> v / 3, maker.cast(c, Storage.FLOAT64));
        maker.result(Storage.FLOAT32, maker.binary(Binary.ADD, chosen, maker.cast(third, Storage.FLOAT32)));
        Program program = maker.make();

        int n = rows * columns;
        float[] x = Laws.random(1, n);
        float[] r = Laws.random(2, columns);
        float[] col = Laws.random(3, rows);
        float[] scalar = {0.2f};
        int[] whole = new int[n];
        Arrays.setAll(whole, i -> i * 31 % 101 - 50);
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            float v = x[i] > scalar[0] ? x[i] * r[i % columns] : col[i / columns];
            expected[i] = v + (float) (whole[i] / 3.0);
        }
        float[] y = Laws.everywhere(
                name,
                n,
                (workers, scratch, out) -> program.run(
                        workers, scratch, new Object[] {x, r, col, scalar, whole, out}, new int[6], null, 0));
        Laws.close(name, expected, Laws.ulps(expected, 1), y);
    }

    /** Two results at once, one of them written over its operand. */
    @ParameterizedTest(name = "{0} {1}×{2}")
    @MethodSource("sizes")
    void severalResults(String name, int rows, int columns, Simd simd) {
        ProgramMaker maker = new ProgramMaker(simd, rows, columns);
        int a = maker.operand(Storage.FLOAT32, columns, 1);
        int square = maker.binary(Binary.MUL, a, a);
        int sum = maker.binary(Binary.ADD, square, a);
        maker.result(Storage.FLOAT32, square);
        maker.result(Storage.FLOAT32, sum);
        maker.result(Storage.FLOAT32, sum);
        Program program = maker.make();
        int n = rows * columns;
        float[] x = Laws.random(1, n);
        double[] expected = new double[3 * n];
        for (int i = 0; i < n; i++) {
            expected[i] = x[i] * x[i];
            expected[n + i] = expected[2 * n + i] = (float) expected[i] + x[i];
        }
        float[] y = Laws.everywhere(name, 3 * n, (workers, scratch, out) -> {
            System.arraycopy(x, 0, out, n, n);
            program.run(workers, scratch, new Object[] {out, out, out, out}, new int[] {n, 0, n, 2 * n}, null, 0);
        });
        Laws.close(name, expected, Laws.ulps(expected, 1), y);
    }
}
