package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.TextFormat;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.AssetFileDef;
import dev.posthorn.proto.CollectionDef;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.proto.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SavedModels hold that TensorFlow's loader passes over or finds elsewhere. Source: TF saved_model/loader_impl.py. */
class EarlySavedModelsTest {
    private static final String LOOKUP = """
            node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_STRING } }
              attr { key: 'shape' value { shape { dim { size: -1 } } } } }
            node { name: 'file' op: 'Const' attr { key: 'dtype' value { type: DT_STRING } }
              attr { key: 'value' value { tensor { dtype: DT_STRING tensor_shape { } string_val: '/elsewhere/words.txt' } } } }
            node { name: 'default' op: 'Const' attr { key: 'dtype' value { type: DT_INT64 } }
              attr { key: 'value' value { tensor { dtype: DT_INT64 tensor_shape { } int64_val: -1 } } } }
            node { name: 'table' op: 'HashTableV2' attr { key: 'key_dtype' value { type: DT_STRING } }
              attr { key: 'value_dtype' value { type: DT_INT64 } } }
            node { name: 'fill' op: 'InitializeTableFromTextFileV2' input: 'table' input: 'file'
              attr { key: 'key_index' value { i: -2 } } attr { key: 'value_index' value { i: -1 } }
              attr { key: 'vocab_size' value { i: -1 } } attr { key: 'delimiter' value { s: '\\\\t' } } }
            node { name: 'y' op: 'LookupTableFindV2' input: 'table' input: 'x' input: 'default'
              attr { key: 'Tin' value { type: DT_STRING } } attr { key: 'Tout' value { type: DT_INT64 } } }
            """;

    private static final String MODEL = """
            saved_model_schema_version: 1
            meta_graphs { meta_info_def { tags: 'serve' } graph_def { %s }
              signature_def { key: 'serving_default' value {
                inputs { key: 'x' value { name: 'x:0' dtype: DT_FLOAT tensor_shape { unknown_rank: true } } }
                outputs { key: 'y' value { name: 'y:0' dtype: %s tensor_shape { unknown_rank: true } } } } } %s }
            """;

    @TempDir
    Path folder;

    @Test
    void assetsOfACollectionAreFoundAndInputsHaveTheTypeOfTheirPlaceholder() throws IOException {
        SavedModel.Builder model = parsed(LOOKUP, "DT_INT64", "");
        AssetFileDef asset = AssetFileDef.newBuilder()
                .setFilename("words.txt")
                .setTensorInfo(TensorInfo.newBuilder().setName("file:0"))
                .build();
        model.getMetaGraphsBuilder(0)
                .putCollectionDef(
                        "saved_model_assets",
                        CollectionDef.newBuilder()
                                .setAnyList(CollectionDef.AnyList.newBuilder().addValue(Any.pack(asset)))
                                .build())
                .putCollectionDef(
                        "table_initializer",
                        CollectionDef.newBuilder()
                                .setNodeList(CollectionDef.NodeList.newBuilder().addValue("fill"))
                                .build());
        Files.createDirectories(folder.resolve("assets"));
        Files.writeString(folder.resolve("assets/words.txt"), "a\nb\nc\n");
        try (Model loaded = Model.load(written(model))) {
            assertEquals(
                    DType.STRING,
                    loaded.signature("serving_default").inputs().get(0).type().dtype());
            Tensor y = loaded.predict(Tensor.of(Shape.of(3), "c", "a", "?"));
            assertArrayEquals(new long[] {2, 0, -1}, y.longs());
        }
    }

    @Test
    void aResourceThatWasAPlaceholderIsMissedOnlyByWhatUsesIt() throws IOException {
        String graph = """
                node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
                node { name: 'y' op: 'Neg' input: 'x' attr { key: 'T' value { type: DT_FLOAT } } }
                library { function { signature { name: 'create' output_arg { name: 'identity' type: DT_RESOURCE } }
                  node_def { name: 'unused' op: 'Placeholder' attr { key: 'dtype' value { type: DT_RESOURCE } } }
                  node_def { name: 'same' op: 'Identity' input: 'unused:output:0'
                    attr { key: 'T' value { type: DT_RESOURCE } } }
                  ret { key: 'identity' value: 'same:output:0' } } }
                """;
        String objects = """
                object_graph_def {
                  nodes { children { node_id: 1 local_name: 'table' } user_object { identifier: '_generic_user_object' } }
                  nodes { children { node_id: 2 local_name: '_create_resource' } resource { } }
                  nodes { function { concrete_functions: 'create' } }
                  concrete_functions { key: 'create' value { } } }
                """;
        try (Model loaded = Model.load(written(parsed(graph, "DT_FLOAT", objects)))) {
            assertArrayEquals(
                    new float[] {-1, 2},
                    loaded.predict(Tensor.of(Shape.of(2), new float[] {1, -2})).floats());
        }
    }

    @Test
    void aModelWithoutTheFileOfItsVariablesIsNotLoaded() throws IOException {
        String graph = """
                node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
                node { name: 'y' op: 'Neg' input: 'x' attr { key: 'T' value { type: DT_FLOAT } } }
                """;
        Path file = written(parsed(
                graph, "DT_FLOAT", "object_graph_def { nodes { variable { dtype: DT_FLOAT shape { } name: 'v' } } }"));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Model.load(file));
        assertTrue(e.getMessage().contains("variables.index"), e.getMessage());
    }

    private static SavedModel.Builder parsed(String graph, String dtype, String more) throws IOException {
        SavedModel.Builder model = SavedModel.newBuilder();
        TextFormat.merge(String.format(MODEL, graph, dtype, more), model);
        return model;
    }

    private Path written(SavedModel.Builder model) throws IOException {
        Files.write(folder.resolve("saved_model.pb"), model.build().toByteArray());
        return folder;
    }
}
