package dev.posthorn.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions of an LSTM's step have the absolute error that {@link VectorLstm} states. */
class LstmFunctionsTest {
    private static final double BOUND = 2.2 * 0x1p-23;
    private static final int N = 64;

    static Stream<Simd> providers() {
        return Stream.of(new VectorSimd(), new PlainTwin());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void logistic(Simd s) {
        check(s, 0, 2, x -> 1 / (1 + Math.exp(-x)));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void tanh(Simd s) {
        check(s, 2, 0, Math::tanh);
    }

    /** The state that becomes of 0, where the other gate is 1: what the function makes of gate {@code which}. */
    private static void check(Simd s, int which, int other, DoubleUnaryOperator f) {
        float[] gates = new float[4 * N];
        float[] none = new float[4 * N];
        float[] c = new float[N];
        float[] h = new float[N];
        double most = 0;
        for (int at = -25 * 1024; at < 25 * 1024; at += N) {
            for (int i = 0; i < N; i++) {
                gates[which * N + i] = (at + i) / 1024f;
                gates[other * N + i] = 40;
                c[i] = 0;
            }
            s.lstm(1, N, gates, 0, none, 0, 0, c, 0, h, 0);
            for (int i = 0; i < N; i++) {
                most = Math.max(most, Math.abs(c[i] - f.applyAsDouble((at + i) / 1024.0)));
            }
        }
        assertEquals(0, most, BOUND);
    }
}
