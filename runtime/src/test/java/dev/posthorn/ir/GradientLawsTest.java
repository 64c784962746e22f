package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.posthorn.autograd.Gradients;
import dev.posthorn.ir.OpRows.Row;
import dev.posthorn.ir.fn.CustomGradient;
import dev.posthorn.ir.fn.ErfInv;
import dev.posthorn.ir.fn.Glu;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.NoGradient;
import dev.posthorn.ir.fn.SoftmaxCrossEntropy;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.CtcLoss;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Mfcc;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Special;
import dev.posthorn.ir.op.Svd;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Unique;
import dev.posthorn.ir.op.While;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds of every op's gradient, for the rows of {@link OpRows} in float64: it is what central differences give, and its
 * own gradient is what central differences of it give. A new op without a gradient fails here.
 */
@Tag("once")
class GradientLawsTest {
    /** TensorFlow has none for these. */
    private static final Set<Class<?>> WITHOUT_GRADIENT = Set.of(
            BeamSearch.class, BinCount.class, Lookup.class, Lu.class, Mfcc.class, NoGradient.class, Unique.class);

    /**
     * These are no derivatives on purpose, as that of SoftmaxCrossEntropy where targets do not sum to 1; and that of ErfInv is of
     * the function, which its polynomial is only close to.
     */
    private static final Set<Class<?>> OTHERWISE = Set.of(
            StopGradient.class,
            Substitute.class,
            CustomGradient.class,
            CtcLoss.class,
            ErfInv.class,
            ProjectiveTransform.class,
            RandomGamma.class,
            SoftmaxCrossEntropy.class);

    /** Rows whose function has no derivative. */
    private static final Map<String, String> NOT_SMOOTH = Map.of(
            "Special IGAMMA_GRAD_A", "TensorFlow differentiates it no further",
            "Eigh float64", "some vectors turn their signs with the last bits of the matrix",
            "Svd true tall", "of the further vectors only the space is decided",
            "Svd true wide", "of the further vectors only the space is decided");

    /** Rows where TensorFlow's own gradient is another. */
    private static final Map<String, String> DIFFERENT = Map.of(
            "ProjectiveTransform false NEAREST float32", "halfway between pixels the last bit of the inverse decides",
            "ProjectiveTransform false REFLECT float32", "halfway between pixels the last bit of the inverse decides",
            "ProjectiveTransform false WRAP float32", "halfway between pixels the last bit of the inverse decides",
            "HardSilu special", "0 · ∞ where x is infinite",
            "Selu special", "its exp(x) − 1 is 0 at −1e-30, and then no more negative",
            "MaxPoolGradient 3d", "of equal elements only the first gives its v, though each was given dy");

    /** Ops that are not written but for known dimensions, or whose gradient TensorFlow does not have for others. */
    private static final Set<Class<?>> NEED_DIMENSIONS = Set.of(
            Branch.class,
            Conv.class,
            ConvFilterGradient.class,
            Glu.class,
            Gru.class,
            Lstm.class,
            Scan.class,
            Svd.class,
            While.class);

    private static final int COORDINATES = 12;
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-6;

    /** A function of real tensors. */
    @FunctionalInterface
    private interface Function {
        List<Value> apply(Builder b, List<Value> xs);
    }

    /** The rows with real operands and results, one dtype of each. */
    static Stream<Row> rows() {
        Set<String> seen = new LinkedHashSet<>();
        return OpRows.all().stream()
                .filter(r -> r.operands().stream().anyMatch(t -> t.dtype().isFloating()))
                .filter(r -> r.results().stream().anyMatch(t -> t.dtype().isFloating()))
                .filter(r -> !OTHERWISE.contains(r.op().getClass()) && !NOT_SMOOTH.containsKey(r.name()))
                .filter(r -> !(r.op() instanceof Cast c) || c.to() == DType.FLOAT64)
                .filter(r -> seen.add(
                        r.op() + " " + r.operands().stream().map(Tensor::shape).toList()
                                + (r.name().contains("special") ? "!" : "")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void gradientIsThatOfCentralDifferences(Row row) {
        List<Tensor> xs = points(row);
        if (WITHOUT_GRADIENT.contains(row.op().getClass())) {
            UnsupportedModelException e = assertThrows(
                    UnsupportedModelException.class,
                    () -> check(
                            row + "",
                            of(row),
                            row.operands().stream()
                                    .filter(t -> t.dtype().isFloating())
                                    .toList(),
                            TOLERANCE));
            assertTrue(e.getMessage().contains(row.op().name() + ": expected an op with a gradient"), e::getMessage);
            return;
        }
        check(row + ", gradient", of(row), xs, TOLERANCE);
        List<Tensor> withCotangents = new ArrayList<>(xs);
        Random random = new Random(row.name().hashCode());
        results(of(row), xs).forEach(t -> withCotangents.add(random(t.type(), random)));
        check(row + ", second gradient", gradient(of(row), xs.size()), withCotangents, 10 * TOLERANCE);
    }

    static Stream<Row> rowsOfTensorFlow() {
        return OpRows.all().stream()
                .filter(r -> !r.dys().isEmpty() && !DIFFERENT.containsKey(r.name()))
                .filter(r -> !WITHOUT_GRADIENT.contains(r.op().getClass()));
    }

    /** At the row's own operands, kinks, infinities and all. */
    @ParameterizedTest
    @MethodSource("rowsOfTensorFlow")
    void gradientIsThatOfTensorFlow(Row row) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        for (Tensor t : row.operands()) {
            in.add(t.dtype().isFloating() ? b.input("x" + in.size(), t.type()) : b.constant(t));
        }
        List<Value> out = b.addAll(row.op(), in);
        List<Value> ys = new ArrayList<>();
        List<Value> dys = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            if (row.dys().get(i).isPresent()) {
                ys.add(out.get(i));
                dys.add(b.constant(row.dys().get(i).get()));
            }
        }
        List<Value> xs = in.stream().filter(x -> x.node().op() instanceof Input).toList();
        List<Optional<Value>> dxs = Gradients.of(b, ys, dys, xs);
        Map<String, Value> results = new LinkedHashMap<>();
        for (int i = 0; i < xs.size(); i++) {
            int k = i;
            dxs.get(i).ifPresent(dx -> results.put("d" + in.indexOf(xs.get(k)), dx));
        }
        List<Tensor> arguments =
                row.operands().stream().filter(t -> t.dtype().isFloating()).toList();
        Map<String, Tensor> was = Evaluation.of(b.graph(xs, results, Map.of()))
                .run(arguments, key -> null)
                .outputs();
        for (int i = 0; i < in.size(); i++) {
            Tensor expected = row.dxs().get(i).orElse(null);
            if (expected == null || !expected.dtype().isFloating()) {
                continue; // TensorFlow gives none
            }
            Tensor actual = was.getOrDefault("d" + i, Tensor.zeros(expected.type()));
            double tolerance = expected.dtype() == DType.FLOAT64 ? 1e-7 : row.op() instanceof Svd ? 2e-5 : 4e-6;
            TensorAssert.assertThat(actual, row + ", operand " + i).isCloseTo(expected, tolerance);
        }
    }

    /** What has a graph for operands of unknown dimensions has a gradient for them, and it is the same. */
    @ParameterizedTest
    @MethodSource("rows")
    void gradientIsTheSameWhereDimensionsAreUnknown(Row row) {
        Function f = of(row);
        List<Tensor> xs = points(row);
        List<Tensor> all = new ArrayList<>(xs);
        if (WITHOUT_GRADIENT.contains(row.op().getClass()) || row.op() instanceof Svd) {
            return;
        }
        try {
            graph(unknown(xs), f);
        } catch (ShapeException e) {
            assertTrue(NEED_DIMENSIONS.contains(row.op().getClass()), e::toString);
            return;
        }
        Random random = new Random(row.name().hashCode());
        results(f, xs).forEach(t -> all.add(random(t.type(), random)));
        Function gradient = gradient(f, xs.size());
        Graph unknown = graph(unknown(all), gradient);
        List<Tensor> expected = results(gradient, all);
        List<Tensor> was = evaluate(unknown, all);
        assertEquals(expected.size(), was.size());
        for (int i = 0; i < expected.size(); i++) {
            TensorAssert.assertThat(was.get(i), row + ", " + i).isCloseTo(expected.get(i), 1e-12);
        }
    }

    private static Shape unknownShape(int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, Shape.UNKNOWN);
        return Shape.of(dims);
    }

    private static List<TensorType> types(List<Tensor> xs) {
        return xs.stream().map(Tensor::type).toList();
    }

    private static List<TensorType> unknown(List<Tensor> xs) {
        return xs.stream()
                .map(x -> new TensorType(x.dtype(), unknownShape(x.shape().rank())))
                .toList();
    }

    @Test
    void nothingFlowsThroughStopGradient() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(3));
        Value y = b.times(x, b.add(new StopGradient(), b.unary(Unary.Fn.SQUARE, x)));
        Value dx = Gradients.of(b, List.of(y), List.of(x), List.of(x)).get(0).orElseThrow();
        Graph g = b.graph(List.of(x), Map.of("dx", dx), Map.of());
        Tensor was = evaluate(g, List.of(Tensor.of(Shape.of(3), 1, 2, -3))).get(0);
        TensorAssert.assertThat(was, "x · x²").isCloseTo(Tensor.of(Shape.of(3), 1, 8, -27), 0);
    }

    @Test
    void whatStandsInForAVariableCountsAsIt() {
        Builder b = new Builder();
        Value w = b.variable("w", TensorType.f32(3));
        Value y = b.unary(Unary.Fn.SQUARE, b.add(new Substitute(), w, b.unary(Unary.Fn.EXP, w)));
        Value dw = Gradients.of(b, List.of(y), List.of(b.constant(Tensor.of(Shape.of(3), 1, 1, 1))), List.of(w))
                .get(0)
                .orElseThrow();
        Graph g = b.graph(List.of(), Map.of("dw", dw), Map.of());
        Tensor value = Tensor.of(Shape.of(3), 0, 1, 2);
        Tensor was = Evaluation.of(g).run(List.of(), key -> value).outputs().get("dw");
        TensorAssert.assertThat(was, "2·exp(w)")
                .isCloseTo(Tensor.of(Shape.of(3), 2f, (float) (2 * Math.E), (float) (2 * Math.exp(2))), 1e-6);
    }

    /** Whatever complex numbers go through, they are made of real ones and end as such. */
    static Stream<Arguments> complexFunctions() {
        Map<String, BiFunction<Builder, Value, Value>> all = new LinkedHashMap<>();
        for (Unary.Fn fn : List.of(
                Unary.Fn.NEG,
                Unary.Fn.SQUARE,
                Unary.Fn.SIGN,
                Unary.Fn.RECIPROCAL,
                Unary.Fn.SQRT,
                Unary.Fn.RSQRT,
                Unary.Fn.EXP,
                Unary.Fn.EXPM1,
                Unary.Fn.LOG,
                Unary.Fn.LOG1P,
                Unary.Fn.SIN,
                Unary.Fn.COS,
                Unary.Fn.TAN,
                Unary.Fn.SINH,
                Unary.Fn.COSH,
                Unary.Fn.TANH,
                Unary.Fn.SIGMOID,
                Unary.Fn.ASINH,
                Unary.Fn.ACOSH,
                Unary.Fn.ATANH,
                Unary.Fn.ASIN,
                Unary.Fn.ACOS,
                Unary.Fn.ATAN)) {
            all.put(fn.name(), (b, z) -> b.unary(fn, z));
        }
        all.put("FFT", (b, z) -> b.add(new Fft(List.of(1), false), z));
        all.put("IFFT", (b, z) -> b.add(new Fft(List.of(0, 1), true), z));
        all.put("MAGNITUDE", (b, z) -> b.cast(ComplexNumbers.magnitude(b, z), DType.COMPLEX128));
        all.put("ANGLE", (b, z) -> b.cast(ComplexNumbers.angle(b, z), DType.COMPLEX128));
        all.put("POW", (b, z) -> b.binary(Binary.Fn.POW, z, ComplexNumbers.conjugate(b, z)));
        all.put("DIV", (b, z) -> b.over(b.binary(Binary.Fn.ADD, z, 1), z));
        all.put("MATMUL", (b, z) -> b.add(new MatMul(true, false), z, z));
        all.put("PROD", (b, z) -> b.reduce(Reduce.Fn.PROD, z, false, 1));
        all.put("MEAN", (b, z) -> b.reduce(Reduce.Fn.MEAN, z, true, 0));
        all.put("GATHER", (b, z) -> b.gather(z, b.ints(1, 0, 1), 0));
        all.put("SLICE", (b, z) -> b.concat(0, List.of(b.slice(z, 1, 0, 2), b.slice(z, 1, 1, 3))));
        return all.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest
    @MethodSource("complexFunctions")
    void complexNumbersAreDifferentiatedByTheirParts(String name, BiFunction<Builder, Value, Value> fn) {
        Function f = (b, xs) -> {
            Value z = fn.apply(b, b.add(new Complex(), xs.get(0), xs.get(1)));
            return List.of(b.add(new Part(false), z), b.add(new Part(true), z));
        };
        Random random = new Random(name.hashCode());
        List<Tensor> xs = List.of(
                random(TensorType.of(DType.FLOAT64, 2, 3), random), random(TensorType.of(DType.FLOAT64, 2, 3), random));
        check(name, f, xs, TOLERANCE);
    }

    @Test
    void aGradientOfItsOwnIsTaken() {
        Builder inner = new Builder();
        Value dy = inner.input("dy", TensorType.f32(3));
        Value factor = inner.input("factor", TensorType.f32(3));
        Graph backward = inner.graph(List.of(dy, factor), Map.of("dx", inner.times(dy, factor)), Map.of());
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(3));
        Value y = b.unary(Unary.Fn.EXP, x);
        Value own = b.add(new CustomGradient(backward, 1, 1, List.of(0)), y, x, y);
        Value one = b.constant(Tensor.of(Shape.of(3), 1, 1, 1));
        Value dx =
                Gradients.of(b, List.of(own), List.of(one), List.of(x)).get(0).orElseThrow();
        Value again =
                Gradients.of(b, List.of(dx), List.of(one), List.of(x)).get(0).orElseThrow();
        Graph g = b.graph(List.of(x), Map.of("dx", dx, "again", again), Map.of());
        Tensor exp = Tensor.of(Shape.of(2), (float) Math.E, (float) Math.exp(2));
        for (Tensor was : evaluate(g, List.of(Tensor.of(Shape.of(3), 0, 1, 2)))) {
            TensorAssert.assertThat(was, "exp(x)")
                    .isCloseTo(Tensor.of(Shape.of(3), 1, exp.floats()[0], exp.floats()[1]), 1e-6);
        }
    }

    @Test
    void aGradientThatIsMissingIsSaid() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(3));
        Value y = b.named("relu", () -> b.add(new NoGradient("the gradient 'Guided'"), b.unary(Unary.Fn.RELU, x)));
        var e = assertThrows(
                UnsupportedModelException.class, () -> Gradients.of(b, List.of(y), List.of(x), List.of(x)));
        assertTrue(e.getMessage().contains("the gradient 'Guided'")
                && e.getMessage().contains("at relu"));
    }

    @Test
    void onlyWhatIsNeededIsWritten() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2, 3));
        Value w = b.variable("w", TensorType.f32(3, 4));
        Value frozen = b.variable("frozen", TensorType.f32(4, 5));
        Value y = b.matmul(b.unary(Unary.Fn.TANH, b.matmul(x, w)), frozen);
        Value dw = Gradients.of(b, List.of(y), List.of(y), List.of(w)).get(0).orElseThrow();
        Graph g = b.graph(List.of(x), Map.of("dw", dw), Map.of());
        assertEquals(
                4, // two forward; backward one through the frozen weights and one for w: none for frozen, none for x
                b.graph(List.of(x), Map.of("dw", dw, "y", y), Map.of()).nodes().stream()
                        .filter(n -> n.op() instanceof MatMul)
                        .count());
        assertEquals(w.type(), g.results().get(0).type());
        assertTrue(dw.node().name().startsWith(Gradients.SCOPE), dw.node()::name);
    }

    @Test
    void slicesOfOneAxisAreJoined() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2, 6));
        List<Value> gates = b.split(x, 1, 1, 2, 3);
        List<Value> ys = gates.stream().map(v -> b.unary(Unary.Fn.SQUARE, v)).toList();
        Value dx = Gradients.of(b, ys, gates, List.of(x)).get(0).orElseThrow();
        assertTrue(dx.node().op() instanceof Concat, dx.node()::toString);
        Graph g = b.graph(List.of(x), Map.of("dx", dx), Map.of());
        Tensor at = Tensor.of(Shape.of(2, 6), 1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6);
        Tensor was = evaluate(g, List.of(at)).get(0);
        TensorAssert.assertThat(was, "2x·x")
                .isCloseTo(Tensor.of(Shape.of(2, 6), 2, 8, 18, 32, 50, 72, 2, 8, 18, 32, 50, 72), 0);
    }

    @Test
    void typesAreKeptThroughCasts() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.of(DType.BFLOAT16, 2));
        Value n = b.input("n", TensorType.of(DType.INT32, 2));
        Value y = b.times(b.cast(x, DType.FLOAT32), b.cast(b.cast(n, DType.FLOAT16), DType.FLOAT32));
        List<Optional<Value>> d = Gradients.of(b, List.of(y), List.of(y), List.of(x, n));
        assertEquals(x.type(), d.get(0).orElseThrow().type());
        assertEquals(Optional.empty(), d.get(1));
    }

    private static Function of(Row row) {
        return (b, xs) -> {
            List<Value> in = new ArrayList<>();
            int k = 0;
            for (Tensor t : row.operands()) {
                in.add(varies(row, in.size()) ? xs.get(k++) : b.constant(t));
            }
            return b.addAll(row.op().mapBodies(GradientLawsTest::widened), in).stream()
                    .filter(v -> v.dtype().isFloating())
                    .toList();
        };
    }

    /** Whether the row is differentiated by an operand: special functions are by their last one, as in TensorFlow. */
    private static boolean varies(Row row, int operand) {
        boolean parameter =
                row.op() instanceof Special && operand < row.operands().size() - 1;
        return row.operands().get(operand).dtype().isFloating() && !parameter;
    }

    private static Graph widened(Graph g) {
        return Rewriter.apply(g, (b, op, in) -> {
            if (op instanceof Input i && i.type().dtype() == DType.FLOAT32) {
                return List.of(b.input(i.id(), i.type().withDType(DType.FLOAT64)));
            }
            boolean real = op instanceof Constant c && c.value().dtype() == DType.FLOAT32;
            return real ? List.of(b.constant(((Constant) op).value().cast(DType.FLOAT64))) : null;
        });
    }

    /** The gradient of {@code f} as a function of its n arguments and of the derivatives by its results. */
    private static Function gradient(Function f, int n) {
        return (b, xs) -> {
            List<Value> arguments = xs.subList(0, n);
            List<Optional<Value>> dxs = Gradients.of(b, f.apply(b, arguments), xs.subList(n, xs.size()), arguments);
            return dxs.stream().flatMap(Optional::stream).toList();
        };
    }

    /** The real operands in float64, a little beside the row's own values: those are often where functions have kinks. */
    private static List<Tensor> points(Row row) {
        Random random = new Random(row.name().hashCode());
        List<Tensor> xs = new ArrayList<>();
        for (int operand = 0; operand < row.operands().size(); operand++) {
            if (varies(row, operand)) {
                Tensor t = row.operands().get(operand);
                Tensor x = Tensor.zeros(t.type().withDType(DType.FLOAT64));
                for (int i = 0; i < x.size(); i++) {
                    double v = t.getDouble(i);
                    double near = Math.abs(v) < 50 ? v : random.nextGaussian();
                    x.setDouble(i, near + (0.001 + 0.01 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1));
                }
                xs.add(x);
            }
        }
        return xs;
    }

    private static Tensor random(TensorType type, Random random) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, random.nextGaussian());
        }
        return t;
    }

    private static List<Tensor> results(Function f, List<Tensor> xs) {
        return evaluate(graph(types(xs), f), xs);
    }

    private static Graph graph(List<TensorType> types, Function f) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        types.forEach(t -> in.add(b.input("x" + in.size(), t)));
        Map<String, Value> out = new LinkedHashMap<>();
        f.apply(b, in).forEach(v -> out.put("y" + out.size(), v));
        return b.graph(in, out, Map.of());
    }

    private static List<Tensor> evaluate(Graph g, List<Tensor> xs) {
        return List.copyOf(Evaluation.of(g).run(xs, key -> null).outputs().values());
    }

    /** Compares {@code Σ dy·∂y/∂x} with differences of {@code Σ dy·y}, at some of the coordinates of every x. */
    private static void check(String what, Function f, List<Tensor> xs, double tolerance) {
        Random random = new Random(what.hashCode());
        Evaluation forward = Evaluation.of(graph(types(xs), f));
        List<Tensor> dys = forward.run(xs, key -> null).outputs().values().stream()
                .map(t -> whereFinite(t, random(t.type(), random)))
                .toList();
        List<Tensor> all = new ArrayList<>(xs);
        all.addAll(dys);
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        all.forEach(x -> in.add(b.input("x" + in.size(), x.type())));
        List<Value> arguments = in.subList(0, xs.size());
        List<Optional<Value>> dxs = Gradients.of(b, f.apply(b, arguments), in.subList(xs.size(), in.size()), arguments);
        Map<String, Value> out = new LinkedHashMap<>();
        IntStream.range(0, xs.size()).forEach(i -> dxs.get(i).ifPresent(d -> out.put("d" + i, d)));
        Map<String, Tensor> was =
                Evaluation.of(b.graph(in, out, Map.of())).run(all, key -> null).outputs();
        for (int i = 0; i < xs.size(); i++) {
            Tensor x = xs.get(i);
            Tensor d = was.get("d" + i);
            if (d != null) {
                assertEquals(x.type(), d.type(), what);
            }
            double scale = 1;
            for (int e = 0; d != null && e < d.size(); e++) {
                scale = Math.max(scale, Double.isFinite(d.getDouble(e)) ? Math.abs(d.getDouble(e)) : 0);
            }
            int[] order = random.ints(0, Math.max(x.size(), 1))
                    .distinct()
                    .limit(Math.min(x.size(), COORDINATES))
                    .toArray();
            for (int e : order) {
                double v = x.getDouble(e);
                double h = STEP * Math.max(1, Math.abs(v));
                double expected = 0;
                for (int k : new int[] {-2, -1, 1, 2}) {
                    x.setDouble(e, v + k * h);
                    expected += (k % 2 == 0 ? -1 : 8) * Integer.signum(k) * dot(forward, xs, dys) / (12 * h);
                }
                x.setDouble(e, v);
                double actual = d == null ? 0 : d.getDouble(e);
                boolean outside =
                        Math.abs(expected) <= tolerance * scale && Double.isNaN(actual); // of the function's domain
                if (!outside && !(Math.abs(actual - expected) <= tolerance * scale)) {
                    fail(what + ": expected " + expected + " but was " + actual + " (scale " + scale + "), at element "
                            + e + " of operand " + i + " " + x.type());
                }
            }
        }
    }

    /** {@code dy} with zeros where y is outside of the function's domain. */
    private static Tensor whereFinite(Tensor y, Tensor dy) {
        for (int i = 0; i < y.size(); i++) {
            dy.setDouble(i, Double.isFinite(y.getDouble(i)) ? dy.getDouble(i) : 0);
        }
        return dy;
    }

    private static double dot(Evaluation f, List<Tensor> xs, List<Tensor> dys) {
        List<Tensor> ys = List.copyOf(f.run(xs, key -> null).outputs().values());
        double sum = 0;
        for (int i = 0; i < ys.size(); i++) {
            for (int e = 0; e < ys.get(i).size(); e++) {
                double y = ys.get(i).getDouble(e);
                sum += Double.isFinite(y) ? y * dys.get(i).getDouble(e) : 0;
            }
        }
        return sum;
    }
}
