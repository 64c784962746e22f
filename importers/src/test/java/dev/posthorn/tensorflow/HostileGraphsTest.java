package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.GraphDef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small graphs that ask for much: each is refused with one error, soon, and without taking memory for it. */
@Tag("once")
class HostileGraphsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String X =
            node("x", "Placeholder", "", "dtype { type: DT_FLOAT }", "shape { shape { dim { size: 4 } } }");

    private static final String GO = "versions { producer: 1000 }\n"
            + node("go", "Placeholder", "", "dtype { type: DT_BOOL }", "shape { shape {} }");

    @TempDir
    private Path folder;

    /** A node as text; an attribute begins with its name. */
    private static String node(String name, String op, String inputs, String... attributes) {
        StringBuilder s = new StringBuilder("node { name: '" + name + "' op: '" + op + "'\n");
        Stream.of(inputs.split(" ")).filter(i -> !i.isEmpty()).forEach(i -> s.append(" input: '" + i + "'\n"));
        for (String a : attributes) {
            int space = a.indexOf(' ');
            s.append(" attr { key: '" + a.substring(0, space) + "' value " + a.substring(space + 1) + " }\n");
        }
        return s.append("}\n").toString();
    }

    private static String constant(String name, String dtype, String shape, String values) {
        return node(
                name,
                "Const",
                "",
                "dtype { type: " + dtype + " }",
                "value { tensor { dtype: " + dtype + " tensor_shape { " + shape + " } " + values + " } }");
    }

    private static String function(String name, String argument, String result, String nodes) {
        return "library { function { signature { name: '" + name + "' input_arg { name: '" + argument
                + "' type: DT_FLOAT } output_arg { name: 'y' type: DT_FLOAT } }\n"
                + nodes.replace("node {", "node_def {")
                + " ret { key: 'y' value: '" + result + "' } } }\n";
    }

    private static String call(String name, String function, String input) {
        return node(name, "PartitionedCall", input, "f { func { name: '" + function + "' } }");
    }

    /** The texts of graphs by what is wrong with them, each with a part of the error. */
    static Stream<Map.Entry<String, String[]>> graphs() {
        Map<String, String[]> all = new LinkedHashMap<>();
        all.put("no nodes", new String[] {"", "expected nodes"});
        all.put("a cycle", new String[] {
            X + node("a", "Add", "x b") + node("b", "Relu", "a") + node("c", "Relu", "b"), "no cycle"
        });
        all.put("a missing node", new String[] {X + node("a", "Add", "x ghost"), "'ghost'"});
        all.put("a name twice", new String[] {X + X + node("a", "Relu", "x"), "twice"});
        all.put("an output that is not there", new String[] {X + node("a", "Relu", "x:7"), "expected one of"});
        all.put("a negative output", new String[] {X + node("a", "Relu", "x:-1"), "expected one of"});
        all.put("a reference that is none", new String[] {X + node("a", "Relu", "x:y:z"), "reference"});
        all.put("no input", new String[] {X + node("a", "Add", "x") + node("b", "Add", "a x"), "expected 2 operands"});
        all.put("a function of itself", new String[] {
            X + call("a", "f", "x") + function("f", "v", "r:output:0", call("r", "f", "v")), "calls at most"
        });
        StringBuilder twice = new StringBuilder(X + call("a", "f0", "x"));
        for (int i = 0; i < 60; i++) {
            String inner = call("l", "f" + (i + 1), "v") + call("r", "f" + (i + 1), "l:output:0");
            twice.append(function("f" + i, "v", "r:output:0", inner));
        }
        twice.append(function("f60", "v", "r:activations:0", node("r", "Relu", "v", "T { type: DT_FLOAT }")));
        all.put("functions that double", new String[] {twice.toString(), "expected at most"});
        all.put("a function that is not there", new String[] {X + call("a", "ghost", "x"), "'ghost'"});
        all.put("a giant constant of one value", new String[] {
            X + constant("c", "DT_FLOAT", "dim { size: 1073741824 }", "float_val: 1") + node("a", "Add", "x c"),
            "expected at most"
        });
        all.put("a constant whose size overflows", new String[] {
            X
                    + constant("c", "DT_FLOAT", "dim { size: 65536 } dim { size: 65536 }", "float_val: 1")
                    + node("a", "Add", "x c"),
            "2^31"
        });
        all.put("a dimension beyond int", new String[] {
            X
                    + constant("c", "DT_FLOAT", "dim { size: 9223372036854775807 }", "float_val: 1")
                    + node("a", "Add", "x c"),
            "2^31"
        });
        all.put("a negative dimension", new String[] {
            X + constant("c", "DT_FLOAT", "dim { size: -5 }", "float_val: 1") + node("a", "Add", "x c"), "expected"
        });
        all.put("more values than elements", new String[] {
            X + constant("c", "DT_FLOAT", "dim { size: 1 }", "float_val: [1, 2, 3]") + node("a", "Add", "x c"),
            "expected at most 1"
        });
        all.put("bytes of another size", new String[] {
            X + constant("c", "DT_FLOAT", "dim { size: 4 }", "tensor_content: 'abc'") + node("a", "Add", "x c"),
            "expected 16 bytes"
        });
        all.put("a type that is none", new String[] {
            X + constant("c", "DT_RESOURCE", "dim { size: 4 }", "") + node("a", "Add", "x c"), "expected"
        });
        all.put("a split into many", new String[] {
            X
                    + constant("zero", "DT_INT32", "", "int_val: 0")
                    + node("a", "Split", "zero x", "num_split { i: 2147483647 }", "T { type: DT_FLOAT }"),
            "expected"
        });
        all.put("a split into none", new String[] {
            X
                    + constant("zero", "DT_INT32", "", "int_val: 0")
                    + node("a", "Split", "zero x", "num_split { i: 0 }", "T { type: DT_FLOAT }"),
            "expected"
        });
        all.put("parts of a tensor beyond it", new String[] {
            X + node("a", "Unpack", "x", "num { i: 2147483647 }", "axis { i: 0 }", "T { type: DT_FLOAT }"), "expected"
        });
        all.put("an axis beyond the rank", new String[] {
            X + constant("axis", "DT_INT32", "", "int_val: 77") + node("a", "ExpandDims", "x axis"), "axis"
        });
        String places = constant("i", "DT_INT32", "dim { size: 1 } dim { size: 2 }", "int_val: [0, 4]");
        all.put("an index beyond its axis, though inside of the tensor", new String[] {
            X
                    + constant("c", "DT_FLOAT", "dim { size: 2 } dim { size: 3 }", "float_val: 1")
                    + places
                    + node("g", "GatherNd", "c i")
                    + node("a", "Add", "x g"),
            "expected indices"
        });
        all.put("a place beyond its axis, though inside of the tensor", new String[] {
            X
                    + constant("u", "DT_FLOAT", "dim { size: 1 }", "float_val: 1")
                    + places
                    + constant("shape", "DT_INT32", "dim { size: 2 }", "int_val: [2, 3]")
                    + node("g", "ScatterNd", "i u shape")
                    + node("r", "Sum", "g shape")
                    + node("a", "Add", "x r"),
            "expected"
        });
        all.put("a window of no elements", new String[] {
            node(
                            "x",
                            "Placeholder",
                            "",
                            "dtype { type: DT_FLOAT }",
                            "shape { shape { dim { size: 1 } dim { size: 4 } dim { size: 4 } dim { size: 1 } } }")
                    + node(
                            "a",
                            "MaxPool",
                            "x",
                            "ksize { list { i: [1, 0, 0, 1] } }",
                            "strides { list { i: [1, 0, 0, 1] } }",
                            "padding { s: 'VALID' }"),
            "expected"
        });
        all.put("a loop without an end", new String[] {
            X
                    + constant("i", "DT_FLOAT", "", "float_val: 0")
                    + node("w", "While", "i", "cond { func { name: 'go' } }", "body { func { name: 'on' } }")
                    + node("shape", "Cast", "w", "SrcT { type: DT_FLOAT }", "DstT { type: DT_INT32 }")
                    + node("a", "ExpandDims", "x shape")
                    + function(
                            "go",
                            "v",
                            "r:z:0",
                            constant("zero", "DT_FLOAT", "", "float_val: -1")
                                    + node("r", "Greater", "v zero:output:0", "T { type: DT_FLOAT }"))
                    + function(
                            "on",
                            "v",
                            "r:z:0",
                            constant("one", "DT_FLOAT", "", "float_val: 1")
                                    + node("r", "AddV2", "v one:output:0", "T { type: DT_FLOAT }")),
            "known only when the graph runs"
        });
        all.put("a loop of frames that do not close", new String[] {
            X + node("e", "Enter", "x", "frame_name { s: 'f' }") + node("m", "Merge", "e e") + node("a", "Relu", "m"),
            "expected"
        });
        all.put("conditions inside of each other", new String[] {X + conditions(500, true), "at most"});
        all.put("a merge of itself", new String[] {X + node("m", "Merge", "x m") + node("a", "Relu", "m"), "expected"});
        return all.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void isRefused(Map.Entry<String, String[]> row) throws IOException {
        Path file = folder.resolve("graph.pbtxt");
        Files.writeString(file, row.getValue()[0]);
        Exception e = Assertions.assertTimeoutPreemptively(
                SOON, () -> Assertions.assertThrows(Exception.class, () -> read(file), row.getKey()));
        assertTrue(isTold(e), () -> row.getKey() + ": " + e);
        assertTrue(
                e.getMessage().contains("expected") && e.getMessage().contains(row.getValue()[1]),
                () -> row.getKey() + ": " + e.getMessage());
    }

    /** Frozen graphs with bytes, or characters, that were changed are refused, or are other graphs. */
    @ParameterizedTest
    @ValueSource(strings = {"graph.pb", "graph.pbtxt"})
    void changedGraphsAreRefusedOrRead(String name) throws IOException {
        String text = X
                + constant("w", "DT_FLOAT", "dim { size: 4 }", "float_val: [1, 2, 3, 4]")
                + node("p", "Mul", "x w")
                + constant("axes", "DT_INT32", "dim { size: 1 }", "int_val: 0")
                + node("s", "Sum", "p axes", "keep_dims { b: true }")
                + call("a", "f", "s")
                + function("f", "v", "r:y:0", node("r", "Exp", "v", "T { type: DT_FLOAT }"));
        GraphDef.Builder graph = GraphDef.newBuilder();
        TextFormat.merge(text, graph);
        Path file = folder.resolve(name);
        byte[] whole = name.endsWith("txt")
                ? text.getBytes(StandardCharsets.UTF_8)
                : graph.build().toByteArray();
        Files.write(file, whole);
        read(file);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] other = i % 10 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int k = 0; k < 1 + i % 3 && other.length > 0; k++) {
                other[random.nextInt(other.length)] ^= (byte) (1 + random.nextInt(127));
            }
            Files.write(file, other);
            int at = i;
            boolean told = Assertions.assertTimeoutPreemptively(SOON, () -> {
                try {
                    read(file);
                    return false;
                } catch (RuntimeException e) {
                    assertTrue(isTold(e), () -> "try " + at + ": " + e);
                    return true;
                }
            });
            refused += told ? 1 : 0;
        }
        assertTrue(refused > 500, "only " + refused + " were refused");
    }

    @Test
    void whatOnlyTrainsOrReportsIsNoOutput() throws IOException {
        Path file = folder.resolve("graph.pbtxt");
        Files.writeString(
                file,
                X
                        + node("h", "Relu", "x")
                        + node("y", "Relu", "h")
                        + constant("rate", "DT_FLOAT", "", "float_val: 1")
                        + node("summary", "ScalarSummary", "rate h")
                        + node("writer", "SummaryWriter", "")
                        + node("report", "WriteScalarSummary", "writer rate h rate")
                        + node("train", "ApplyAdamWithSomethingNew", "rate h"));
        var signature =
                new FrozenGraphFormat().load(file).program().signatures().get(0);
        assertEquals(
                List.of("y"), signature.outputs().stream().map(p -> p.name()).toList());
    }

    /** Conditions of the number {@code go}: each of the result of the one before, or inside of one of its branches. */
    private static String conditions(int count, boolean inside) {
        StringBuilder s = new StringBuilder(GO);
        for (int i = 0; i < count; i++) {
            String from = i == 0 ? "x" : inside ? "s" + (i - 1) + ":1" : "m" + (i - 1);
            s.append(node("s" + i, "Switch", from + " go", "T { type: DT_FLOAT }"));
            s.append(node("n" + i, "Neg", "s" + i, "T { type: DT_FLOAT }"));
            String other = inside && i < count - 1 ? "m" + (i + 1) : "s" + i + ":1";
            s.append(node("m" + i, "Merge", "n" + i + " " + other, "T { type: DT_FLOAT }", "N { i: 2 }"));
        }
        return s.toString();
    }

    @Test
    void manyConditionsAreSoonRead() throws IOException {
        Path file = folder.resolve("graph.pbtxt");
        Files.writeString(file, X + conditions(10_000, false));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> read(file));
    }

    /** Old graphs after an optimizer: a branch reads a value of the graph around it, for which there is no switch. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBranchReadsWhatIsAroundIt(boolean go) throws IOException {
        Path file = folder.resolve("graph.pbtxt");
        Files.writeString(
                file,
                X
                        + GO
                        + node("h", "Exp", "x", "T { type: DT_FLOAT }")
                        + node("s", "Switch", "x go", "T { type: DT_FLOAT }")
                        + node("n", "Mul", "s h", "T { type: DT_FLOAT }")
                        + node("p", "AddV2", "h s:1", "T { type: DT_FLOAT }")
                        + node("m", "Merge", "n p", "T { type: DT_FLOAT }", "N { i: 2 }"));
        Tensor x = Tensor.of(Shape.of(4), 0, 1, 2, 3);
        try (Model model = Model.load(file)) {
            List<Tensor> y = model.call(Signature.DEFAULT, List.of(x, Tensor.scalar(DType.BOOL, go ? 1 : 0)));
            for (int i = 0; i < 4; i++) {
                double e = Math.exp(i);
                assertEquals(go ? e + i : e * i, y.get(0).floats()[i], 1e-6 * (1 + e * i)); // some ulp of exp
            }
        }
    }

    @Test
    void nestingIsBounded() throws IOException {
        Path file = folder.resolve("graph.pbtxt");
        Files.writeString(
                file,
                "library { function { signature { name: 'f' } "
                        + "node_def { attr { key: 'a' value { func { ".repeat(3000));
        Exception e = Assertions.assertThrows(Exception.class, () -> read(file));
        assertTrue(isTold(e), e::toString);
    }

    private static boolean isTold(Exception e) {
        return (e instanceof ModelFormatException
                        || e instanceof UnsupportedModelException
                        || e instanceof ShapeException)
                && e.getMessage().contains("expected");
    }

    private static void read(Path file) throws IOException {
        var loaded = new FrozenGraphFormat().load(file);
        for (Signature s : loaded.program().signatures()) {
            loaded.program()
                    .lower(
                            s.name(),
                            s.inputs().stream().map(p -> known(p.type())).toList(),
                            Mode.INFERENCE);
        }
    }

    private static TensorType known(TensorType t) {
        return t.shape().isRanked()
                ? t.withShape(Shape.of(Arrays.stream(t.shape().dims())
                        .map(d -> d < 0 ? 2 : Math.min(d, 64))
                        .toArray()))
                : t.withShape(Shape.of(2));
    }
}
