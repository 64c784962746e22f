package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.train.optimizer.Optimizers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other versions of Keras need to find in a configuration, and what they cannot have. */
class ConversionTest {
    private static final String MODEL =
            "{'class_name': 'Functional', 'keras_version': '3.15.1', 'config': {'name': 'm',"
                    + " 'layers': [%s], 'input_layers': [['x', 0, 0]], 'output_layers': [['%s', 0, 0]]}}";
    private static final String INPUT = "{'class_name': 'InputLayer', 'name': 'x', 'inbound_nodes': [], 'config': {"
            + "'name': 'x', 'dtype': 'float32', 'batch_shape': [null, 4, 3]}}";

    @TempDir
    private Path folder;

    private static String layer(String className, String name, String config, String... args) {
        String tensors = String.join(
                ", ",
                List.of(args).stream()
                        .map(a ->
                                "{'class_name': '__keras_tensor__', 'config': {'shape': [null, 4, 3], 'dtype': 'float32',"
                                        + " 'keras_history': ['" + a + "', 0, 0]}}")
                        .toList());
        return "{'class_name': '" + className + "', 'name': '" + name + "', 'config': {'name': '" + name + "'" + config
                + "}, 'inbound_nodes': [{'args': [" + tensors + "], 'kwargs': {}}]}";
    }

    private Model model(String... layers) throws IOException {
        String last = layers[layers.length - 1].replaceAll("(?s).*?'name': '(\\w+)'.*", "$1");
        Path file = folder.resolve("model.json");
        Files.writeString(
                file,
                MODEL.formatted(INPUT + ", " + String.join(", ", layers), last).replace('\'', '"'));
        Model model = Model.load(file);
        model.variables()
                .set(model.variables().list().stream()
                        .collect(Collectors.toMap(Variable::key, v -> Tensor.zeros(v.type()))));
        return model;
    }

    private static final String MHA = layer("MultiHeadAttention", "mha", ", 'num_heads': 2, 'key_dim': 2", "x", "x");

    @Test
    void classesThatKerasDoesNotExportAreFoundInTheirModules() throws IOException {
        Path saved = folder.resolve("model.keras");
        try (Model m = model(
                layer("LayerScale", "scale", ", 'init_values': 0.1, 'projection_dim': 3", "x"),
                layer("CustomScaleLayer", "sum", ", 'scale': 0.5", "scale", "x")
                        .replace("args': [", "args': [[")
                        .replace("], 'kw", "]], 'kw"))) {
            m.save(saved);
        }
        try (ZipFile zip = new ZipFile(saved.toFile());
                InputStream in = zip.getInputStream(zip.getEntry("config.json"))) {
            String config = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String c : List.of("convnext/LayerScale", "inception_resnet_v2/CustomScaleLayer")) {
                String[] parts = c.split("/");
                String found = "\"module\":\"keras.src.applications." + parts[0] + "\",\"class_name\":\"" + parts[1];
                assertTrue(config.contains(found), config);
                assertTrue(config.contains("\"registered_name\":\"" + parts[1]), config);
            }
        }
    }

    @Test
    void keras2CallsByName() throws IOException {
        Path saved = folder.resolve("model.h5");
        try (Model m = model(MHA, layer("Add", "add", "", "mha", "x"))) {
            m.save(saved, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
        }
        try (Hdf5File file = Hdf5File.open(saved)) {
            String config = file.root().string("model_config").orElseThrow();
            assertTrue(config.contains("[[\"x\",0,0,{\"value\":[\"x\",0,0]}]]"), config);
            assertTrue(config.contains("\"function\":\"math.add\""), config);
            assertTrue(config.contains("\"inbound_nodes\":[[\"mha\",0,0,{\"y\":[\"x\",0,0]}]]"), config);
        }
    }

    @Test
    void everythingThatKeras2CannotHaveIsSaidAtOnce() throws IOException {
        try (Model m = model(MHA, layer("RMSNormalization", "norm", "", "mha"), layer("Cumsum", "sum", "", "norm"))) {
            m.trainer()
                    .loss("dice")
                    .optimizer(Optimizers.ALL.read(
                            Map.of(
                                    "class_name",
                                    "Adam",
                                    "config",
                                    Map.of("loss_scale_factor", 4.0, "gradient_accumulation_steps", 2)),
                            new FieldType.Context(Dialect.KERAS3, "optimizer")))
                    .optimizerVariables();
            SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
            UnsupportedModelException e =
                    assertThrows(UnsupportedModelException.class, () -> m.save(folder.resolve("model.h5"), options));
            List<String> parts = List.of(
                    "layer RMSNormalization",
                    "operation Cumsum",
                    "expected loss_scale_factor",
                    "expected gradient_accumulation_steps",
                    "loss Dice");
            assertEquals(parts.size(), e.reasons().size(), e.reasons()::toString);
            for (int i = 0; i < parts.size(); i++) {
                assertTrue(e.reasons().get(i).contains(parts.get(i)), e.reasons()::toString);
            }
        }
    }
}
