package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The outputs of models carry the masks that they carry in Keras, and no others. */
class MasksTest {
    private static final Set<String> FAMILIES = Set.of(
            "lstm_masked",
            "gru_masked",
            "simple_rnn_masked",
            "lstm_masked_holes",
            "gru_masked_holes",
            "simple_rnn_masked_holes",
            "rnn_masked",
            "bidirectional",
            "embedding",
            "masking",
            "time_distributed",
            "time_distributed_masked",
            "lstm",
            "rnn");

    @TempDir
    static Path folder;

    @TestFactory
    List<DynamicTest> masks() throws IOException {
        CaseArchive archive = new CaseArchive(folder);
        List<String> ids = archive.unpack("layers.zip", id -> FAMILIES.contains(id.split("/")[1]));
        return ids.stream()
                .map(id -> DynamicTest.dynamicTest(id, () -> verify(archive, id)))
                .toList();
    }

    private static void verify(CaseArchive archive, String id) throws IOException {
        try (Model model = Model.load(archive.file(id, "model.keras"), "reference");
                Npz npz = Npz.open(archive.file(id, "expected.npz"))) {
            List<Tensor> inputs = new ArrayList<>();
            while (npz.names().contains("b0.in." + inputs.size())) {
                inputs.add(npz.get("b0.in." + inputs.size()));
            }
            Map<String, Tensor> was = run(model, inputs);
            Set<String> expected = new TreeSet<>();
            npz.names().stream().filter(n -> n.startsWith("b0.mask.")).forEach(expected::add);
            assertEquals(expected, new TreeSet<>(was.keySet()), id);
            for (String name : expected) {
                assertEquals(npz.get(name).cast(DType.BOOL), was.get(name), id + " " + name);
            }
        }
    }

    private static Map<String, Tensor> run(Model model, List<Tensor> inputs) {
        KerasProgram program = (KerasProgram) model.program();
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            in.add(b.input("in" + i, inputs.get(i).type()));
        }
        List<KerasTensor> tensors = in.stream().map(KerasTensor::of).toList();
        Object first = tensors.size() == 1 ? tensors.get(0) : tensors;
        Lowering lowering = new Lowering(b, Mode.INFERENCE);
        List<KerasTensor> out = lowering.call(program.root(), null, List.of(first), Map.of(), null);
        Map<String, Value> masks = new LinkedHashMap<>();
        for (int i = 0; i < out.size(); i++) {
            if (out.get(i).mask().isPresent()) {
                masks.put("b0.mask." + i, out.get(i).maskOrNull());
            }
        }
        return Evaluation.of(b.graph(in, masks, Map.of()))
                .run(inputs, model.variables()::get)
                .outputs();
    }
}
