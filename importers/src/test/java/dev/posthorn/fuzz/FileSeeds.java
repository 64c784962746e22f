package dev.posthorn.fuzz;

import com.google.protobuf.TextFormat;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.tensorflow.bundle.SealedBundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipFile;

/** Small whole files, one at least of each kind that {@link FileFuzzer} reads, as its inputs. */
final class FileSeeds {
    private static final Path TESTDATA = Path.of("..", "testdata");
    private static final String MODEL = "control/saved_model/";

    private FileSeeds() {}

    /** Writes the seeds into a folder, as Jazzer takes them: {@code FileSeeds FOLDER}. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (Map.Entry<String, byte[]> e : all().entrySet()) {
            Files.write(folder.resolve(e.getKey()), e.getValue());
        }
    }

    /** The seeds by name; what they need beside them is put there. */
    static Map<String, byte[]> all() throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        byte[] saved;
        try (ZipFile zip =
                new ZipFile(TESTDATA.resolve("savedmodels/models.zip").toFile())) {
            saved = bytes(zip, MODEL + "saved_model.pb");
            byte[] index = bytes(zip, MODEL + "variables/variables.index");
            byte[] shard = bytes(zip, MODEL + "variables/variables.data-00000-of-00001");
            Path file = FileFuzzer.beside("saved_model/variables/variables.index");
            Files.write(file, index);
            Files.write(FileFuzzer.beside("saved_model/variables/variables.data-00000-of-00001"), shard);
            Files.write(FileFuzzer.beside("checkpoint.data-00000-of-00001"), shard);
            Files.write(FileFuzzer.beside("sealed.data-00000-of-00001"), shard);
            add(all, FileFuzzer.Kind.INDEX, index);
            add(all, FileFuzzer.Kind.INDEX_ENTRIES, SealedBundle.entries(file));
        }
        add(all, FileFuzzer.Kind.SAVED_MODEL, saved);
        MetaGraphDef meta = SavedModel.parseFrom(saved).getMetaGraphs(0);
        add(all, FileFuzzer.Kind.META_GRAPH, meta.toByteArray());
        String graph = "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } }"
                + " attr { key: 'shape' value { shape { dim { size: 4 } dim { size: 4 } } } } }\n"
                + "node { name: 'w' op: 'Const' attr { key: 'dtype' value { type: DT_FLOAT } }"
                + " attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4 } }"
                + " float_val: [1, 2, 3, 4] } } } }\n"
                + "node { name: 'p' op: 'Mul' input: 'x' input: 'w' }\n"
                + "node { name: 'axes' op: 'Const' attr { key: 'dtype' value { type: DT_INT32 } }"
                + " attr { key: 'value' value { tensor { dtype: DT_INT32 tensor_shape { dim { size: 1 } } int_val: 0 } } } }\n"
                + "node { name: 's' op: 'Sum' input: 'p' input: 'axes' attr { key: 'keep_dims' value { b: true } } }\n";
        add(all, FileFuzzer.Kind.GRAPH_TEXT, graph.getBytes(StandardCharsets.UTF_8));
        add(
                all,
                FileFuzzer.Kind.GRAPH,
                TextFormat.parse(graph, dev.posthorn.proto.GraphDef.class).toByteArray());
        add(all, FileFuzzer.Kind.KERAS, Files.readAllBytes(TESTDATA.resolve("flow/small.keras")));
        try (ZipFile zip = new ZipFile(TESTDATA.resolve("flow/small.keras").toFile())) {
            byte[] config = bytes(zip, "config.json");
            byte[] weights = bytes(zip, "model.weights.h5");
            ByteArrayOutputStream parts = new ByteArrayOutputStream();
            parts.write(config.length >> 16);
            parts.write(config.length >> 8);
            parts.write(config.length);
            parts.writeBytes(config);
            parts.writeBytes(weights);
            add(all, FileFuzzer.Kind.KERAS_PARTS, parts.toByteArray());
            add(all, FileFuzzer.Kind.JSON, config);
        }
        String yaml =
                "backend: tensorflow\nclass_name: Sequential\nkeras_version: 2.2.4\nconfig:\n  name: s\n  layers:\n"
                        + "  - class_name: Dense\n    config: {name: d, units: 3, batch_input_shape: [null, 4], activation: relu}\n"
                        + "  - class_name: Dense\n    config: {name: e, units: 2, activation: softmax}\n";
        add(all, FileFuzzer.Kind.YAML, yaml.getBytes(StandardCharsets.UTF_8));
        try (ZipFile zip = new ZipFile(TESTDATA.resolve("cases/legacy.zip").toFile())) {
            String smallest = zip.stream()
                    .filter(e -> e.getName().endsWith("/model.h5"))
                    .min(java.util.Comparator.comparingLong(e -> e.getSize()))
                    .orElseThrow()
                    .getName();
            add(all, FileFuzzer.Kind.H5, bytes(zip, smallest));
        }
        return all;
    }

    private static void add(Map<String, byte[]> all, FileFuzzer.Kind kind, byte[] content) {
        all.put(kind.name(), FileFuzzer.input(kind, content));
    }

    private static byte[] bytes(ZipFile zip, String entry) throws IOException {
        try (var in = zip.getInputStream(zip.getEntry(entry))) {
            return in.readAllBytes();
        }
    }
}
