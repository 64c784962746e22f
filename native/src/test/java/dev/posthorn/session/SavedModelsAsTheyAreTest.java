package dev.posthorn.session;

import static dev.posthorn.junit.ModelAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SavedModels by TensorFlow's own loader: what Posthorn exports, also compiled by XLA. */
class SavedModelsAsTheyAreTest {
    private static final Path DIGITS = Path.of("..", "testdata", "digits", "digits.keras");

    @TempDir
    private Path folder;

    @BeforeAll
    static void library() {
        try {
            NativeLibrary.load();
        } catch (UnsupportedModelException e) {
            assumeTrue(false, "skipped: no library of TensorFlow for this platform");
        }
    }

    private Path exported(SaveOptions options) throws IOException {
        Path to = folder.resolve("digits");
        try (Model model = Model.load(DIGITS)) {
            model.save(to, options);
        }
        return to;
    }

    private static Tensor java(Tensor x) throws IOException {
        try (Model model = Model.load(DIGITS)) {
            return model.predict(x);
        }
    }

    private static Tensor pictures(int n) {
        float[] x = new float[n * 784];
        for (int i = 0; i < x.length; i++) {
            x[i] = i * 7919 % 255 / 255f;
        }
        return Tensor.of(Shape.of(n, 28, 28, 1), x);
    }

    @Test
    void exportedModelsGiveTheSame() throws IOException {
        Tensor x = pictures(5);
        Model model = Model.load(exported(SaveOptions.DEFAULT), "tensorflow:as-is");
        assertEquals("tensorflow:as-is", model.backend().name());
        assertThat(model).on(x).matches(java(x)).within(new Tolerance(0, 1e-5));
        assertTrue(model.explain(Signature.DEFAULT, List.of(x.type())).contains("as it is"));
        assertThrows(
                UnsupportedModelException.class,
                () -> model.program().lower(Signature.DEFAULT, List.of(x.type()), Mode.TRAINING));
        model.close();
        assertThrows(IllegalStateException.class, () -> model.predict(x));
    }

    @Test
    void otherFilesAreRefused() {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Model.load(DIGITS, "tensorflow:as-is"));
        assertTrue(e.getMessage().startsWith("as-is: expected the folder of a SavedModel"), e::getMessage);
    }

    /** What {@code --xla} exports can be compiled as a whole: variables are outside, shapes are known. */
    @Test
    void exportedFunctionsCompile() throws IOException {
        Path saved = exported(SaveOptions.DEFAULT.withBatch(4).forXla());
        compileAll(saved.resolve("saved_model.pb"));
        Tensor x = pictures(4);
        try (Model model = Model.load(saved, "tensorflow:as-is")) {
            assertThat(model).on(x).matches(java(x)).within(new Tolerance(0, 1e-5));
        }
    }

    /** The reason is TensorFlow's. */
    @Test
    void brokenGraphsAreRefused() throws IOException {
        Path file = exported(SaveOptions.DEFAULT).resolve("saved_model.pb");
        SavedModel.Builder all = SavedModel.newBuilder().mergeFrom(Files.readAllBytes(file));
        all.getMetaGraphsBuilder(0)
                .getGraphDefBuilder()
                .addNodeBuilder()
                .setName("n")
                .setOp("NoSuchOp");
        Files.write(file, all.build().toByteArray());
        ShapeException e = assertThrows(ShapeException.class, () -> Model.load(file.getParent(), "tensorflow:as-is"));
        assertTrue(e.getMessage().contains("NoSuchOp"), e::getMessage);
    }

    private static void compileAll(Path file) throws IOException {
        SavedModel.Builder all = SavedModel.newBuilder().mergeFrom(Files.readAllBytes(file));
        int compiled = 0;
        for (NodeDef.Builder n :
                all.getMetaGraphsBuilder(0).getGraphDefBuilder().getNodeBuilderList()) {
            if (n.getOp().equals("StatefulPartitionedCall")) {
                n.putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build());
                compiled++;
            }
        }
        assertTrue(compiled > 0, () -> "expected calls of functions but was none, in " + file);
        Files.write(file, all.build().toByteArray());
    }
}
