package dev.posthorn.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Window;
import dev.posthorn.kernel.Binary;
import dev.posthorn.kernel.Comparison;
import dev.posthorn.kernel.Unary;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.plan.JavaBackend;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Warm kernels make no garbage. Where C2 leaves a vector outside of registers it becomes an object, and a kernel is ten
 * times as slow with the same results: nothing but what it allocates tells. Counted over all threads; a call counts as warm
 * as soon as it allocates no more than it may.
 */
class AllocationTest {
    /** When all must be compiled: usually it is in a second. */
    private static final long PATIENCE = 60_000_000_000L;

    /**
     * Bytes of one or two vectors a turn: so many C2 of JDK 17 leaves outside of registers in loops of more than some twenty
     * vectors, after many other kernels. Where accumulators are objects it is many times as much.
     */
    private static final int SOME = 1 << 14;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @BeforeAll
    static void compile() {
        if (Simd.best() instanceof WarmingSimd s) {
            s.finish();
        }
    }

    private static long allocated() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    // ---- the inner loops

    private static final int L = Simd.best().lanes();
    /** Whole vectors, four and one at a time, and a rest. */
    private static final int N = 9 * L + 3;

    private static final float[] X = filled(1 << 14);
    private static final float[] W = filled(1 << 14);
    private static final float[] Y = new float[1 << 14];

    private static final float[][] OPTIONAL = {X, null};
    private static final boolean[] BOTH = {true, false};
    private static final int[] TERMS = {1, 27, 96};

    private static float[] filled(int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i * 7919L % 2003 / 1001.5f - 1;
        }
        return x;
    }

    /** Calls of an inner loop with whatever makes it branch. */
    private interface Loop {
        void run(Simd s);
    }

    private static Map<String, Loop> loops() {
        int[] runs = {0, 3 * L, 6 * L};
        int[] taps = new int[9];
        Arrays.setAll(taps, t -> (t / 3 * 10 + t % 3) * N);
        int[] crooked = {0, N, 3 * N, 4 * N};
        int[][] windows = {taps, crooked};
        Map<String, Loop> all = new LinkedHashMap<>();
        all.put("products", s -> {
            for (boolean first : BOTH) {
                for (int kc : TERMS) {
                    s.gemm4(kc, X, 0, kc, 2 * kc, 3 * kc, W, 0, Y, 0, 2 * L, first);
                    s.gemm4Half(kc, X, 0, kc, 2 * kc, 3 * kc, W, 0, Y, 0, 2 * L, first);
                    s.gemv2(kc, X, 0, W, 0, 2 * L * kc, Y, 0, first);
                    s.gemv4(kc, X, 0, W, 0, 2 * L * kc, Y, 0, first);
                    if (s.hasGemm3()) {
                        s.gemm3(kc, X, 0, kc, W, 0, Y, 0, 3 * L, first);
                        s.gemm2(kc, X, 0, kc, W, 0, Y, 0, 3 * L, first);
                        s.gemv3(kc, X, 0, W, 0, 3 * L * kc, Y, 0, first);
                    }
                    if (s.hasManyRegisters()) {
                        s.gemm5Pair(kc, X, 0, kc, W, 0, 2 * L * kc, Y, 0, 4 * L);
                        s.gemm4Pair(kc, X, 0, kc, W, 0, 2 * L * kc, Y, 0, 4 * L);
                        s.gemm9Half(kc & -2, X, 0, kc, W, 0, Y, 0, 2 * L);
                        s.gemm8(kc, X, 0, kc, W, 0, Y, 0, 2 * L);
                        s.gemm12Half(kc, X, 0, kc, W, 0, Y, 0, 2 * L);
                    }
                }
            }
        });
        all.put("gradients", s -> {
            s.outer4(40, X, 0, W, 0, Y, 0, 2 * L);
            s.outer4Half(40, X, 0, W, 0, Y, 0, 2 * L);
            s.outer12(40, X, 0, W, 0, Y, 0, 2 * L);
            s.outer12Half(40, X, 0, W, 0, Y, 0, 2 * L);
            s.outer8Half(40, X, 0, W, 0, Y, 0, 2 * L);
            s.columns(8, X, 0, 9, Y, 0, 40);
            s.columns(L, X, 0, 7, Y, 0, 40);
            s.columns(2 * L, X, 0, 2 * L, Y, 0, 20);
            for (int[] t : windows) {
                s.tapsGradient(0, t.length, t, t, X, 0, N, W, 0, N, Y, 0, 7, N);
            }
            s.tapsMaxGradient(0, 4, crooked, X, 0, W, 0, Y, 0, N);
            s.tapsMaxGradient(0, 3, crooked, X, 0, W, 0, Y, 0, N);
            s.ninesGradient(1, 2, 3, X, 1, W, 0, 3 * L, Y, 0, 3 * L, 7, 3 * L);
        });
        all.put("windows", s -> {
            for (float[] bias : OPTIONAL) {
                for (int[] t : windows) {
                    s.taps(0, t.length, t, t, X, 0, N, W, 0, bias, 0, Y, 0, N, 7, N);
                    s.taps(0, t.length, t, t, X, 0, N, W, 0, bias, 0, Y, 0, N, 3, N);
                }
            }
            s.nines(1, 2, 3, X, 1, W, 0, 3 * L, Y, 0, 3 * L, 7, 3 * L, true);
            s.nines(1, 2, 3, X, 1, W, 0, 3 * L, Y, 0, 3 * L, 7, 3 * L, false);
            s.gather(runs, 3 * L, X, 0, L, Y, 0, 9);
            for (float[] bias : OPTIONAL) {
                int n = 9 * L;
                for (int count = s.hasTapRows(3, 7, n) ? 2 : 4; count <= 3; count++) {
                    s.tapRows(3, count, count - 1, X, 0, 7 * n, W, 0, bias, Y, 0, 7, n);
                }
                for (int count = s.hasTapRows(5, 7, n) ? 3 : 6; count <= 5; count++) {
                    s.tapRows(5, count, 1, X, 0, 7 * n, W, 0, bias, Y, 0, 7, n);
                }
                for (int size = 3; size <= 5; size += 2) {
                    for (int left = s.hasTapRowsByTwo(size, 4, n) ? 0 : 3; left <= size / 2; left++) {
                        s.tapRowsByTwo(size, size - left, X, 0, 8 * n, W, 0, bias, Y, 0, left, 4, left, n);
                    }
                }
            }
            s.tapsMax(0, 9, taps, X, 0, N, Y, 0, N, 5, N);
            s.tapsMean(0, 9, taps, X, 0, N, Y, 0, N, 5, N);
        });
        all.put("transforms", s -> {
            s.winogradInput(X, 0, 4 * N, N, Y, 0, N, N);
            s.winogradOutput(X, 0, N, Y, 0, 2 * N, N, N);
            s.winogradTaps(X, 0, 3 * N, N, Y, 0, N, N);
            for (int n = 9 * L; n <= N; n += N - 9 * L) {
                s.winogradSpread(X, 0, 2 * N, N, Y, 0, N, n);
                s.winogradScatter(X, 0, N, Y, 0, 4 * N, N, n);
                s.winogradFilter(X, 0, N, Y, 0, N, n);
            }
            s.winograd4Input(X, 0, 6 * N, N, Y, 0, 6 * N, N, N);
            s.winograd4Output(4, X, 0, 6 * N, N, Y, 0, 6 * N, N, N);
            s.winograd4Output(6, X, 0, 6 * N, N, Y, 0, 6 * N, N, N);
        });
        Unary[] acts = {Unary.NONE, Unary.RELU, Unary.RELU6, Unary.CLIP, Unary.SILU, Unary.SIGMOID};
        all.put("epilogues", s -> {
            for (Unary act : acts) {
                for (float[] bias : OPTIONAL) {
                    for (float[] residual : OPTIONAL) {
                        for (int n : new int[] {N, 2 * L, 3 * L}) {
                            s.epilogue(5, n, Y, 0, N, bias, 0, residual, 0, N, act, 1, 2);
                        }
                    }
                }
            }
        });
        for (Unary f : Unary.values()) {
            all.put(f.name(), s -> s.unary(f, 0.5f, 1, X, 0, Y, 0, N));
        }
        for (Binary f : Binary.values()) {
            all.put(f.name(), s -> {
                s.binary(f, X, 0, W, 0, Y, 0, N);
                s.binaryLeft(f, 2, W, 0, Y, 0, N);
                s.binaryRight(f, X, 0, 2, Y, 0, N);
            });
        }
        for (Comparison f : Comparison.values()) {
            all.put(f.name(), s -> {
                s.compare(f, X, 0, W, 0, 0, Y, 0, N);
                s.compare(f, X, 0, W, 0, 1, Y, 0, N);
            });
        }
        all.put("choices", s -> {
            for (int i = 0; i < 4; i++) {
                s.select(X, 0, W, 0, i & 1, X, 0, i >> 1, Y, 0, N);
            }
            s.multiplyAdd(X, 0, W, 0, X, 0, Y, 0, N);
            s.lstm(2, 3 * L, Y, 0, X, 0, 12 * L, Y, 24 * L, Y, 30 * L);
            s.lstm(1, L + 1, Y, 0, X, 0, 0, Y, 12 * L, Y, 15 * L);
            s.axpy(0, X, 0, Y, 0, N);
        });
        all.put("reductions", s -> {
            s.sumRows(X, 0, 3, N, Y, 0);
            s.timesRows(X, 0, W, 0, 5, 2 * L, Y, 0);
            float sum = s.sum(X, 0, N) + s.sumSquares(1, X, 0, N) + s.dot(X, 0, W, 0, N);
            Y[0] = sum + s.max(X, 0, N) + s.min(X, 0, N) + s.expSum(1, X, 0, Y, 0, N);
            s.expRows(3, 2 * L, Y, 0, Y, 6 * L);
            s.divideRows(3, L, Y, 0, 2 * L, Y, 6 * L);
        });
        all.put("normalisations", s -> {
            for (float[] gamma : OPTIONAL) {
                for (float[] beta : OPTIONAL) {
                    s.normalize(1, 2, gamma, 0, beta, 0, X, 0, Y, 0, N);
                }
            }
        });
        return all;
    }

    @Test
    void innerLoopsMakeNoGarbage() {
        Map<String, Loop> loops = loops();
        Simd simd = Simd.best();
        int calls = 100;
        Map<String, Long> garbage = new LinkedHashMap<>();
        for (long begin = System.nanoTime(); System.nanoTime() - begin < PATIENCE; ) {
            garbage.clear();
            loops.forEach((name, loop) -> {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < calls; i++) {
                    loop.run(simd);
                }
                long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / calls;
                if (bytes > SOME) {
                    garbage.put(name, bytes);
                }
            });
            if (garbage.isEmpty()) {
                return;
            }
        }
        fail(simd.name() + ": expected no garbage but was, in bytes a call, " + garbage);
    }

    @Test
    void everyInnerLoopIsCalled() {
        TreeSet<String> missing = new TreeSet<>();
        for (Method m : Simd.class.getMethods()) {
            missing.add(m.getName());
        }
        Simd recording = (Simd) Proxy.newProxyInstance(
                Simd.class.getClassLoader(), new Class<?>[] {Simd.class}, (proxy, method, args) -> {
                    missing.remove(method.getName());
                    return method.invoke(Simd.best(), args);
                });
        loops().values().forEach(loop -> loop.run(recording));
        missing.removeAll(List.of("best", "prepare", "scalar", "name", "lanes", "hasManyRegisters", "hasGemm3"));
        missing.removeIf(
                name -> name.matches("gemm(.Pair|12Half)") && !Simd.best().hasManyRegisters());
        missing.removeIf(name -> name.matches("gemm[23]|gemv3") && !Simd.best().hasGemm3());
        assertEquals(new TreeSet<>(), missing);
    }

    // ---- whole plans

    /** Writes a net over x[2×12×12×24]. */
    private interface Net {
        Value write(Builder b, Value x);
    }

    private static Value weight(Builder b, int... dims) {
        Shape shape = Shape.of(dims);
        float[] w = filled(shape.size());
        for (int i = 0; i < w.length; i++) {
            w[i] /= 16;
        }
        return b.constant(Tensor.of(shape, w));
    }

    private static Window same(int size, int stride) {
        return Window.same(List.of(size, size), List.of(stride, stride), List.of(1, 1), List.of(12, 12));
    }

    private static Value conv(Builder b, Value x, int size, int stride, int out, int groups) {
        int c = x.shape().dim(-1);
        Value y = b.add(new Conv(same(size, stride), List.of(1, 1), groups), x, weight(b, size, size, c / groups, out));
        return b.plus(y, weight(b, out));
    }

    private static Map<String, Net> nets() {
        Map<String, Net> all = new LinkedHashMap<>();
        all.put("convolutions", (b, x) -> {
            Value y = b.add(new Relu6(), conv(b, x, 3, 1, 80, 1)); // several blocks of k below
            Value z = b.add(new Silu(), conv(b, y, 3, 1, 80, 1));
            z = b.plus(conv(b, z, 1, 1, 80, 1), y);
            return conv(b, conv(b, z, 3, 1, 40, 2), 1, 1, 300, 1);
        });
        all.put("short convolutions", (b, x) -> conv(b, conv(b, conv(b, x, 1, 1, 3, 1), 3, 2, 33, 1), 5, 2, 7, 1));
        all.put(
                "depthwise convolutions",
                (b, x) -> b.add(new Relu6(), conv(b, conv(b, conv(b, x, 3, 1, 24, 24), 5, 1, 24, 24), 3, 2, 24, 24)));
        all.put("pools", (b, x) -> {
            Value max = b.add(new Pool(Pool.Fn.MAX, same(3, 1)), x);
            Value mean = b.add(new Pool(Pool.Fn.AVG, same(3, 1)), x);
            return b.reduce(Reduce.Fn.MEAN, b.concat(-1, List.of(max, mean, x)), false, 1, 2);
        });
        all.put("dense layers", (b, x) -> {
            Value y = b.reshape(x, 2, 12 * 12 * 24);
            y = b.unary(dev.posthorn.ir.op.Unary.Fn.TANH, b.plus(b.matmul(y, weight(b, 3456, 70)), weight(b, 70)));
            return b.add(new Softmax(List.of(-1)), b.matmul(y, weight(b, 70, 10)));
        });
        all.put("attention", (b, x) -> {
            Value y = b.reshape(x, 2, 144, 24);
            y = b.add(new LayerNorm(List.of(-1), 1e-3, true, true, false), y, weight(b, 24), weight(b, 24));
            Value scores = b.add(new Softmax(List.of(-1)), b.matmul(y, b.transpose(y, 0, 2, 1)));
            return b.add(new Gelu(false), b.matmul(b.add(new Gelu(true), b.matmul(scores, y)), weight(b, 24, 48)));
        });
        all.put("recurrent layers", (b, x) -> {
            dev.posthorn.ir.op.Unary tanh = new dev.posthorn.ir.op.Unary(dev.posthorn.ir.op.Unary.Fn.TANH);
            dev.posthorn.ir.op.Unary sigmoid = new dev.posthorn.ir.op.Unary(dev.posthorn.ir.op.Unary.Fn.SIGMOID);
            Value zero = b.constant(Tensor.zeros(TensorType.f32(2, 20)));
            return b.addAll(
                            new Lstm(tanh, sigmoid, false, false, false),
                            List.of(
                                    b.reshape(x, 2, 144, 24),
                                    weight(b, 24, 80),
                                    weight(b, 20, 80),
                                    weight(b, 80),
                                    zero,
                                    zero))
                    .get(0);
        });
        all.put("elements", (b, x) -> {
            Value y = b.times(b.plus(x, weight(b, 24)), b.unary(dev.posthorn.ir.op.Unary.Fn.SIGMOID, x));
            Value mean = b.reduce(Reduce.Fn.MEAN, y, true, 0, 1, 2);
            Value centred = b.minus(y, mean);
            return b.over(centred, b.reduce(Reduce.Fn.SUM, b.times(centred, centred), true, 0, 1, 2));
        });
        all.put("gradients", (b, x) -> {
            ConvFilterGradient gradient = new ConvFilterGradient(new Conv(same(3, 1), List.of(1, 1), 1));
            return b.add(gradient, x, b.plus(x, x));
        });
        return all;
    }

    static Stream<String> names() {
        return nets().keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void plansMakeOnlyTheirResults(String name) {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2, 12, 12, 24));
        Graph graph = b.graph(List.of(x), Map.of("y", nets().get(name).write(b, x)), Map.of());
        Variables.Snapshot none = new Variables.Snapshot(1, Map.of());
        Backend.Executable net = new JavaBackend().compile(graph, none);
        assertFalse(net.explain().contains("reference"), net::explain);
        List<Tensor> inputs = List.of(Tensor.of(x.shape(), filled(x.shape().size())));
        int calls = 20;
        // The result with its list and headers, what hands a step's tiles to the workers, and see above.
        long allowed = 4L * graph.results().get(0).shape().size()
                + SOME * net.explain().lines().count();
        long bytes = Long.MAX_VALUE;
        for (long begin = System.nanoTime(); System.nanoTime() - begin < PATIENCE; ) {
            long before = allocated();
            for (int i = 0; i < calls; i++) {
                net.run(inputs, none);
            }
            bytes = (allocated() - before) / calls;
            if (bytes <= allowed) {
                return;
            }
        }
        fail(name + ": expected at most " + allowed + " bytes a call but was " + bytes + System.lineSeparator()
                + net.explain());
    }
}
