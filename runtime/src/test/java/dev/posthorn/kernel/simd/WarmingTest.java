package dev.posthorn.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Unary;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A kernel gives the same bits before and after the JVM has compiled it. */
class WarmingTest {
    private static final int N = 1 << 13;

    /** A call of a kernel that reads a and b and changes c. */
    private record Row(String name, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Call {
        void run(Simd s, float[] a, float[] b, float[] c);
    }

    static Stream<Row> rows() {
        int[] square = {0, 40, 80, 400, 440, 480, 800, 840, 880};
        int[] any = {3, 50, 7, 900, 2};
        int[] fives = IntStream.range(0, 25).map(t -> t / 5 * 400 + t % 5 * 40).toArray();
        return Stream.of(
                        Stream.of(
                                new Row("gemm4", (s, a, b, c) -> s.gemm4(37, a, 0, 40, 9, 130, b, 1, c, 3, 70, true)),
                                new Row(
                                        "gemm4 added",
                                        (s, a, b, c) -> s.gemm4(37, a, 0, 40, 9, 130, b, 1, c, 3, 70, false)),
                                new Row(
                                        "gemm4Half",
                                        (s, a, b, c) -> s.gemm4Half(37, a, 0, 40, 9, 130, b, 1, c, 3, 70, false)),
                                new Row("gemm5Pair", (s, a, b, c) -> s.gemm5Pair(17, a, 0, 41, b, 1, 600, c, 3, 70)),
                                new Row("gemm4Pair", (s, a, b, c) -> s.gemm4Pair(17, a, 0, 41, b, 1, 600, c, 3, 70)),
                                new Row("gemm12Half", (s, a, b, c) -> s.gemm12Half(7, a, 0, 9, b, 1, c, 3, 70)),
                                new Row("gemm9Half", (s, a, b, c) -> s.gemm9Half(16, a, 0, 41, b, 1, c, 3, 70)),
                                new Row("gemm8", (s, a, b, c) -> s.gemm8(17, a, 0, 41, b, 1, c, 3, 70)),
                                new Row("winograd", (s, a, b, c) -> s.winogradInput(a, 1, 200, 50, c, 3, 60, 39)),
                                new Row("and back", (s, a, b, c) -> s.winogradOutput(a, 1, 60, c, 3, 160, 50, 39)),
                                new Row(
                                        "winograd of 4",
                                        (s, a, b, c) -> s.winograd4Input(a, 1, 200, 50, c, 3, 60, 400, 39)),
                                new Row(
                                        "and back of 4",
                                        (s, a, b, c) -> s.winograd4Output(6, a, 1, 200, 50, c, 3, 60, 400, 39)),
                                new Row("gemm3", (s, a, b, c) -> s.gemm3(37, a, 0, 41, b, 1, c, 3, 70, false)),
                                new Row("gemm2", (s, a, b, c) -> s.gemm2(37, a, 0, 41, b, 1, c, 3, 70, false)),
                                new Row("gemm2, twice", (s, a, b, c) -> s.gemm2(37, a, 0, 0, b, 1, c, 3, 0, false)),
                                new Row("gemv3", (s, a, b, c) -> s.gemv3(37, a, 5, b, 1, 1500, c, 3, false)),
                                new Row("gemv2", (s, a, b, c) -> s.gemv2(37, a, 5, b, 1, 1500, c, 3, false)),
                                new Row("gemv4", (s, a, b, c) -> s.gemv4(37, a, 5, b, 1, 1500, c, 3, false)),
                                new Row("gather", (s, a, b, c) -> s.gather(any, 5, a, 0, 9, c, 0, 12)),
                                new Row(
                                        "nines",
                                        (s, a, b, c) ->
                                                s.nines(3, 90, 7, a, 2, b, 1, 50, c, 3, 60, 9, s.lanes(), true)),
                                new Row(
                                        "nines added",
                                        (s, a, b, c) ->
                                                s.nines(3, 90, 7, a, 2, b, 1, 70, c, 3, 60, 9, 3 * s.lanes(), false)),
                                new Row("max", (s, a, b, c) -> s.tapsMax(0, 5, any, a, 0, 9, c, 0, 40, 6, 35)),
                                new Row("mean", (s, a, b, c) -> s.tapsMean(0, 5, any, a, 0, 9, c, 0, 40, 6, 35)),
                                new Row(
                                        "bias",
                                        (s, a, b, c) ->
                                                s.epilogue(3, 37, c, 0, 50, a, 0, null, 0, 0, Unary.RELU6, 0, 0)),
                                new Row(
                                        "residual",
                                        (s, a, b, c) ->
                                                s.epilogue(3, 37, c, 0, 50, null, 0, b, 0, 60, Unary.RELU, 0, 0)),
                                new Row(
                                        "both",
                                        (s, a, b, c) ->
                                                s.epilogue(3, 37, c, 0, 50, a, 0, b, 0, 60, Unary.CLIP, -0.5f, 0.5f))),
                        Stream.of(2, 3)
                                .flatMap(v -> Stream.of(true, false)
                                        .map(adds ->
                                                new Row(v + " vectors" + (adds ? ", residual" : ""), (s, a, b, c) -> {
                                                    int n = v * Simd.best().lanes();
                                                    s.epilogue(
                                                            5,
                                                            n,
                                                            c,
                                                            1,
                                                            70,
                                                            a,
                                                            3,
                                                            adds ? b : null,
                                                            2,
                                                            60,
                                                            Unary.RELU6,
                                                            0,
                                                            0);
                                                }))),
                        Stream.of(Unary.RELU, Unary.RELU6, Unary.CLIP)
                                .map(f -> new Row(f.name(), (s, a, b, c) -> s.unary(f, -1, 1, a, 1, c, 2, 77))),
                        Stream.of(Unary.EXP, Unary.SIGMOID, Unary.SILU, Unary.TANH)
                                .map(f -> new Row(f.name(), (s, a, b, c) -> {
                                    for (float scale : new float[] {1e-3f, 1, 40}) {
                                        s.binaryRight(Binary.MUL, a, 0, scale, b, 0, N);
                                        s.unary(f, 1.5f, 0, b, 0, c, 0, N);
                                    }
                                })),
                        Stream.of(
                                new Row("exp", (s, a, b, c) -> c[0] = s.expSum(0.3f, a, 18, c, 1, 32)),
                                new Row("LSTM", (s, a, b, c) -> s.lstm(2, 64, a.clone(), 7, b, 3, 260, c, 500, c, 900)),
                                new Row(
                                        "LSTM of odd size",
                                        (s, a, b, c) -> s.lstm(2, 37, a.clone(), 7, b, 3, 150, c, 500, c, 900)),
                                new Row("weights of rows", (s, a, b, c) -> {
                                    int lanes = Simd.best().lanes();
                                    float[] sums = new float[6 * lanes + 1];
                                    for (int i = 0; i < 25 * lanes; i++) {
                                        c[i] = Float.isFinite(a[i])
                                                ? 30 * a[i]
                                                : i; // where there is NaN, sums are alike
                                    }
                                    s.expRows(5, 5 * lanes, c, 0, sums, 1);
                                    s.divideRows(5, 2 * lanes, c, 1, 5 * lanes, sums, 1);
                                    for (int r = 0; r < 5; r++) {
                                        c[25 * lanes + r] = sums[1 + r * lanes];
                                    }
                                }),
                                new Row("times rows", (s, a, b, c) -> s.timesRows(a, 1, b, 3, 7, 2 * s.lanes(), c, 2)),
                                new Row("sums of rows", (s, a, b, c) -> s.sumRows(a, 1, 7, 85, c, 2)),
                                new Row("ADD", (s, a, b, c) -> s.binary(Binary.ADD, a, 1, b, 2, c, 3, 85)),
                                new Row("MUL", (s, a, b, c) -> s.binary(Binary.MUL, a, 1, b, 2, c, 3, 85))),
                        Stream.of(3, 4, 9)
                                .flatMap(pixels -> Stream.of(square, any, fives)
                                        .flatMap(at -> IntStream.of(300, 512)
                                                .boxed()
                                                .flatMap(n -> IntStream.of(33, 40, 80)
                                                        .mapToObj(step -> new Row(
                                                                "taps " + pixels + " " + at.length + " " + n + " "
                                                                        + step,
                                                                (s, a, b, c) -> s.taps(
                                                                        0, at.length, at, at, a, 0, step, b, 0, a, 7, c,
                                                                        0, 520, pixels, n)))))))
                .flatMap(r -> r);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void sameBits(Row row) {
        assumeTrue(Simd.best() instanceof WarmingSimd);
        float[] a = random(1);
        float[] b = random(2);
        float[] plain = random(3);
        float[] vector = plain.clone();
        row.call.run(new PlainTwin(), a, b, plain);
        row.call.run(new VectorSimd(), a, b, vector);
        for (int i = 0; i < N; i++) {
            plain[i] = row.name.equals("gather") && i >= 12 * 25 ? vector[i] : plain[i]; // what is behind may change
        }
        assertArrayEquals(bits(vector), bits(plain));
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] x = new float[N];
        for (int i = 0; i < N; i++) {
            x[i] = (float) random.nextGaussian();
        }
        x[17] = Float.NaN;
        x[5000] = -0f;
        return x;
    }

    private static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToIntBits(x[i]);
        }
        return bits;
    }
}
