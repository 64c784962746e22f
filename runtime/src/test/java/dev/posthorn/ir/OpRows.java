package dev.posthorn.ir;

import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.Celu;
import dev.posthorn.ir.fn.ClippedRelu;
import dev.posthorn.ir.fn.CustomGradient;
import dev.posthorn.ir.fn.Elu;
import dev.posthorn.ir.fn.ErfInv;
import dev.posthorn.ir.fn.Fused;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.Glu;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.HardShrink;
import dev.posthorn.ir.fn.HardSigmoid;
import dev.posthorn.ir.fn.HardSilu;
import dev.posthorn.ir.fn.HardTanh;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.fn.LeakyRelu;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.ir.fn.LogSigmoid;
import dev.posthorn.ir.fn.LogSoftmax;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.Mish;
import dev.posthorn.ir.fn.NoGradient;
import dev.posthorn.ir.fn.RaggedToDense;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.RmsNorm;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.fn.Selu;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.fn.SoftShrink;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.fn.SoftmaxCrossEntropy;
import dev.posthorn.ir.fn.Softsign;
import dev.posthorn.ir.fn.SparsePlus;
import dev.posthorn.ir.fn.SparseSigmoid;
import dev.posthorn.ir.fn.Sparsemax;
import dev.posthorn.ir.fn.Squareplus;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.fn.TanhShrink;
import dev.posthorn.ir.fn.Threshold;
import dev.posthorn.ir.fn.UpSample;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.AvgPoolGradient;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.BinCount;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Bitcast;
import dev.posthorn.ir.op.Branch;
import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Checked;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.ConvFilterGradient;
import dev.posthorn.ir.op.CtcLoss;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Cumulative;
import dev.posthorn.ir.op.DecodeWav;
import dev.posthorn.ir.op.DynamicSlice;
import dev.posthorn.ir.op.Eig;
import dev.posthorn.ir.op.Eigh;
import dev.posthorn.ir.op.EncodeWav;
import dev.posthorn.ir.op.Ensured;
import dev.posthorn.ir.op.Fft;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.ir.op.Lu;
import dev.posthorn.ir.op.Magnitude;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.MatrixLogarithm;
import dev.posthorn.ir.op.MaxPoolGather;
import dev.posthorn.ir.op.MaxPoolGradient;
import dev.posthorn.ir.op.Mfcc;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.NextAfter;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Part;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.PoolingSequences;
import dev.posthorn.ir.op.PopulationCount;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Random;
import dev.posthorn.ir.op.RandomBinomial;
import dev.posthorn.ir.op.RandomCategorical;
import dev.posthorn.ir.op.RandomGamma;
import dev.posthorn.ir.op.RandomKey;
import dev.posthorn.ir.op.RandomPermutation;
import dev.posthorn.ir.op.RandomPoisson;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.RegexReplace;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.SampleCandidates;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Scatter;
import dev.posthorn.ir.op.ScatterAdd;
import dev.posthorn.ir.op.SearchSorted;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Sobol;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Special;
import dev.posthorn.ir.op.StringCase;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.SumTo;
import dev.posthorn.ir.op.Svd;
import dev.posthorn.ir.op.Text;
import dev.posthorn.ir.op.TextJoin;
import dev.posthorn.ir.op.TextLength;
import dev.posthorn.ir.op.TextMatch;
import dev.posthorn.ir.op.TextNumber;
import dev.posthorn.ir.op.TextSlice;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.TridiagonalSolve;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Unique;
import dev.posthorn.ir.op.While;
import dev.posthorn.ir.op.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The table of op cases: one row is an op with its attributes, and the name under which {@link OpValues} has operands
 * and results. A new op needs a row here, with its values in {@code ops.py} or, where TensorFlow has no such op, given
 * here.
 */
final class OpRows {
    /** These only move or compare data: their results are exact. */
    private static final Set<Class<?>> EXACT = Set.of(
            ArgReduce.class,
            Bitcast.class,
            BroadcastTo.class,
            Cast.class,
            Compare.class,
            Concat.class,
            Constant.class,
            Gather.class,
            Iota.class,
            Pad.class,
            Reshape.class,
            Reverse.class,
            Select.class,
            SearchSorted.class,
            ShapeOf.class,
            Slice.class,
            Sort.class,
            Transpose.class);

    /** TensorFlow rounds the constants of these to float32 although their operands are float64. */
    private static final Set<String> FLOAT32_CONSTANTS =
            Set.of("LeakyRelu 0.2 float64", "Gelu false float64", "Gelu true float64");

    private static final Set<Class<?>> FIRST_IS_SHAPE = Set.of(
            Iota.class,
            Random.class,
            RandomGamma.class,
            RandomPermutation.class,
            RandomPoisson.class,
            RandomBinomial.class,
            Sobol.class,
            ProjectiveTransform.class);
    private static final Set<Class<?>> SECOND_IS_SHAPE =
            Set.of(Reshape.class, BroadcastTo.class, SumTo.class, AvgPoolGradient.class);

    private static final List<DType> FLOATS = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16);
    private static final Op TANH = new Unary(Unary.Fn.TANH);
    private static final Op SIGMOID = new Unary(Unary.Fn.SIGMOID);

    /**
     * One case.
     *
     * @param shapeOperand the operand whose value, not only its type, inference reads; -1 where there is none
     * @param dys derivatives by the results, where TensorFlow has the gradient
     * @param dxs what it gives for them, by the operands
     */
    record Row(
            String name,
            Op op,
            List<Tensor> operands,
            List<Tensor> results,
            int shapeOperand,
            List<Optional<Tensor>> dys,
            List<Optional<Tensor>> dxs) {
        Row(String name, Op op, List<Tensor> operands, List<Tensor> results, int shapeOperand) {
            this(name, op, operands, results, shapeOperand, List.of(), List.of());
        }

        /** How far result {@code i} may be off, as a fraction of its largest element. */
        double tolerance(int i) {
            boolean normal = op instanceof Random r && r.distribution().name().endsWith("NORMAL");
            if (op instanceof Eigh
                    || op instanceof Eig
                    || op instanceof MatrixLogarithm
                    || op instanceof Svd
                    || op instanceof Special
                    || op instanceof Lu
                    || op instanceof CtcLoss
                    || op instanceof BeamSearch
                    || op instanceof TridiagonalSolve
                    || op instanceof Cumulative) {
                return results.get(i).dtype() == DType.FLOAT64 ? 1e-12 : 1e-5; // TensorFlow computes in the type itself
            }
            return EXACT.contains(op.getClass()) || op instanceof Random && !normal
                    ? 0
                    : FLOAT32_CONSTANTS.contains(name)
                            ? 1e-7
                            : switch (results.get(i).dtype()) {
                                case FLOAT32, COMPLEX64 -> 1e-6;
                                case FLOAT64, COMPLEX128 -> 1e-14;
                                case FLOAT16 -> 0x1p-10;
                                case BFLOAT16 -> 0x1p-7;
                                default -> 0;
                            };
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Map<String, OpValues> values = OpValues.read();

    private OpRows() {
        elementwise();
        movement();
        reductions();
        products();
        gradients();
        activations();
        layers();
        recurrent();
        images();
        strings();
        tables();
        further();
        training();
        tensorflow();
        raw();
        mathematics();
        ours();
    }

    private void raw() {
        for (Text.Fn fn : Text.Fn.values()) {
            row("Text " + fn, new Text(fn));
        }
        for (boolean characters : List.of(false, true)) {
            row("TextLength " + (characters ? "UTF8_CHAR" : "BYTE"), new TextLength(characters));
            row("TextSlice " + (characters ? "UTF8_CHAR" : "BYTE"), new TextSlice(characters));
        }
        row("TextSlice broadcast", new TextSlice(false));
        for (Special.Fn fn : Special.Fn.values()) {
            row("Special " + fn, new Special(fn));
        }
        row("TextJoin", new TextJoin(", "));
        row("TextJoin one", new TextJoin("-"));
        row("TextMatch", new TextMatch("[a-c]+.?"));
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)) {
            row("TextNumber " + t.keras(), new TextNumber(t));
        }
        for (DType t : List.of(DType.INT32, DType.INT64)) {
            for (String s : List.of("int32", "string", "none", "nan")) {
                row("Unique " + s + " " + t.keras(), new Unique(0, t));
            }
            row("Unique float32 " + t.keras(), new Unique(1, t));
        }
        List.of("float32", "int64", "zeros").forEach(s -> row("Scatter MUL " + s, new Scatter(Scatter.Fn.MUL)));
    }

    /** Rows of math.txt: what stands in a name after the op are its attributes. */
    private void mathematics() {
        row("Complex float32", new Complex());
        row("Complex broadcast float64", new Complex());
        for (String type : List.of("complex64", "complex128")) {
            row("Part real " + type, new Part(false));
            row("Part imaginary " + type, new Part(true));
            row("Magnitude " + type, new Magnitude());
            for (boolean inverse : new boolean[] {false, true}) {
                for (int n : new int[] {1, 5, 8, 12, 37}) {
                    row("Fft " + inverse + " " + n + " " + type, new Fft(List.of(1), inverse));
                }
                row("Fft " + inverse + " 2d " + type, new Fft(List.of(1, 2), inverse));
                row("Fft " + inverse + " first " + type, new Fft(List.of(0), inverse));
            }
        }
        for (int n : new int[] {1, 5}) {
            row("RandomCategorical " + n + " int32", new RandomCategorical(n, DType.INT32));
            row("RandomCategorical " + n + " int64", new RandomCategorical(n, DType.INT64));
        }
        row("RandomPermutation 1", new RandomPermutation());
        row("RandomPermutation 7", new RandomPermutation());
        for (DType t : List.of(DType.FLOAT32, DType.INT32)) {
            row("RandomPoisson " + t, new RandomPoisson(t));
            row("RandomBinomial " + t, new RandomBinomial(t));
        }
        for (DType t : List.of(DType.FLOAT32, DType.FLOAT64)) {
            row("Lu " + t, new Lu(DType.INT64));
            row("TridiagonalSolve " + t, new TridiagonalSolve());
            row("NextAfter " + t, new NextAfter());
            for (Cumulative.Fn fn : Cumulative.Fn.values()) {
                for (int i = 0; i < 4; i++) {
                    boolean exclusive = i % 2 == 1;
                    boolean reverse = i > 1;
                    String name = "Cumulative " + fn + " " + exclusive + " " + reverse + " " + t;
                    row(name, new Cumulative(fn, 1, exclusive, reverse));
                }
            }
        }
        row("Cumulative PROD int32", new Cumulative(Cumulative.Fn.PROD, 0, false, false));
        row("CtcLoss false true false", new CtcLoss(false, true, false));
        row("CtcLoss true true true", new CtcLoss(true, true, true));
        row("BeamSearch 4 1 true", new BeamSearch(4, 1, true));
        row("BeamSearch 6 3 false", new BeamSearch(6, 3, false));
        row("Sobol 1 float32", new Sobol(1, DType.FLOAT32));
        row("Sobol 5 float64", new Sobol(5, DType.FLOAT64));
        row("Sobol 40 float32", new Sobol(40, DType.FLOAT32));
        for (DType t : List.of(DType.INT8, DType.UINT16, DType.INT32, DType.UINT64)) {
            row("PopulationCount " + t, new PopulationCount());
        }
        for (DType t : List.of(DType.COMPLEX64, DType.COMPLEX128)) {
            row("Eig " + t, new Eig(t));
            row("MatrixLogarithm " + t, new MatrixLogarithm());
        }
        row("EncodeWav", new EncodeWav());
        for (boolean pseudo : new boolean[] {false, true}) {
            row("PoolingSequences " + pseudo, new PoolingSequences(List.of(15, 10), pseudo));
        }
        row("SampleCandidates ALL 18 18 true", new SampleCandidates(SampleCandidates.Kind.ALL, 18, 18, true));
        for (SampleCandidates.Kind kind : List.of(SampleCandidates.Kind.UNIFORM, SampleCandidates.Kind.LOG_UNIFORM)) {
            for (boolean unique : new boolean[] {false, true}) {
                row("SampleCandidates " + kind + " 6 20 " + unique, new SampleCandidates(kind, 6, 20, unique));
            }
        }
    }

    static List<Row> all() {
        OpRows table = new OpRows();
        if (!table.values.isEmpty()) {
            throw new AssertionError("ops.txt: expected a row for each case but was none for " + table.values.keySet());
        }
        return List.copyOf(table.rows);
    }

    private void row(String name, Op op) {
        OpValues v = values.remove(name);
        if (v == null) {
            throw new AssertionError("ops.txt: expected a case '" + name + "' but was none");
        }
        int shapeOperand = SECOND_IS_SHAPE.contains(op.getClass())
                ? 1
                : FIRST_IS_SHAPE.contains(op.getClass())
                        ? 0
                        : op instanceof ScatterAdd || op instanceof DynamicSlice ? 2 : -1;
        rows.add(new Row(name, op, v.operands(), v.results(), shapeOperand, v.dys(), v.dxs()));
    }

    private void floats(String name, Op op) {
        FLOATS.forEach(d -> row(name + " " + d, op));
    }

    private void elementwise() {
        for (Unary.Fn fn : Unary.Fn.values()) {
            floats("Unary " + fn, new Unary(fn));
            row("Unary " + fn + " special", new Unary(fn));
        }
        for (Unary.Fn fn : List.of(Unary.Fn.ABS, Unary.Fn.NEG, Unary.Fn.SIGN, Unary.Fn.SQUARE, Unary.Fn.RELU)) {
            List.of("int32", "int64", "int8").forEach(d -> row("Unary " + fn + " " + d, new Unary(fn)));
        }
        List.of("[]", "[0]", "[3, 0]", "[1]", "[13]").forEach(s -> row("Unary RELU " + s, new Unary(Unary.Fn.RELU)));
        for (Binary.Fn fn : Binary.Fn.values()) {
            if (fn == Binary.Fn.AND || fn == Binary.Fn.OR || fn == Binary.Fn.XOR) {
                List.of("int32", "bool").forEach(d -> row("Binary " + fn + " " + d, new Binary(fn)));
                continue;
            }
            floats("Binary " + fn, new Binary(fn));
            if (fn != Binary.Fn.POW) {
                row("Binary " + fn + " signs", new Binary(fn));
            }
            if (fn != Binary.Fn.ATAN2) {
                List.of("int32", "int64").forEach(d -> row("Binary " + fn + " " + d, new Binary(fn)));
            }
        }
        floats("Binary FLOOR_DIV rounds", new Binary(Binary.Fn.FLOOR_DIV));
        List.of("wraps", "uint8", "[3] []", "[0, 3] [1, 3]", "[1, 0] [5, 1]", "[7, 1, 1] [11, 1]")
                .forEach(s -> row("Binary ADD " + s, new Binary(Binary.Fn.ADD)));
        for (Binary.Fn fn : List.of(Binary.Fn.MAX, Binary.Fn.MIN, Binary.Fn.DIV)) {
            row("Binary " + fn + " special", new Binary(fn));
        }
        for (Compare.Fn fn : Compare.Fn.values()) {
            List.of("float32", "int64", "bfloat16").forEach(d -> row("Compare " + fn + " " + d, new Compare(fn)));
        }
        for (Compare.Fn fn : List.of(Compare.Fn.EQ, Compare.Fn.NE)) {
            List.of("bool", "string").forEach(d -> row("Compare " + fn + " " + d, new Compare(fn)));
        }
        List.of("float32", "scalar", "int64", "string", "empty").forEach(s -> row("Select " + s, new Select()));
        for (String name :
                values.keySet().stream().filter(s -> s.startsWith("Cast ")).toList()) {
            row(name, new Cast(DType.ofKeras(name.split(" ")[2]).orElseThrow()));
        }
    }

    private void movement() {
        row("Constant", new Constant(Tensor.of(Shape.of(1, 2), 1.5f, -2f)));
        row("Transpose [2, 0, 1]", new Transpose(List.of(2, 0, 1)));
        row("Transpose [1, 0] empty", new Transpose(List.of(1, 0)));
        row("Transpose [] scalar", new Transpose(List.of()));
        row("Transpose [1, 0] string", new Transpose(List.of(1, 0)));
        row("Transpose [0, 2, 1, 3] bfloat16", new Transpose(List.of(0, 2, 1, 3)));
        List.of("[5, 6]", "[-1]", "[3, -1, 1]", "[2, 15]", "[]", "[0, 4]")
                .forEach(s -> row("Reshape " + s, new Reshape()));
        List.of("[2, 3, 5]", "[0, 3]", "scalar").forEach(s -> row("BroadcastTo " + s, new BroadcastTo()));
        List.of("ShapeOf", "ShapeOf scalar", "ShapeOf empty").forEach(s -> row(s, new ShapeOf()));
        List.of("0", "1", "7").forEach(s -> row("Iota " + s, new Iota(DType.FLOAT32)));
        row("Iota int64", new Iota(DType.INT64));
        List.of(0, 1, 2).forEach(a -> row("Concat " + a, new Concat(a)));
        List.of("empty", "string").forEach(s -> row("Concat " + s, new Concat(0)));
        int end = Slice.END;
        row("Slice a", new Slice(List.of(0, 1, 0), List.of(end, 3, end), List.of(1, 1, 2)));
        row("Slice b", new Slice(List.of(-1, 0, -4), List.of(end, -1, -1), List.of(1, 1, 3)));
        row("Slice c", new Slice(List.of(0, 3, 0), List.of(end, 1, end), List.of(1, 1, 1)));
        row("Slice d", new Slice(List.of(-99), List.of(99), List.of(1)));
        row("Slice scalar", new Slice(List.of(), List.of(), List.of()));
        row("Reverse [0, 2]", new Reverse(List.of(0, 2)));
        row("Reverse []", new Reverse(List.of()));
        row("Reverse empty", new Reverse(List.of(1)));
        row("Gather 0", new Gather(0));
        row("Gather 1", new Gather(1));
        row("Gather 2 scalar", new Gather(2));
        row("Gather none", new Gather(1));
        row("Gather string", new Gather(0));
        for (Pad.Mode mode : Pad.Mode.values()) {
            row("Pad " + mode, new Pad(mode, List.of(1, 2), List.of(0, 1)));
        }
        List.of("empty", "int32")
                .forEach(s -> row("Pad CONSTANT " + s, new Pad(Pad.Mode.CONSTANT, List.of(1, 2), List.of(0, 1))));
        for (int n : List.of(0, 1, 5)) {
            row("Scan " + n + " false", new Scan(decay(), 1, 1, false));
            row("Scan " + n + " true", new Scan(decay(), 1, 1, true));
        }
        row("Sort ascending", new Sort(1, false));
        row("Sort descending", new Sort(1, true));
        row("Sort 0", new Sort(0, false));
        row("Sort int64", new Sort(0, true));
        row("Sort empty", new Sort(1, false));
    }

    /** A loop's body: c' = c/2 + x, y = c'·w. */
    private static Graph decay() {
        Builder b = new Builder();
        Value c = b.input("c", TensorType.f32(Shape.UNKNOWN, 3));
        Value x = b.input("x", TensorType.f32(2, Shape.UNKNOWN));
        Value w = b.input("w", TensorType.f32(3));
        Value next = b.plus(b.binary(Binary.Fn.MUL, c, 0.5), x);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("c", next);
        results.put("y", b.times(next, w));
        return b.graph(List.of(c, x, w), results, Map.of());
    }

    private void reductions() {
        for (Reduce.Fn fn : Reduce.Fn.values()) {
            if (fn == Reduce.Fn.ANY || fn == Reduce.Fn.ALL) {
                row("Reduce " + fn + " [1]", new Reduce(fn, List.of(1), false));
                row("Reduce " + fn + " none", new Reduce(fn, List.of(0), false));
                continue;
            }
            for (DType d : FLOATS) {
                row("Reduce " + fn + " " + d + " [1]", new Reduce(fn, List.of(1), false));
            }
            row("Reduce " + fn + " [0, 2] keep", new Reduce(fn, List.of(0, 2), true));
            row("Reduce " + fn + " all", new Reduce(fn, List.of(0, 1, 2), false));
            row("Reduce " + fn + " []", new Reduce(fn, List.of(), false));
            row("Reduce " + fn + " none", new Reduce(fn, List.of(0), false));
            row("Reduce " + fn + " NaN", new Reduce(fn, List.of(0), false));
            if (fn != Reduce.Fn.MEAN) {
                row("Reduce " + fn + " int32", new Reduce(fn, List.of(0), false));
                row("Reduce " + fn + " int64", new Reduce(fn, List.of(1), false));
                List.of("int32", "uint8", "int64")
                        .forEach(d -> row("Reduce " + fn + " none " + d, new Reduce(fn, List.of(0), false)));
            }
        }
        row("ArgReduce max 1", new ArgReduce(true, 1, DType.INT64));
        row("ArgReduce min 0", new ArgReduce(false, 0, DType.INT32));
        row("ArgReduce max 1 int64", new ArgReduce(true, 1, DType.INT64));
        row("ArgReduce max 1 empty", new ArgReduce(true, 1, DType.INT64));
        for (boolean exclusive : new boolean[] {false, true}) {
            for (boolean reverse : new boolean[] {false, true}) {
                row("CumSum " + exclusive + " " + reverse, new CumSum(1, exclusive, reverse));
            }
        }
        row("CumSum int32", new CumSum(0, false, false));
        row("CumSum empty", new CumSum(1, false, false));
        row("CumSum float64", new CumSum(0, false, false));
    }

    private void products() {
        for (boolean a : new boolean[] {false, true}) {
            for (boolean b : new boolean[] {false, true}) {
                row("MatMul " + a + " " + b, new MatMul(a, b));
            }
        }
        floats("MatMul", new MatMul(false, false));
        List.of("int32", "batch", "shared", "no rows", "no terms")
                .forEach(s -> row("MatMul " + s, new MatMul(false, false)));

        List<Integer> size = List.of(3, 2);
        List<Integer> ones = List.of(1, 1);
        List<Integer> image = List.of(5, 4);
        row("Conv valid", new Conv(Window.valid(size, ones, ones), ones, 1));
        row("Conv no batch", new Conv(Window.valid(size, ones, ones), ones, 1));
        row("Conv groups", new Conv(Window.valid(size, ones, ones), ones, 2));
        row("Conv same", new Conv(Window.same(size, ones, ones, image), ones, 1));
        row("Conv same stride", new Conv(Window.same(size, List.of(2, 3), ones, image), ones, 1));
        row("Conv dilated", new Conv(Window.same(size, ones, List.of(2, 1), image), ones, 1));
        row("Conv depthwise", new Conv(Window.same(size, List.of(2, 2), ones, image), ones, 4));
        row("Conv 1d", new Conv(Window.valid(List.of(3), List.of(1), List.of(3)), List.of(1), 1));
        List<Integer> ones3 = List.of(1, 1, 1);
        row("Conv 3d", new Conv(Window.same(List.of(2, 2, 3), ones3, ones3, List.of(3, 2, 4)), ones3, 1));
        for (DType d : FLOATS.subList(1, 4)) {
            row("Conv " + d, new Conv(Window.same(List.of(2, 2), ones, ones, List.of(3, 3)), ones, 1));
        }
        List<Integer> twos = List.of(2, 2);
        row("Conv transposed", new Conv(new Window(List.of(3, 3), ones, ones, twos, twos), twos, 1));

        for (Pool.Fn fn : Pool.Fn.values()) {
            row("Pool " + fn + " valid", new Pool(fn, Window.valid(List.of(2, 3), List.of(2, 1), ones)));
            row("Pool " + fn + " no batch", new Pool(fn, Window.valid(List.of(2, 3), List.of(2, 1), ones)));
            row("Pool " + fn + " same", new Pool(fn, Window.same(List.of(3, 2), twos, ones, image)));
            row("Pool " + fn + " 1d", new Pool(fn, Window.same(List.of(3), List.of(1), List.of(1), List.of(11))));
            row("Pool " + fn + " 3d", new Pool(fn, Window.same(List.of(2, 2, 2), ones3, ones3, List.of(3, 2, 4))));
            for (DType d : FLOATS.subList(1, 4)) {
                row("Pool " + fn + " " + d, new Pool(fn, Window.same(twos, ones, ones, List.of(3, 3))));
            }
        }
    }

    private void gradients() {
        List<Integer> ones = List.of(1, 1);
        List<Integer> image = List.of(5, 4);
        Map<String, Window> windows = Map.of(
                "valid", Window.valid(List.of(2, 3), List.of(2, 1), ones),
                "same", Window.same(List.of(3, 2), List.of(2, 2), ones, image),
                "1d", Window.same(List.of(3), List.of(1), List.of(1), List.of(11)),
                "3d", Window.same(List.of(2, 2, 2), List.of(1, 1, 1), List.of(1, 1, 1), List.of(3, 2, 4)),
                "ties", Window.same(List.of(2, 3), List.of(1, 2), ones, List.of(5, 6)),
                "no batch", Window.valid(List.of(2, 3), List.of(2, 1), ones));
        windows.forEach((name, window) -> {
            row("MaxPoolGradient " + name, new MaxPoolGradient(window));
            row("AvgPoolGradient " + name, new AvgPoolGradient(window));
        });
        row("MaxPoolGather valid", new MaxPoolGather(windows.get("valid")));
        List<Integer> size = List.of(3, 2);
        List<Integer> ones3 = List.of(1, 1, 1);
        Map<String, Conv> convs = Map.of(
                "valid", new Conv(Window.valid(size, ones, ones), ones, 1),
                "same stride", new Conv(Window.same(size, List.of(2, 3), ones, image), ones, 1),
                "1d", new Conv(Window.valid(List.of(3), List.of(1), List.of(1)), List.of(1), 1),
                "3d", new Conv(Window.same(List.of(2, 2, 3), ones3, ones3, List.of(3, 2, 4)), ones3, 1),
                "groups", new Conv(Window.valid(size, ones, ones), ones, 2),
                "no batch", new Conv(Window.valid(size, ones, ones), ones, 1));
        convs.forEach((name, conv) -> row("ConvFilterGradient " + name, new ConvFilterGradient(conv)));
        List.of("[3, 1]", "[]", "[5, 1, 4]").forEach(s -> row("SumTo " + s, new SumTo()));
        row("ScatterAdd 0", new ScatterAdd(0));
        row("ScatterAdd 1", new ScatterAdd(1));
        row("ScatterAdd 2 scalar", new ScatterAdd(2));
        row("ScatterAdd none", new ScatterAdd(1));
    }

    /** What TensorFlow's graphs need: of tensorflow.txt. */
    private void tensorflow() {
        for (String dtype : List.of("float32", "int32")) {
            row("DynamicSlice " + dtype + " 1", new DynamicSlice(List.of(1, 1)));
            row("DynamicSlice " + dtype + " 2", new DynamicSlice(List.of(2, 3)));
        }
        row("DynamicSlice none", new DynamicSlice(List.of(1, 1)));
        List.of("float32", "int32", "bool", "none").forEach(d -> row("NonZero " + d, new NonZero()));
        for (Scatter.Fn fn : List.of(Scatter.Fn.SET, Scatter.Fn.ADD, Scatter.Fn.MAX, Scatter.Fn.MIN)) {
            row("Scatter " + fn + " float32", new Scatter(fn));
            row("Scatter " + fn + " int64", new Scatter(fn));
        }
        row("Scatter SET none", new Scatter(Scatter.Fn.SET));
        List.of(0, 1, 2, 7, -1).forEach(i -> row("Branch " + i, branches()));
        List.of(0, 1, 5).forEach(n -> row("While " + n, power()));
        row("DecodeWav 1", new DecodeWav(-1, -1));
        row("DecodeWav 2", new DecodeWav(-1, -1));
        row("DecodeWav cut", new DecodeWav(1, 7));
        row("DecodeWav more", new DecodeWav(2, 9));
        row("Mfcc defaults", new Mfcc(4000, 20, 40, 13));
        row("Mfcc narrow", new Mfcc(3000, 100, 10, 5));
    }

    /** x·y, or sin(z)·z, or 2·v. */
    private static Branch branches() {
        TensorType t = TensorType.f32(Shape.UNKNOWN, 3);
        Builder a = new Builder();
        List<Value> xy = List.of(a.input("x", t), a.input("y", t));
        Builder b = new Builder();
        Value z = b.input("z", t);
        Builder c = new Builder();
        Value v = c.input("v", t);
        return new Branch(List.of(
                a.graph(xy, Map.of("r", a.times(xy.get(0), xy.get(1))), Map.of()),
                b.graph(List.of(z), Map.of("r", b.times(b.unary(Unary.Fn.SIN, z), z)), Map.of()),
                c.graph(List.of(v), Map.of("r", c.binary(Binary.Fn.MUL, v, 2)), Map.of())));
    }

    /** x = x·w + sin(x) while i &lt; n. */
    private static While power() {
        TensorType count = TensorType.of(DType.INT32);
        TensorType t = TensorType.f32(Shape.UNKNOWN, 3);
        Builder c = new Builder();
        List<Value> test = List.of(c.input("i", count), c.input("x", t), c.input("n", count));
        Graph condition = c.graph(test, Map.of("r", c.compare(Compare.Fn.LT, test.get(0), test.get(2))), Map.of());
        Builder b = new Builder();
        List<Value> in = List.of(b.input("i", count), b.input("x", t), b.input("w", TensorType.f32(3)));
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("i", b.binary(Binary.Fn.ADD, in.get(0), 1));
        results.put("x", b.plus(b.times(in.get(1), in.get(2)), b.unary(Unary.Fn.SIN, in.get(1))));
        return new While(condition, b.graph(in, results, Map.of()), 2);
    }

    private void activation(String name, Op op) {
        floats(name, op);
        row(name + " special", op);
        row(name + " empty", op);
    }

    private void activations() {
        activation("Linear", new Linear());
        activation("Relu6", new Relu6());
        activation("LeakyRelu 0.2", new LeakyRelu(0.2));
        activation("LeakyRelu 1.5", new LeakyRelu(1.5));
        activation("ClippedRelu null 0 0", new ClippedRelu(null, 0, 0));
        activation("ClippedRelu 6 0 0", new ClippedRelu(6.0, 0, 0));
        activation("ClippedRelu 2 0 0.5", new ClippedRelu(2.0, 0, 0.5));
        activation("ClippedRelu null 0.25 0", new ClippedRelu(null, 0.25, 0));
        activation("ClippedRelu 2 0.25 0", new ClippedRelu(2.0, 0.25, 0));
        activation("ClippedRelu 6 0.25 0", new ClippedRelu(6.0, 0.25, 0));
        activation("ClippedRelu 2 0.25 1", new ClippedRelu(2.0, 0.25, 1));
        activation("ClippedRelu null 0.25 1", new ClippedRelu(null, 0.25, 1));
        activation("Elu 1", new Elu(1));
        activation("Elu 0.5", new Elu(0.5));
        activation("Selu", new Selu());
        activation("Celu 1", new Celu(1));
        activation("Celu 2", new Celu(2));
        activation("Silu", new Silu());
        activation("Gelu false", new Gelu(false));
        activation("Gelu true", new Gelu(true));
        activation("Softsign", new Softsign());
        activation("HardSigmoid KERAS2", HardSigmoid.KERAS2);
        activation("HardSigmoid KERAS3", HardSigmoid.KERAS3);
        activation("HardSilu", new HardSilu());
        activation("HardTanh", new HardTanh());
        activation("Mish", new Mish());
        activation("LogSigmoid", new LogSigmoid());
        activation("TanhShrink", new TanhShrink());
        activation("SoftShrink 0.5", new SoftShrink(0.5));
        activation("HardShrink 0.5", new HardShrink(0.5));
        activation("Squareplus 4", new Squareplus(4));
        activation("Squareplus 1", new Squareplus(1));
        activation("SparsePlus", new SparsePlus());
        activation("SparseSigmoid", new SparseSigmoid());
        activation("Threshold 0.5 -1", new Threshold(0.5, -1));
        row("ErfInv", new ErfInv());
        floats("Softmax [-1]", new Softmax(List.of(-1)));
        floats("LogSoftmax [-1]", new LogSoftmax(List.of(-1)));
        for (List<Integer> axes : List.of(List.of(1), List.of(-1, 1))) {
            row("Softmax " + axes, new Softmax(axes));
            row("LogSoftmax " + axes, new LogSoftmax(axes));
        }
        for (String s : List.of("large", "empty")) {
            row("Softmax " + s, new Softmax(List.of(-1)));
            row("LogSoftmax " + s, new LogSoftmax(List.of(-1)));
        }
        floats("Sparsemax -1", new Sparsemax(-1));
        row("Sparsemax 1", new Sparsemax(1));
        row("Sparsemax one", new Sparsemax(-1));
        floats("Glu -1", new Glu(-1));
        row("Glu 1", new Glu(1));
    }

    private void layers() {
        List<Integer> last = List.of(-1);
        row("LayerNorm [-1] scale center", new LayerNorm(last, 1e-3, true, true, false));
        row("LayerNorm [-1] scale", new LayerNorm(last, 1e-3, true, false, false));
        row("LayerNorm [-1] center", new LayerNorm(last, 1e-3, false, true, false));
        row("LayerNorm [-1] none", new LayerNorm(last, 1e-3, false, false, false));
        for (List<Integer> axes : List.of(List.of(1, 2), List.of(0, 1), List.of(1))) {
            row("LayerNorm " + axes, new LayerNorm(axes, 1e-3, true, true, false));
        }
        FLOATS.subList(1, 4).forEach(d -> row("LayerNorm " + d, new LayerNorm(last, 1e-3, true, true, false)));
        row("LayerNorm rms", new LayerNorm(last, 1e-3, true, false, true));
        row("RmsNorm [-1]", new RmsNorm(last, 1e-6, true));
        row("RmsNorm [1, 2]", new RmsNorm(List.of(1, 2), 1e-6, true));
        row("RmsNorm none", new RmsNorm(last, 1e-6, false));
        row("RmsNorm float16", new RmsNorm(last, 1e-6, true));
        row("BatchNorm -1", new BatchNorm(-1, 1e-3));
        row("BatchNorm 1", new BatchNorm(1, 1e-3));
        List.of("float64", "float16", "no batch").forEach(s -> row("BatchNorm " + s, new BatchNorm(-1, 1e-3)));
    }

    private interface Cell {
        Op op(boolean reverse, boolean masked, boolean zero);
    }

    private void recurrent() {
        Op relu = new Unary(Unary.Fn.RELU);
        Op softmax = new Softmax(List.of(-1));
        cells(
                "Lstm",
                Map.of(
                        "tanh sigmoid", (r, m, z) -> new Lstm(TANH, SIGMOID, r, m, z),
                        "relu hard", (r, m, z) -> new Lstm(relu, HardSigmoid.KERAS3, r, m, z),
                        "softmax linear", (r, m, z) -> new Lstm(softmax, new Linear(), r, m, z)));
        cells(
                "Gru",
                Map.of(
                        "after", (r, m, z) -> new Gru(TANH, SIGMOID, true, r, m, z),
                        "before", (r, m, z) -> new Gru(TANH, SIGMOID, false, r, m, z),
                        "softmax", (r, m, z) -> new Gru(TANH, softmax, true, r, m, z)));
        cells(
                "SimpleRnn",
                Map.of(
                        "tanh", (r, m, z) -> new SimpleRnn(TANH, r, m, z),
                        "selu", (r, m, z) -> new SimpleRnn(new Selu(), r, m, z)));
        for (String s : List.of("one step", "float64")) {
            row("Lstm " + s, new Lstm(TANH, SIGMOID, false, false, false));
            row("Gru " + s, new Gru(TANH, SIGMOID, true, false, false, false));
            row("SimpleRnn " + s, new SimpleRnn(TANH, false, false, false));
        }
    }

    private void cells(String name, Map<String, Cell> variants) {
        variants.forEach((variant, cell) -> {
            for (boolean reverse : new boolean[] {false, true}) {
                String row = name + " " + variant + (reverse ? " reverse" : " forward");
                row(row, cell.op(reverse, false, false));
                row(row + " masked", cell.op(reverse, true, false));
                row(row + " masked zero", cell.op(reverse, true, true));
            }
        });
    }

    private void images() {
        for (Sampling method : Sampling.values()) {
            for (int[] s : new int[][] {{6, 10}, {7, 4}, {2, 3}, {1, 1}, {3, 4}, {5, 11}}) {
                row("Resize " + method + " " + s[0] + " " + s[1], new Resize(method, s[0], s[1]));
            }
            row("UpSample " + method + " 2 2", new UpSample(method, 2, 2));
            row("UpSample " + method + " 3 1", new UpSample(method, 3, 1));
        }
        row("Resize BILINEAR float16", new Resize(Sampling.BILINEAR, 5, 7));
        row("Resize NEAREST int32", new Resize(Sampling.NEAREST, 5, 2));
        row("UpSample NEAREST float64", new UpSample(Sampling.NEAREST, 2, 3));
    }

    private void strings() {
        for (long buckets : new long[] {1, 7, 1L << 40}) {
            row("HashBucket " + buckets, new HashBucket(buckets, List.of()));
            row("HashBucket " + buckets + " 133 -5", new HashBucket(buckets, List.of(133L, -5L)));
        }
        row("HashCross 9", new HashCross(9, HashCross.DEFAULT_KEY));
        row("HashCross 0", new HashCross(0, HashCross.DEFAULT_KEY));
        List.of("int64", "uint8", "bool").forEach(s -> row("AsString " + s, new AsString()));
        for (boolean upper : new boolean[] {false, true}) {
            row("StringCase " + upper + " false", new StringCase(upper, false));
            row("StringCase " + upper + " true", new StringCase(upper, true));
        }
        row(
                "RegexReplace punctuation",
                new RegexReplace("[!\"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\']", "", true));
        row("RegexReplace groups", new RegexReplace("(\\w)(\\w)", "\\2\\\\\\1$1", true));
        row("RegexReplace empty", new RegexReplace("[bq]*", "-", true));
        row("RegexReplace class", new RegexReplace("[[:space:][]+|[]&&x]", "_", true));
        row("RegexReplace first", new RegexReplace("[a-z]+$", "<\\0>", false));
        row("StringSplit words", new StringSplit("", -1));
        row("StringSplit words 1", new StringSplit("", 1));
        row("StringSplit comma", new StringSplit(", ", -1));
        row("StringSplit e 1", new StringSplit("e", 1));
        rows.add(new Row(
                "Checked 0",
                new Checked(0, "numbers"),
                List.of(Tensor.of(Shape.of(2), new long[] {0, 7})),
                List.of(Tensor.of(Shape.of(2), new long[] {0, 7})),
                -1));
        for (List<Integer> widths : List.of(List.of(1, 2), List.of(3), List.of(2, 1, 5))) {
            row("NGrams " + widths, new NGrams(" ", widths));
        }
    }

    private void training() {
        for (String s : List.of("1 float32", "1 float64", "1 float16", "inner", "large")) {
            row("SoftmaxCrossEntropy " + s, new SoftmaxCrossEntropy(1));
        }
    }

    private void further() {
        List<String> kinds =
                List.of("RandomKey", "RandomGamma", "Random", "Eigh", "Svd", "ProjectiveTransform", "Bitcast");
        for (String name : values.keySet().stream()
                .filter(s -> kinds.contains(s.split(" ")[0]))
                .toList()) {
            String[] words = name.split(" ");
            Op op = switch (words[0]) {
                case "Eigh" -> new Eigh();
                case "Svd" -> new Svd(Boolean.parseBoolean(words[1]));
                case "ProjectiveTransform" ->
                    new ProjectiveTransform(
                            Boolean.parseBoolean(words[1]), ProjectiveTransform.Beyond.valueOf(words[2]));
                case "Bitcast" -> new Bitcast(DType.ofKeras(words[2]).orElseThrow());
                case "RandomKey" -> new RandomKey();
                case "RandomGamma" -> new RandomGamma();
                default ->
                    new Random(
                            Random.Distribution.valueOf(words[1]),
                            values.get(name).results().get(0).dtype());
            };
            row(name, op);
        }
    }

    private void tables() {
        for (boolean right : new boolean[] {false, true}) {
            row("SearchSorted " + right + " float32", new SearchSorted(right, DType.INT32));
            row("SearchSorted " + right + " int64", new SearchSorted(right, DType.INT32));
            row("BinCount 4 " + right, new BinCount(4, right, DType.INT64));
        }
        row("BinCount 8 weights", new BinCount(8, false, DType.FLOAT32));
        row(
                "Lookup string",
                new Lookup(new Table(
                        Tensor.of(Shape.of(3), "a", "b c", ""), Tensor.of(Shape.of(3), new long[] {5, 6, 7}))));
        row(
                "Lookup int64",
                new Lookup(new Table(
                        Tensor.of(Shape.of(2), new long[] {3, -1}), Tensor.of(Shape.of(2), "three", "less"))));
        for (int length : new int[] {-1, 0, 3, 6}) {
            row("RaggedToDense " + length, new RaggedToDense(length));
        }
        for (Sampling method : Sampling.values()) {
            row("Resize " + method + " antialias 2 3", new Resize(method, 2, 3, true));
            row("Resize " + method + " antialias 5 2", new Resize(method, 5, 2, true));
        }
    }

    /** Ops that TensorFlow does not have. */
    private void ours() {
        Tensor before = Tensor.of(Shape.of(2), 1, 2);
        Tensor now = Tensor.of(Shape.of(2), -3, 5);
        rows.add(new Row("Substitute", new Substitute(), List.of(before, now), List.of(now), -1));
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(Shape.UNKNOWN, 2));
        Value y = b.input("y", TensorType.f32(2));
        Graph body = b.graph(List.of(x, y), Map.of("z", b.unary(Unary.Fn.RELU, b.plus(x, y))), Map.of());
        rows.add(new Row(
                "Fused ADD RELU",
                new Fused(body),
                List.of(Tensor.of(Shape.of(2, 2), 1, -2, 3, 4), Tensor.of(Shape.of(2), 1, -5)),
                List.of(Tensor.of(Shape.of(2, 2), 2, 0, 4, 0)),
                -1));
        Tensor same = Tensor.of(Shape.of(3), 1, -2, Float.NaN);
        Builder own = new Builder();
        Value dy = own.input("dy", TensorType.f32(2));
        Value factor = own.input("factor", TensorType.f32(2));
        Graph backward = own.graph(List.of(dy, factor), Map.of("dx", own.times(dy, factor)), Map.of());
        rows.add(new Row(
                "CustomGradient",
                new CustomGradient(backward, 1, 1, List.of(0)),
                List.of(now, before, before),
                List.of(now),
                -1));
        rows.add(new Row("NoGradient", new NoGradient("a gradient"), List.of(same), List.of(same), -1));
        Tensor holds = Tensor.zeros(new TensorType(DType.BOOL, Shape.SCALAR));
        holds.setLong(0, 1);
        rows.add(new Row("Ensured", new Ensured("more"), List.of(before, holds), List.of(before), -1));
        rows.add(new Row("StopGradient", new StopGradient(), List.of(same), List.of(same), -1));
    }
}
