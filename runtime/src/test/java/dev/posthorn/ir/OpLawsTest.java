package dev.posthorn.ir;

import static dev.posthorn.ir.TensorAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.OpRows.Row;
import dev.posthorn.ir.fn.Attention;
import dev.posthorn.ir.fn.RaggedToDense;
import dev.posthorn.ir.op.BeamSearch;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.DecodeWav;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.NonZero;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.Unique;
import dev.posthorn.ir.op.Variable;
import dev.posthorn.model.ShapeException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every op: the rows are in {@link OpRows}, their values come from TensorFlow and Keras. */
class OpLawsTest {
    /** Leaves; and what a pass makes of ops that have rows, which AttentionTest and FuseAttentionTest hold to them. */
    private static final Set<String> WITHOUT_ROWS =
            Set.of(Input.class.getSimpleName(), Variable.class.getSimpleName(), Attention.class.getSimpleName());

    /** The values of the operands decide the shapes of these ops' results. */
    private static final Set<Class<?>> DATA_SHAPED = Set.of(
            BeamSearch.class,
            StringSplit.class,
            NGrams.class,
            RaggedToDense.class,
            NonZero.class,
            DecodeWav.class,
            Unique.class);

    private static final List<Row> ROWS = OpRows.all();

    static List<Row> rows() {
        return ROWS;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void resultIsThatOfTensorFlow(Row row) {
        List<Tensor> results =
                run(row, row.operands().stream().map(Tensor::type).toList());
        assertEquals(row.results().size(), results.size());
        for (int i = 0; i < results.size(); i++) {
            assertThat(results.get(i), row + ", result " + i)
                    .isCloseTo(row.results().get(i), row.tolerance(i));
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void typeIsThatOfTheResult(Row row) {
        Builder b = new Builder();
        List<TensorType> types = apply(
                        row, b, row.operands().stream().map(Tensor::type).toList())
                .stream()
                .map(Value::type)
                .toList();
        List<TensorType> expected = row.results().stream().map(Tensor::type).toList();
        if (DATA_SHAPED.contains(row.op().getClass())) {
            assertEquals(expected.size(), types.size());
            for (int i = 0; i < types.size(); i++) {
                assertEquals(expected.get(i).dtype(), types.get(i).dtype());
                assertTrue(types.get(i).shape().accepts(expected.get(i).shape()), types::toString);
            }
        } else {
            assertEquals(expected, types);
        }
    }

    /** Where an op can be typed with a dimension unknown, the type fits the result, and the graph gives that result. */
    @ParameterizedTest
    @MethodSource("rows")
    void dimensionsMayBeUnknown(Row row) {
        List<TensorType> known = row.operands().stream().map(Tensor::type).toList();
        List<Tensor> expected = run(row, known);
        for (int i = 0; i < known.size(); i++) {
            for (int axis = 0; axis < known.get(i).shape().rank(); axis++) {
                List<TensorType> types = new ArrayList<>(known);
                types.set(i, known.get(i).withShape(known.get(i).shape().with(axis, Shape.UNKNOWN)));
                check(row, types, expected, i == 0 && axis == 0 && mayLackBatch(row));
            }
        }
        check(row, known.stream().map(OpLawsTest::allUnknown).toList(), expected, false);
        check(row, known.stream().map(t -> t.withShape(Shape.UNRANKED)).toList(), expected, false);
    }

    private static TensorType allUnknown(TensorType t) {
        return t.withShape(Shape.of(
                IntStream.range(0, t.shape().rank()).map(a -> Shape.UNKNOWN).toArray()));
    }

    /** A shape operand has to have a known length; so has what a Scan's body was built for. */
    private static boolean mayLackBatch(Row row) {
        return row.shapeOperand() != 0;
    }

    private static void check(Row row, List<TensorType> types, List<Tensor> expected, boolean required) {
        Optional<List<Value>> out = typed(row, types, required);
        for (int i = 0; out.isPresent() && i < expected.size(); i++) {
            TensorType t = out.get().get(i).type();
            assertEquals(expected.get(i).dtype(), t.dtype());
            assertTrue(
                    t.shape().accepts(expected.get(i).shape()),
                    () -> "expected a type that " + expected + " fits but was " + t + " for " + types);
        }
        if (out.isPresent()) {
            assertEquals(expected, run(row, types), () -> "for " + types);
        }
    }

    private static Optional<List<Value>> typed(Row row, List<TensorType> types, boolean required) {
        try {
            return Optional.of(apply(row, new Builder(), types));
        } catch (ShapeException e) {
            assertTrue(
                    !required
                            && e.getMessage().contains("expected")
                            && e.getMessage().contains("but was"),
                    e::getMessage);
            return Optional.empty();
        }
    }

    /** Constants fold to the result that a run gives, for composites through their expansion. */
    @ParameterizedTest
    @MethodSource("rows")
    void constantsFold(Row row) {
        Builder b = new Builder(List.of(Rewriter.expandUnless(op -> false)));
        List<Value> in = row.operands().stream().map(b::constant).toList();
        List<Value> out = b.addAll(row.op(), in);
        List<Tensor> expected =
                run(row, row.operands().stream().map(Tensor::type).toList());
        for (int i = 0;
                i < out.size()
                        && !(row.op() instanceof Op.Primitive
                                && DATA_SHAPED.contains(row.op().getClass()));
                i++) {
            assertTrue(
                    out.get(i).node().op() instanceof Constant,
                    "expected a constant but was " + out.get(i).node());
            assertEquals(expected.get(i), ((Constant) out.get(i).node().op()).value());
        }
    }

    @Test
    void everyOpHasRows() throws Exception {
        Set<String> expected = new TreeSet<>();
        URI classes =
                Op.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        for (String room : List.of("op", "fn")) {
            try (Stream<Path> files =
                    Files.list(Path.of(classes).resolve("dev/posthorn/ir").resolve(room))) {
                for (String file : files.map(f -> f.getFileName().toString())
                        .filter(f -> f.endsWith(".class"))
                        .toList()) {
                    Class<?> c = Class.forName("dev.posthorn.ir." + room + "." + file.replace(".class", ""));
                    if (Op.class.isAssignableFrom(c) && c.isRecord() && !WITHOUT_ROWS.contains(c.getSimpleName())) {
                        expected.add(c.getSimpleName());
                    }
                }
            }
        }
        Set<String> actual =
                ROWS.stream().map(r -> r.op().getClass().getSimpleName()).collect(Collectors.toSet());
        assertEquals(expected, new TreeSet<>(actual), "every op needs rows in OpRows");
        assertTrue(expected.size() > 50, () -> "found only " + expected);
    }

    private static List<Value> apply(Row row, Builder b, List<TensorType> types) {
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            in.add(i == row.shapeOperand() ? b.constant(row.operands().get(i)) : b.input("x" + i, types.get(i)));
        }
        return b.addAll(row.op(), in);
    }

    /** Runs the op, alone in a graph whose inputs are declared with these types. */
    private static List<Tensor> run(Row row, List<TensorType> types) {
        Builder b = new Builder();
        List<Value> out = apply(row, b, types);
        Map<String, Value> outputs = new LinkedHashMap<>();
        out.forEach(v -> outputs.put("y" + outputs.size(), v));
        List<Value> in = new ArrayList<>();
        List<Tensor> arguments = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            if (i != row.shapeOperand()) {
                in.add(b.input("x" + i, types.get(i)));
                arguments.add(row.operands().get(i));
            }
        }
        Graph g = b.graph(in, outputs, Map.of());
        Function<String, Tensor> none = key -> null;
        return List.copyOf(Evaluation.of(g).run(arguments, none).outputs().values());
    }
}
