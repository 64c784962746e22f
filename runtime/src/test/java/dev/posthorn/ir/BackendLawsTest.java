package dev.posthorn.ir;

import static dev.posthorn.ir.TensorAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.OpRows.Row;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every backend: each row of {@link OpRows} gives the result of TensorFlow. */
class BackendLawsTest {
    private static final List<Backend> BACKENDS = ServiceLoader.load(Backend.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    private static final List<Row> ROWS = OpRows.all();

    static Stream<Arguments> rows() {
        return BACKENDS.stream().flatMap(b -> ROWS.stream().map(r -> Arguments.of(b.name(), r, b)));
    }

    @Test
    void thereIsAFastOne() {
        assertEquals(
                List.of("java", "reference"),
                BACKENDS.stream().map(Backend::name).sorted().toList());
    }

    /** Operands come with the call. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rows")
    void ofInputs(String name, Row row, Backend backend) {
        check(row, backend, row.operands().size());
    }

    /** All operands but the first are variables, which a backend may pack or fold when it prepares the graph. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rows")
    void ofVariables(String name, Row row, Backend backend) {
        check(row, backend, 1);
    }

    /** Variables that change, by the graph or by others, are read in each run; the rest stay as they were. */
    @ParameterizedTest
    @MethodSource("backends")
    void variablesThatChangeAreReadAnew(Backend backend) {
        Builder b = new Builder();
        TensorType type = TensorType.of(DType.FLOAT32, 1);
        Value kept = b.variable("kept", type);
        Value changing = b.variable("changing", type);
        Value updated = b.variable("updated", type);
        Graph graph = b.graph(
                List.of(),
                Map.of("y", b.plus(b.plus(kept, changing), updated)),
                Map.of("updated", b.times(updated, updated)));
        Backend.Executable e = backend.compile(graph, snapshot(1, 20, 300), Set.of("changing", "of another graph"));
        assertEquals(321, e.run(List.of(), snapshot(1, 20, 300)).get(0).getDouble(0));
        assertEquals(761, e.run(List.of(), snapshot(5, 60, 700)).get(0).getDouble(0));
    }

    static List<Backend> backends() {
        return BACKENDS;
    }

    private static Variables.Snapshot snapshot(float kept, float changing, float updated) {
        Map<String, Tensor> values = new HashMap<>();
        values.put("kept", Tensor.of(Shape.of(1), kept));
        values.put("changing", Tensor.of(Shape.of(1), changing));
        values.put("updated", Tensor.of(Shape.of(1), updated));
        return new Variables.Snapshot(0, values);
    }

    private static void check(Row row, Backend backend, int inputs) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        List<Value> arguments = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        Map<String, Tensor> variables = new HashMap<>();
        for (int i = 0; i < row.operands().size(); i++) {
            Tensor t = row.operands().get(i);
            if (i == row.shapeOperand()) {
                in.add(b.constant(t));
            } else if (i < inputs) {
                in.add(b.input("x" + i, t.type()));
                arguments.add(in.get(i));
                values.add(t);
            } else {
                in.add(b.variable("w" + i, t.type()));
                variables.put("w" + i, t);
            }
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        b.addAll(row.op(), in).forEach(v -> outputs.put("y" + outputs.size(), v));
        Variables.Snapshot snapshot = new Variables.Snapshot(1, variables);
        Backend.Executable e = backend.compile(b.graph(arguments, outputs, Map.of()), snapshot);
        for (int call = 0; call < 2; call++) {
            List<Tensor> results = e.run(values, snapshot);
            assertEquals(row.results().size(), results.size());
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i), "result " + i)
                        .isCloseTo(row.results().get(i), row.tolerance(i));
            }
        }
    }
}
