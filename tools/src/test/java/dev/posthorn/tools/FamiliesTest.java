package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.verify.Cases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The laws of ops, of those that stand in families of their own: texts, sparse and ragged tensors, pictures, tables, examples.
 * Their values are those of the committed cases of single operations, which {@link ConformanceTest} compares with TensorFlow.
 */
class FamiliesTest {
    private static final List<String> FAMILIES = List.of("example", "image", "sparse", "table", "text");
    private static final Path OPS = Path.of("..", "runtime", "src", "main", "java", "dev", "posthorn", "ir", "op");

    /** Ops of tables that are state, which no single operation has: SavedModels hold them. */
    private static final Set<String> ELSEWHERE = Set.of("table.FindRows", "table.PutRows", "table.TakeRows");

    /** One use of an op in a case. */
    private record Row(String where, Op.Primitive op, List<Value> in, List<Tensor> operands, List<Tensor> results) {}

    @TempDir
    private static Path folder;

    private static final List<Row> ROWS = new ArrayList<>();

    @BeforeAll
    static void collect() throws IOException {
        collect("rawops_data", "");
        collect("rawops_math", "draws"); // of pictures, too
    }

    private static void collect(String archive, String kind) throws IOException {
        Path to = folder.toAbsolutePath().resolve(archive);
        Cases.unpack(Cli.TESTDATA.resolve("cases").resolve(archive + ".zip"), to);
        List<Path> cases;
        try (Stream<Path> files = Files.walk(to.resolve("rawops").resolve(kind))) {
            cases = files.filter(f -> f.endsWith("frozen_graph.pb")).sorted().toList();
        }
        for (Path graph : cases) {
            collect(graph);
        }
    }

    private static void collect(Path file) throws IOException {
        Map<String, Tensor> arrays = Npz.read(file.resolveSibling("expected.npz"));
        try (Model model = Model.load(file)) {
            for (Signature s : model.program().signatures()) {
                collect(file, model, s, arrays);
            }
        }
    }

    private static void collect(Path file, Model model, Signature signature, Map<String, Tensor> arrays) {
        List<Tensor> in = new ArrayList<>();
        for (Port port : signature.inputs()) {
            Tensor t = arrays.get(signature.name() + ".b0.in." + port.name());
            if (t == null) {
                return; // a case without inputs is folded when it is read
            }
            in.add(t.dtype() == port.type().dtype() ? t : t.cast(port.type().dtype()));
        }
        Graph g = model.program()
                .lower(signature.name(), in.stream().map(Tensor::type).toList(), Mode.INFERENCE);
        Map<String, Value> all = new LinkedHashMap<>();
        for (Node n : g.nodes()) {
            n.values().forEach(v -> all.put(v.toString(), v));
        }
        Map<String, Tensor> values = Evaluation.of(new Graph(g.nodes(), g.inputs(), all, Map.of()))
                .run(in, key -> model.variables().get(key))
                .outputs();
        for (Node n : g.nodes()) {
            if (n.op() instanceof Op.Primitive op && FAMILIES.contains(family(op.getClass()))) {
                ROWS.add(new Row(
                        folder.relativize(file) + " " + n.name(),
                        op,
                        n.inputs(),
                        n.inputs().stream().map(v -> values.get(v.toString())).toList(),
                        n.values().stream().map(v -> values.get(v.toString())).toList()));
            }
        }
    }

    private static String family(Class<?> op) {
        String name = op.getPackageName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Every op of these families is in a case. */
    @Test
    void eachHasACase() throws IOException, ClassNotFoundException {
        Set<String> without = new TreeSet<>();
        for (String family : FAMILIES) {
            try (Stream<Path> files = Files.list(OPS.resolve(family))) {
                for (String name : files.map(f -> f.getFileName().toString().replace(".java", ""))
                        .filter(n -> !n.contains("-"))
                        .toList()) {
                    Class<?> type = Class.forName("dev.posthorn.ir.op." + family + "." + name);
                    if (Op.class.isAssignableFrom(type)) {
                        without.add(family + "." + name);
                    }
                }
            }
        }
        ROWS.forEach(r ->
                without.remove(family(r.op.getClass()) + "." + r.op.getClass().getSimpleName()));
        assertEquals(ELSEWHERE, without);
    }

    /** The type that is inferred is one that the result has, also where a dimension, or all, of what goes in are not known. */
    @Test
    void typesFitTheResults() {
        for (Row row : ROWS) {
            List<TensorType> types = row.operands.stream().map(Tensor::type).toList();
            assertTrue(fits(row, types), row.where);
            for (int i = 0; i < types.size(); i++) {
                Shape shape = types.get(i).shape();
                for (int axis = 0; axis < shape.rank(); axis++) {
                    List<TensorType> some = new ArrayList<>(types);
                    some.set(i, types.get(i).withShape(shape.with(axis, Shape.UNKNOWN)));
                    fits(row, some);
                }
            }
            fits(row, types.stream().map(t -> t.withShape(Shape.UNRANKED)).toList());
        }
    }

    /** Whether it can be typed so; then its type must be one of its results. */
    private static boolean fits(Row row, List<TensorType> types) {
        Builder b = new Builder();
        List<Value> out;
        try {
            List<Value> in = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                boolean constant = row.in.get(i).node().op() instanceof Constant;
                in.add(constant ? b.constant(row.operands.get(i)) : b.input("in" + i, types.get(i)));
            }
            out = b.addAll(row.op, in);
        } catch (ShapeException | UnsupportedModelException | ModelFormatException e) {
            assertTrue(e.getMessage().contains("expected"), () -> row.where + ": " + e.getMessage());
            return false;
        }
        assertEquals(row.results.size(), out.size(), row.where);
        for (int i = 0; i < out.size(); i++) {
            TensorType was = row.results.get(i).type();
            TensorType inferred = out.get(i).type();
            assertEquals(was.dtype(), inferred.dtype(), row.where);
            assertTrue(inferred.shape().accepts(was.shape()), () -> row.where + ": " + inferred + " for " + was);
        }
        return true;
    }

    /** Equal operands give equal results, and are not written to. */
    @Test
    void theSameAgain() {
        for (Row row : ROWS) {
            List<Tensor> before = row.operands.stream().map(FamiliesTest::copy).toList();
            List<Tensor> again = Evaluation.eval(row.op, row.operands, row.where);
            assertEquals(row.results, again, row.where);
            assertEquals(before, row.operands, row.where);
        }
    }

    private static Tensor copy(Tensor t) {
        if (t.dtype() == DType.STRING) {
            byte[][] all = Stream.of(t.byteStrings()).map(byte[]::clone).toArray(byte[][]::new);
            return Tensor.of(DType.STRING, t.shape(), all);
        }
        Tensor c = Tensor.zeros(t.type());
        System.arraycopy(t.data(), 0, c.data(), 0, java.lang.reflect.Array.getLength(t.data()));
        return c;
    }

    @Test
    void thereAreRowsOfEveryFamily() {
        assertEquals(
                Set.copyOf(FAMILIES),
                ROWS.stream().map(r -> family(r.op.getClass())).collect(Collectors.toSet()));
    }
}
