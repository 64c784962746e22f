package dev.posthorn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variable;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.tensorflow.Protos;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of large files are in memory once: a JVM whose memory does not hold them twice loads, predicts and saves. */
@Tag("once")
class LargeModelsTest {
    /** Four matrices of 9 MB. */
    private static final int LAYERS = 4;

    private static final int UNITS = 1536;

    /** For the weights, and what else a JVM needs; not for the weights twice. */
    private static final String ONCE = "-Xmx64m";

    /** For the message of a graph and the weights; not for the weights twice. */
    private static final String WITH_MESSAGE = "-Xmx100m";

    @TempDir
    private Path folder;

    /** Loads the first path, predicts, saves to the second; what the predictions are is printed. */
    public static void main(String[] paths) throws IOException {
        try (Model model = Model.load(Path.of(paths[0]))) {
            System.out.println(predictions(model));
            if (paths.length > 1) {
                model.save(Path.of(paths[1]));
            }
        }
    }

    private static int predictions(Model model) {
        Tensor x = Tensor.zeros(new TensorType(DType.FLOAT32, Shape.of(1, UNITS)));
        Arrays.fill(x.floats(), 1);
        return Arrays.hashCode(model.predict(x).floats());
    }

    /** What a JVM of little memory prints. */
    private static String run(String memory, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector")); // the same kernels as here: the same bits
        }
        command.addAll(List.of(memory, "-Xmn8m", "-XX:+UseSerialGC", "-Dposthorn.large=1048576"));
        command.add(LargeModelsTest.class.getName());
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), out);
        return out.lines().reduce((first, last) -> last).orElse("");
    }

    private Model model() throws IOException {
        StringBuilder layers =
                new StringBuilder("{'class_name': 'InputLayer', 'config': {'name': 'x', 'dtype': 'float32',"
                        + " 'batch_shape': [null, " + UNITS + "]}}");
        for (int i = 0; i < LAYERS; i++) {
            layers.append(", {'class_name': 'Dense', 'config': {'name': 'layer_" + i + "', 'units': " + UNITS
                    + ", 'activation': 'tanh'}}");
        }
        Path json = folder.resolve("model.json");
        Files.writeString(
                json,
                ("{'class_name': 'Sequential', 'keras_version': '3.15.1', 'config': {'name': 'm', 'layers': [" + layers
                                + "]}}")
                        .replace('\'', '"'));
        Model model = Model.load(json);
        model.variables()
                .set(model.variables().list().stream().collect(Collectors.toMap(Variable::key, v -> random(v.type()))));
        return model;
    }

    private static Tensor random(TensorType type) {
        Random random = new Random(3);
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (random.nextFloat() - 0.5f) / 16;
        }
        return t;
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.keras", "model.h5", "saved"})
    void oneCopyIsEnough(String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        String expected;
        try (Model model = model()) {
            expected = Integer.toString(predictions(model));
            model.save(file);
        }
        if (!name.equals("saved")) {
            assertEquals(expected, run(ONCE, file));
            return;
        }
        assertEquals(expected, run(ONCE, file, file)); // saved where it lies, it has its old weights until it is closed
        assertEquals(expected, run(ONCE, file));
    }

    /** Constants of a graph are in memory as its message and as plans pack them. */
    @Test
    void constantsStayInTheirMessage() throws IOException, InterruptedException {
        AttrValue type = AttrValue.newBuilder().setType(DataType.DT_FLOAT).build();
        GraphDef.Builder graph = GraphDef.newBuilder();
        graph.addNode(NodeDef.newBuilder()
                .setName("layer")
                .setOp("Placeholder")
                .putAttr("dtype", type)
                .putAttr(
                        "shape",
                        AttrValue.newBuilder()
                                .setShape(Protos.shape(Shape.of(Shape.UNKNOWN, UNITS)))
                                .build()));
        String last = "layer";
        for (int i = 0; i < LAYERS; i++) {
            Tensor w = random(new TensorType(DType.FLOAT32, Shape.of(UNITS, UNITS)));
            graph.addNode(NodeDef.newBuilder()
                    .setName("w" + i)
                    .setOp("Const")
                    .putAttr("dtype", type)
                    .putAttr(
                            "value",
                            AttrValue.newBuilder().setTensor(Protos.tensor(w)).build()));
            graph.addNode(NodeDef.newBuilder()
                    .setName("layer" + i)
                    .setOp("MatMul")
                    .addInput(last)
                    .addInput("w" + i)
                    .putAttr("T", type));
            last = "layer" + i;
        }
        Path file = folder.resolve("frozen.pb");
        Files.write(file, graph.build().toByteArray());
        String expected;
        try (Model model = Model.load(file)) {
            expected = Integer.toString(predictions(model));
        }
        assertEquals(expected, run(WITH_MESSAGE, file));
    }
}
