package dev.posthorn.tools;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.numpy.Npy;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.command.Predict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of input and output, on the network of real digits. */
class PredictTest {
    private static final Path MODEL = Cli.DIGITS.resolve("digits.keras");
    private static final int N = 70;

    @TempDir
    private static Path dir;

    private static Tensor images;
    private static Tensor predictions;

    @BeforeAll
    static void prepare() throws IOException {
        Tensor all = Npz.read(Cli.DIGITS.resolve("test_digits.npz")).get("images");
        images = Tensor.zeros(TensorType.f32(N, 28, 28, 1));
        for (int i = 0; i < images.size(); i++) {
            images.floats()[i] = all.getLong(i) / 255f;
        }
        predictions = Npz.read(Cli.DIGITS.resolve("predictions.npz")).get("predictions");
        Npy.write(dir.resolve("x.npy"), images);
    }

    private static void ran(Cli cli) {
        assertEquals("", cli.err());
        assertEquals(0, cli.code());
    }

    private static void assertPredicted(Tensor y) {
        int rows = y.shape().dim(0);
        float[] first = Arrays.copyOf(predictions.floats(), rows * 10);
        assertThat(y).matches(Tensor.of(Shape.of(rows, 10), first)).within(new Tolerance(0, 1e-5));
    }

    private static String rows(int n, String open, String close) {
        List<String> rows = new ArrayList<>();
        for (int r = 0; r < n; r++) {
            float[] row = Arrays.copyOfRange(images.floats(), r * 784, (r + 1) * 784);
            List<String> cells = new ArrayList<>();
            for (float v : row) {
                cells.add(open.isEmpty() ? "" + v : open + v + close);
            }
            rows.add(String.join(",", cells));
        }
        return String.join("\n", rows);
    }

    /** Without picocli and with it: the values are the same, and so is what goes wrong. */
    @Test
    void anEverydayCallSaysWhatAnyOtherDoes() {
        String x = dir.resolve("x.npy").toString();
        String missing = dir.resolve("missing.npy").toString();
        for (String input : List.of(x, missing)) {
            Cli everyday = Cli.run("predict", MODEL.toString(), "--input", input);
            Cli other = Cli.run("predict", MODEL.toString(), "--input", input, "--batch-size", "32");
            assertEquals(other.out(), everyday.out());
            assertEquals(other.err(), everyday.err());
            assertEquals(other.code(), everyday.code());
        }
    }

    @Test
    void anEverydayCallHasAnOutputAndNoOtherOption() {
        assertNotNull(Predict.everyday(new String[] {"predict", "m.h5", "-i", "x.npy", "-o", "y.npy"}, null));
        for (String call : List.of(
                "inspect m.h5 -i x.npy",
                "predict m.h5 -i x.npy --top 3",
                "predict m.h5 -i @files",
                "predict --debug -i x.npy",
                "predict m.h5 -i x.npy y.npy")) {
            assertNull(Predict.everyday(call.split(" "), null), call);
        }
    }

    @Test
    void arraysInEveryOrderAndWidth() throws IOException {
        Path y = dir.resolve("y.npy");
        for (String batch : List.of("0", "1", "7", "32", "1000")) {
            ran(Cli.run("predict", MODEL, "--input", dir.resolve("x.npy"), "--output", y, "--batch-size", batch));
            assertEquals(Shape.of(N, 10), Npy.read(y).shape());
            assertPredicted(Npy.read(y));
        }
        Path archive = dir.resolve("x.npz");
        Npz.write(archive, Map.of("image", images, "labels", Tensor.of(Shape.of(1), 0)));
        for (Object input : List.of(archive, archive + ":image", "image=" + archive, "image=" + dir.resolve("x.npy"))) {
            ran(Cli.run("predict", MODEL, "-i", input, "-o", y));
            assertPredicted(Npy.read(y));
        }
        Npz.write(archive, Map.of("only", images.cast(DType.FLOAT64)));
        ran(Cli.run("predict", MODEL, "-i", archive, "-o", y));
        assertPredicted(Npy.read(y));
    }

    @Test
    void csvAndJson() throws IOException {
        Path y = dir.resolve("y2.npy");
        Path csv = dir.resolve("x.csv");
        String header = IntStream.range(0, 784).mapToObj(i -> "p" + i).collect(Collectors.joining(","));
        for (String text :
                List.of(rows(3, "", ""), header + "\n" + rows(3, "", "") + "\n", rows(3, "\"", "\"") + "\n\n")) {
            Files.writeString(csv, text);
            ran(Cli.run("predict", MODEL, "-i", csv, "-o", y));
            assertEquals(Shape.of(3, 10), Npy.read(y).shape());
            assertPredicted(Npy.read(y));
        }
        StringBuilder json = new StringBuilder("[");
        for (int r = 0, i = 0; r < 3; r++) {
            json.append(r == 0 ? "[" : ", [");
            for (int k = 0; k < 28; k++) {
                json.append(k == 0 ? "[" : ",[");
                for (int c = 0; c < 28; c++) {
                    json.append(c == 0 ? "[" : ",[")
                            .append(images.floats()[i++])
                            .append("]");
                }
                json.append("]");
            }
            json.append("]");
        }
        json.append("]");
        for (String text : List.of(json.toString(), "{\"image\": " + json + "}")) {
            Files.writeString(dir.resolve("x.json"), text);
            ran(Cli.run("predict", MODEL, "-i", dir.resolve("x.json"), "-o", y));
            assertPredicted(Npy.read(y));
        }
    }

    @Test
    void outputsOfEveryKindSayTheSame() throws IOException {
        Path x = dir.resolve("x.npy");
        ran(Cli.run("predict", MODEL, "-i", x, "-o", dir.resolve("z.npy")));
        Tensor y = Npy.read(dir.resolve("z.npy"));
        ran(Cli.run("predict", MODEL, "-i", x, "-o", dir.resolve("z.npz")));
        assertEquals(Map.of("dense_1", y), Npz.read(dir.resolve("z.npz")));
        ran(Cli.run("predict", MODEL, "-i", x, "-o", dir.resolve("z.json")));
        JsonNode json = new ObjectMapper().readTree(dir.resolve("z.json").toFile());
        ran(Cli.run("predict", MODEL, "-i", x, "-o", dir.resolve("z.csv")));
        List<String> lines = Files.readAllLines(dir.resolve("z.csv"));
        assertEquals(N + 1, lines.size());
        assertTrue(lines.get(0).startsWith("dense_1.0,dense_1.1,"), lines.get(0));
        for (int r = 0; r < N; r++) {
            String[] cells = lines.get(r + 1).split(",");
            for (int c = 0; c < 10; c++) {
                assertEquals(y.floats()[r * 10 + c], json.get(r).get(c).floatValue());
                assertEquals(y.floats()[r * 10 + c], Float.parseFloat(cells[c]));
            }
        }
        try (var files = Files.list(dir)) {
            assertEquals(
                    List.of(),
                    files.filter(f -> f.getFileName().toString().startsWith("."))
                            .toList());
        }
    }

    @Test
    void picturesAreRecognised() throws IOException {
        List<Object> args = new ArrayList<>(List.of("predict", MODEL, "--scale", "1/255", "--input"));
        for (int digit = 0; digit < 10; digit++) {
            args.add(Cli.DIGITS.resolve("pictures/" + digit + "_a.png"));
        }
        Cli cli = Cli.run(args.toArray());
        ran(cli);
        String[] lines = cli.out().split("\n");
        assertEquals(10, lines.length);
        for (int digit = 0; digit < 10; digit++) {
            assertTrue(lines[digit].contains(digit + "_a.png  " + digit + " "), lines[digit]);
            assertEquals(3, lines[digit].split("  ").length - 1);
        }
        Path labels = dir.resolve("labels.txt");
        Files.writeString(labels, "null\neins\nzwei\ndrei\nvier\nfünf\nsechs\nsieben\nacht\nneun\n");
        args.addAll(List.of("--labels", labels, "--top", "1"));
        assertTrue(Cli.run(args.toArray()).out().split("\n")[5].contains("fünf 0.9"), "labels");
    }

    @Test
    void severalInputsAndOutputs() throws IOException {
        Path folder = Cli.unpack("models/functional/multi_io", dir);
        Path model = folder.resolve("model.keras");
        Map<String, Tensor> recorded = Npz.read(folder.resolve("expected.npz"));
        List<Tensor> in = recorded.entrySet().stream()
                .filter(e -> e.getKey().startsWith("b1.in."))
                .map(Map.Entry::getValue)
                .toList();
        List<Tensor> out = recorded.entrySet().stream()
                .filter(e -> e.getKey().startsWith("b1.out."))
                .map(Map.Entry::getValue)
                .toList();
        JsonNode declared = new ObjectMapper()
                .readTree(folder.resolve("case.json").toFile())
                .get("inputs");
        List<Object> args = new ArrayList<>(List.of("predict", model, "-o", dir.resolve("o.npz")));
        List<Object> reversed = new ArrayList<>(List.of("predict", model, "-o", dir.resolve("o2.npz")));
        List<Object> table = new ArrayList<>(List.of("predict", model));
        for (int i = 0; i < in.size(); i++) {
            Path file = dir.resolve("in" + i + ".npy");
            Npy.write(file, in.get(i));
            args.addAll(List.of("-i", file));
            table.addAll(List.of("-i", file));
            String name = declared.get(i).get("name").asText();
            reversed.addAll(2, List.of("-i", name + "=" + file));
        }
        ran(Cli.run(args.toArray()));
        ran(Cli.run(reversed.toArray()));
        List<Tensor> was = List.copyOf(Npz.read(dir.resolve("o.npz")).values());
        assertThat(was).matches(out.toArray(Tensor[]::new)).within(new Tolerance(0, 1e-5));
        assertEquals(was, List.copyOf(Npz.read(dir.resolve("o2.npz")).values()));
        assertEquals(3, Cli.run(table.toArray()).out().lines().count());
        Cli npy = Cli.run(List.of(args.toArray()).stream()
                .map(a -> a.equals(dir.resolve("o.npz")) ? dir.resolve("o.npy") : a)
                .toArray());
        assertEquals(2, npy.code());
    }

    @Test
    void onTheReferenceBackend() throws IOException {
        Path y = dir.resolve("y3.npy");
        Npy.write(dir.resolve("few.npy"), Tensor.of(Shape.of(3, 28, 28, 1), Arrays.copyOf(images.floats(), 3 * 784)));
        ran(Cli.run(
                "predict",
                MODEL,
                "-i",
                dir.resolve("few.npy"),
                "-o",
                y,
                "--backend",
                "reference",
                "--batch-size",
                "2"));
        assertPredicted(Npy.read(y));
    }
}
