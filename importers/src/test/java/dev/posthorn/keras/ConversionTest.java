package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Expression;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"one_hot", "multi_hot", "count"})
    void keras2EncodesCategoriesInAtMostTwoAxes(String mode) throws IOException {
        for (String config : List.of(
                "CategoryEncoding, 'num_tokens': 5, 'output_mode': '" + mode + "'",
                "Hashing, 'num_bins': 5, 'output_mode': '" + mode + "'",
                "Discretization, 'bin_boundaries': [0.5], 'output_mode': '" + mode + "'")) {
            String className = config.substring(0, config.indexOf(','));
            try (Model m = model(layer(className, "e", config.substring(config.indexOf(',')), "x"))) {
                SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
                UnsupportedModelException e = assertThrows(
                        UnsupportedModelException.class, () -> m.save(folder.resolve("model.h5"), options));
                assertTrue(e.getMessage().contains("output_mode " + mode + " of "), e.getMessage());
                assertTrue(e.getMessage().contains("--dialect keras3"), e.getMessage());
            }
        }
    }

    @Test
    void keras2ReadsWidthsOfNgramsAsATuple() throws IOException {
        String config = "{'class_name': 'Sequential', 'keras_version': '3.15.1', 'config': {'name': 's', 'layers': ["
                + "{'class_name': 'InputLayer', 'config': {'name': 'x', 'dtype': 'string', 'batch_shape': [null]}},"
                + "{'class_name': 'TextVectorization', 'config': {'name': 't', 'ngrams': [1, 3], 'vocabulary': ['a', 'b'],"
                + " 'max_tokens': 9}}]}}";
        Path file = folder.resolve("text.json");
        Files.writeString(file, config.replace('\'', '"'));
        Path saved = folder.resolve("text.h5");
        try (Model m = Model.load(file)) {
            m.save(saved, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
        }
        try (Hdf5File h5 = Hdf5File.open(saved)) {
            String written = h5.root().string("model_config").orElseThrow();
            assertTrue(written.contains("\"ngrams\":{\"class_name\":\"__tuple__\",\"items\":[1,3]}"), written);
        }
        Path back = folder.resolve("back.h5");
        try (Model m = Model.load(saved)) {
            m.save(back, SaveOptions.DEFAULT.withDialect(Dialect.KERAS3));
        }
        try (Hdf5File h5 = Hdf5File.open(back)) {
            String written = h5.root().string("model_config").orElseThrow();
            assertTrue(written.contains("\"ngrams\":[1,3]"), written);
        }
    }

    @Test
    void normalizationsKeepTheMomentumOfARenormalizationThatIsOff() throws IOException {
        Path saved = folder.resolve("model.h5");
        try (Model m = model(layer("BatchNormalization", "n", ", 'renorm': false, 'renorm_momentum': 0.6", "x"))) {
            m.save(saved, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
        }
        try (Hdf5File file = Hdf5File.open(saved)) {
            String config = file.root().string("model_config").orElseThrow();
            assertTrue(config.contains("\"renorm_momentum\":0.6"), config);
        }
    }

    @Test
    void whatIsMaskedAltogetherIsZeroInKeras3Alone() throws IOException {
        String embedding = layer("Masking", "m", "", "x");
        SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
        String heads = ", 'num_heads': 2, 'key_dim': 2";
        try (Model m = model(embedding, layer("MultiHeadAttention", "a", heads + ", 'dropout': 0.1", "m", "m"))) {
            String problem = assertThrows(
                            UnsupportedModelException.class, () -> m.save(folder.resolve("model.h5"), options))
                    .getMessage();
            assertTrue(problem.contains("MultiHeadAttention: expected weights other than 0 where all is"), problem);
        }
        String causal = layer("MultiHeadAttention", "a", heads + ", 'dropout': 0.1", "x", "x")
                .replace("'kwargs': {}", "'kwargs': {'use_causal_mask': true}");
        for (String[] layers :
                new String[][] {{causal}, {embedding, layer("MultiHeadAttention", "a", heads, "m", "m")}}) {
            try (Model m = model(layers)) {
                m.save(folder.resolve("model.h5"), options);
            }
        }
    }

    @Test
    void keras2IsToldOfNoMaskOnlyWhereThereIsNone() throws IOException {
        Path saved = folder.resolve("model.h5");
        String lstm = layer("LSTM", "l", ", 'units': 2, 'unroll': true, 'zero_output_for_mask': true", "m");
        try (Model m =
                model(layer("Masking", "m", "", "x"), lstm.replace("'kwargs': {}", "'kwargs': {'mask': null}"))) {
            m.save(saved, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
        }
        try (Hdf5File file = Hdf5File.open(saved)) {
            String config = file.root().string("model_config").orElseThrow();
            assertFalse(config.contains("\"mask\""), config);
            assertTrue(config.contains("\"unroll\":false"), config); // unrolled, Keras 2 fails with such a mask
        }
    }

    @Test
    void layersAsActivationsAreThoseThatKeras2Finds() throws IOException {
        String dense = ", 'units': 2, 'activation': {'module': 'keras.layers', 'class_name': '%s', 'config': {%s}}";
        SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
        Path saved = folder.resolve("model.h5");
        try (Model m = model(layer("Dense", "d", dense.formatted("LeakyReLU", "'negative_slope': 0.4"), "x"))) {
            m.save(saved, options);
        }
        try (Hdf5File file = Hdf5File.open(saved)) {
            String config = file.root().string("model_config").orElseThrow();
            assertTrue(config.contains("\"alpha\":0.4"), config);
            assertFalse(config.contains("\"module\""), config);
        }
        try (Model m = model(layer("Dense", "d", dense.formatted("Dropout", "'rate': 0.4"), "x"))) {
            String problem = assertThrows(UnsupportedModelException.class, () -> m.save(saved, options))
                    .getMessage();
            assertTrue(problem.contains("Dropout as an activation, where Keras 2 takes only the layers"), problem);
        }
    }

    @Test
    void codeOfLambdasIsKeptUnderTheKeysOfEachVersion() throws IOException {
        String code =
                ", 'function': {'class_name': '__lambda__', 'config': {'code': 'cXE=', 'defaults': [1], 'closure': null}},"
                        + " 'output_shape': [4, 3], 'arguments': {}";
        Path file = folder.resolve("model.json");
        Files.writeString(
                file,
                MODEL.formatted(INPUT + ", " + layer("Lambda", "twice", code, "x"), "twice")
                        .replace('\'', '"'));
        CustomObjects twice = CustomObjects.NONE.function("twice", Expression.parse("x * 2"));
        Path older = folder.resolve("older.h5");
        Path newer = folder.resolve("newer.h5");
        try (Model m = Model.load(file, twice)) {
            m.save(older, SaveOptions.DEFAULT.withDialect(Dialect.KERAS2));
        }
        try (Model m = Model.load(older, twice)) {
            m.save(newer, SaveOptions.DEFAULT.withDialect(Dialect.KERAS3));
        }
        try (Hdf5File two = Hdf5File.open(older);
                Hdf5File three = Hdf5File.open(newer)) {
            String config = two.root().string("model_config").orElseThrow();
            assertTrue(config.contains("\"function\":[\"cXE=\",[1],null],\"function_type\":\"lambda\""), config);
            assertTrue(config.contains("\"output_shape\":[4,3],\"output_shape_type\":\"raw\""), config);
            String again = three.root().string("model_config").orElseThrow();
            assertTrue(
                    again.contains("\"function\":{\"class_name\":\"__lambda__\",\"config\":{\"code\":\"cXE=\","
                            + "\"defaults\":[1],\"closure\":null}}"),
                    again);
            assertFalse(again.contains("_type\""), again);
        }
        String builtin = ", 'function': {'module': 'builtins', 'class_name': 'function', 'config': 'tanh'}";
        try (Model m = model(layer("Lambda", "l", builtin, "x"))) {
            SaveOptions options = SaveOptions.DEFAULT.withDialect(Dialect.KERAS2);
            String problem = assertThrows(UnsupportedModelException.class, () -> m.save(older, options))
                    .getMessage();
            assertTrue(problem.contains("Lambda of Keras's own tanh by name, which Keras 2 does not find"), problem);
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
