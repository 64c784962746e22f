package dev.posthorn.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.WeightSelection;
import dev.posthorn.tensorflow.bundle.BundleWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint holds that the model has no variable for is told, but for what only training needs. */
class CheckpointFormatTest {
    @TempDir
    private Path folder;

    private static Tensor two(float value) {
        return Tensor.of(Shape.of(2), value, value);
    }

    private List<String> told(Map<String, Tensor> checkpoint) throws IOException {
        Path graph = folder.resolve("graph.pbtxt");
        Files.writeString(graph, """
                node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } }
                  attr { key: 'shape' value { shape { dim { size: 2 } } } } }
                node { name: 'w' op: 'VariableV2' attr { key: 'dtype' value { type: DT_FLOAT } }
                  attr { key: 'shape' value { shape { dim { size: 2 } } } } }
                node { name: 'y' op: 'AddV2' input: 'x' input: 'w' attr { key: 'T' value { type: DT_FLOAT } } }
                """);
        BundleWriter.write(folder.resolve("c"), checkpoint);
        List<String> told = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord r) {
                told.add(MessageFormat.format(r.getMessage(), r.getParameters()));
            }

            @Override
            public void flush() {
                // nothing is kept back
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger logger = Logger.getLogger("dev.posthorn.weights");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try (Model model = Model.load(graph)) {
            model.loadWeights(folder.resolve("c.index"), WeightSelection.ALL);
            assertEquals(two(4), model.predict(two(1)));
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        return told;
    }

    @Test
    void whatOnlyTrainsIsNotMissed() throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("w", two(3));
        all.put("w/Momentum", two(1));
        all.put("global_step", Tensor.of(Shape.SCALAR, 1L));
        assertEquals(List.of(), told(all));
    }

    @Test
    void whatMatchesNothingIsNamed() throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("w", two(3));
        for (int i = 0; i < 12; i++) {
            all.put("other" + i, two(1));
        }
        List<String> told = told(all);
        assertEquals(1, told.size(), told::toString);
        assertTrue(
                told.get(0).contains("expected variables of the model but 12 of the checkpoint are none: other0, ")
                        && told.get(0).contains(" and 2 more, at "),
                told::toString);
    }
}
