package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.train.Choice;
import dev.posthorn.train.CompileConfig;
import dev.posthorn.train.PerOutput;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.optimizer.Adam;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that was compiled with a loss or an optimizer of somebody's own can be used, but not trained as its file says. */
class CustomCompiledTest {
    @TempDir
    Path folder;

    private Path changed(String from, String to) throws IOException {
        Path file = folder.resolve("own.keras");
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(Fixtures.file("small.keras")));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                byte[] bytes = in.readAllBytes();
                if (e.getName().equals("config.json")) {
                    String json = new String(bytes, StandardCharsets.UTF_8);
                    assertTrue(json.contains(from), json);
                    bytes = json.replace(from, to).getBytes(StandardCharsets.UTF_8);
                }
                out.putNextEntry(new ZipEntry(e.getName()));
                out.write(bytes);
            }
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
        `"loss": "sparse_categorical_crossentropy"`, `"loss": "own_loss"`, but was 'own_loss'
        `"loss": "sparse_categorical_crossentropy"`, `"loss": {"module": "own", "class_name": "OwnLoss", "config": {}, "registered_name": "own>OwnLoss"}`, OwnLoss
        `{"module": "keras.optimizers", "class_name": "Adam"`, `{"module": "own", "class_name": "OwnAdam"`, OwnAdam
        """)
    void whatIsUnknownIsSaidWhenItIsNeeded(String from, String to, String said) throws IOException {
        Tensor x = Tensor.of(Shape.of(4, 6), new float[24]);
        Batch batch = Batch.of(x, Tensor.of(Shape.of(4), new float[4]));
        try (Model known = Model.load(Fixtures.file("small.keras"));
                Model model = Model.load(changed(from, to))) {
            assertEquals(known.predict(x), model.predict(x));
            String message = assertThrows(
                            RuntimeException.class, () -> model.trainer().trainOnBatch(batch))
                    .getMessage();
            assertTrue(message.contains(said), message);
            Trainer trainer = model.trainer()
                    .compile(CompileConfig.NONE
                            .withOptimizer(new Adam(0.01))
                            .withLoss(PerOutput.all(Choice.named("sparse_categorical_crossentropy"))));
            assertTrue(trainer.trainOnBatch(batch).get("loss") > 0);
        }
    }
}
