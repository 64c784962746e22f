package dev.posthorn.keras.custom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.reference.ReferenceBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions give what Python gives for the same text; the cases are made by expressions.py. */
class ExpressionTest {
    @TempDir
    static Path folder;

    @TestFactory
    List<DynamicTest> expressions() throws IOException {
        Path file = folder.resolve("expressions.npz");
        try (InputStream in = ExpressionTest.class.getResourceAsStream("expressions.npz")) {
            Files.copy(in, file);
        }
        Map<String, Tensor> arrays = Npz.read(file);
        List<String> lines = lines();
        return IntStream.range(0, lines.size())
                .mapToObj(i -> {
                    String[] parts = lines.get(i).split("\t");
                    return DynamicTest.dynamicTest(
                            parts[1], () -> verify(parts[1], Integer.parseInt(parts[0]), i, arrays));
                })
                .toList();
    }

    /** What the byte code of the same text reads as gives the same; it was written by Python 3.11. */
    @TestFactory
    List<DynamicTest> suggestions() throws IOException {
        Map<String, Tensor> arrays;
        Path file = folder.resolve("suggestions.npz");
        try (InputStream in = ExpressionTest.class.getResourceAsStream("expressions.npz")) {
            Files.copy(in, file);
            arrays = Npz.read(file);
        }
        List<String> lines = lines();
        return IntStream.range(0, lines.size())
                .mapToObj(i -> {
                    String[] parts = lines.get(i).split("\t");
                    return DynamicTest.dynamicTest(parts[1], () -> {
                        List<?> defaults = parts[1].contains("scale=3") ? List.of(3, 0.5) : List.of();
                        String text = ByteCode.read(Base64.getDecoder().decode(parts[2]), defaults)
                                .orElseThrow();
                        verify(text, Integer.parseInt(parts[0]), i, arrays);
                    });
                })
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4w==", "4wEAAAAAAAAAAAAAAAIAAAADAAAB8wwA", "KAAAAP///38="})
    void brokenCodeReadsAsNothing(String code) {
        assertEquals(Optional.empty(), ByteCode.read(Base64.getDecoder().decode(code), List.of()));
    }

    static List<String> lines() throws IOException {
        try (InputStream in = ExpressionTest.class.getResourceAsStream("expressions.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static void verify(String text, int inputs, int index, Map<String, Tensor> arrays) {
        List<Tensor> given = List.of(arrays.get("in.0"), arrays.get("in.1")).subList(0, inputs);
        List<Tensor> was = run(Expression.parse(text), given);
        for (int i = 0; i < was.size(); i++) {
            Tensor expected = arrays.get(index + "." + i);
            Comparison c = Comparison.of(expected, was.get(i), Tolerance.DEFAULT);
            assertTrue(c.passed(), "output " + i + ": " + c);
        }
        assertEquals(null, arrays.get(index + "." + was.size()));
    }

    private static List<Tensor> run(CustomFunction f, List<Tensor> given) {
        Builder b = new Builder();
        List<Value> in = IntStream.range(0, given.size())
                .mapToObj(i -> b.input("x" + i, given.get(i).type()))
                .toList();
        Map<String, Value> out = new LinkedHashMap<>();
        f.apply(b, in, Map.of()).forEach(v -> out.put("y" + out.size(), v));
        Graph graph = b.graph(in, out, Map.of());
        Variables.Snapshot none = new Variables(List.of(), Map.of()).snapshot();
        return new ReferenceBackend().compile(graph, none).run(given, none);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "x +|its end",
                "x / 255)|')' where its end should be",
                "import os|the name 'import'",
                "os.system('rm')|the unknown function 'os.system'",
                "y + 1|the name 'y'",
                "x ? 1|'? 1'",
                "foo(x)|the unknown function 'foo'",
                "lambda : x|':' for a parameter"
            })
    void whatCannotBeReadIsSaid(String text, String what) {
        String message = assertThrows(IllegalArgumentException.class, () -> Expression.parse(text))
                .getMessage();
        assertEquals("expression: expected one such as x / 255 but was '" + text + "' with " + what, message);
    }

    @Test
    void deepNestingEnds() {
        assertThrows(IllegalArgumentException.class, () -> Expression.parse("(".repeat(100_000) + "x"));
        assertThrows(IllegalArgumentException.class, () -> Expression.parse("-".repeat(100_000) + "x"));
    }
}
