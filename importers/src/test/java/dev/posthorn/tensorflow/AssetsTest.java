package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SavedModel of TensorFlow 1 that reads a file it was saved with, whose path was another when it was made. */
class AssetsTest {
    private static final String MODEL = """
            saved_model_schema_version: 1
            meta_graphs {
              meta_info_def { tags: 'serve' }
              graph_def {
                node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_STRING } }
                  attr { key: 'shape' value { shape { dim { size: -1 } } } } }
                node { name: 'path' op: 'Const' attr { key: 'dtype' value { type: DT_STRING } }
                  attr { key: 'value' value { tensor { dtype: DT_STRING tensor_shape {} string_val: '/made/at/words.txt' } } } }
                node { name: 'read' op: 'ReadFile' input: 'path' }
                node { name: 'y' op: 'StringJoin' input: 'x' input: 'read' attr { key: 'N' value { i: 2 } } }
              }
              asset_file_def { tensor_info { name: 'path:0' } filename: 'words.txt' }
              signature_def { key: 'serving_default' value {
                inputs { key: 'x' value { name: 'x:0' dtype: DT_STRING tensor_shape { dim { size: -1 } } } }
                outputs { key: 'y' value { name: 'y:0' dtype: DT_STRING tensor_shape { dim { size: -1 } } } }
                method_name: 'tensorflow/serving/predict' } }
            }
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void save() throws IOException {
        SavedModel.Builder model = SavedModel.newBuilder();
        TextFormat.merge(MODEL, model);
        Files.write(folder.resolve("saved_model.pb"), model.build().toByteArray());
    }

    @Test
    void itsOwnFileIsRead() throws IOException {
        Files.createDirectories(folder.resolve("assets"));
        Files.writeString(folder.resolve("assets/words.txt"), "!");
        try (Model model = Model.load(folder)) {
            assertEquals(Tensor.of(Shape.of(2), "a!", "b!"), model.predict(Tensor.of(Shape.of(2), "a", "b")));
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() throws IOException {
        try (Model model = Model.load(folder)) {
            Exception e = assertThrows(ModelFormatException.class, () -> model.predict(Tensor.of(Shape.of(1), "a")));
            assertTrue(
                    e.getMessage().contains("asset: expected a file in")
                            && e.getMessage().contains("words.txt"),
                    e::toString);
        }
    }
}
