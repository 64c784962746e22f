package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SavedModels that Keras made of recurrent layers run these layers, not their loops. */
class RecurrentPlansTest {
    @ParameterizedTest
    @CsvSource({
        "models, models/networks/bilstm_tagger, Lstm",
        "layers, layers/gru/reset_before, Gru",
        "layers, layers/simple_rnn/sequences, SimpleRnn",
        "legacy, legacy/rnn/simplernn_masked, SimpleRnn"
    })
    void savedLoopsAreLayers(String suite, String name, String op) throws IOException {
        Path folder = Suites.cases(Suites.CASES.resolve(suite + ".zip")).stream()
                .filter(p -> p.endsWith(Path.of(name.substring(name.indexOf('/') + 1))))
                .findFirst()
                .orElseThrow();
        Tensor x = Npz.read(folder.resolve("expected.npz")).get("b0.in.0");
        try (Model model = Model.load(folder.resolve("saved_model"))) {
            Graph graph = model.program().lower(Signature.DEFAULT, List.of(x.type()), Mode.INFERENCE);
            String plan =
                    model.backend().compile(graph, model.variables().snapshot()).explain();
            assertTrue(plan.contains(op + "[") && !plan.contains("Scan[") && !plan.contains("While["), plan);
        }
    }
}
