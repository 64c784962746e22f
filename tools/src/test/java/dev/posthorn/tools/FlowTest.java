package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.autograd.Backward;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.optimizer.SGD;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The printed blocks of {@code docs/flow.md} are what is printed; {@code -Dposthorn.write=true} writes them anew. */
class FlowTest {
    private static final Path PAGE = Path.of("..", "docs", "flow.md");
    private static final Path MODEL = Path.of("..", "testdata", "flow", "small.keras");

    @Test
    void thePageIsCurrent() throws IOException {
        String page = Files.readString(PAGE);
        String current = page;
        for (Map.Entry<String, String> block : blocks().entrySet()) {
            String fence = "```" + block.getKey() + "\n";
            int from = current.indexOf(fence) + fence.length();
            int to = current.indexOf("```", from);
            current = current.substring(0, from) + block.getValue() + current.substring(to);
        }
        if (Boolean.getBoolean("posthorn.write")) {
            Files.writeString(PAGE, current);
            return;
        }
        assertEquals(current, page, "docs/flow.md is not current; run this test with -Dposthorn.write=true");
    }

    private static Map<String, String> blocks() throws IOException {
        Map<String, String> blocks = new TreeMap<>();
        Inspection inspection = Model.inspect(MODEL);
        blocks.put(
                "inspect",
                inspection.contents().stream()
                        .map(i -> i.path() + "  " + i.type() + "\n")
                        .collect(Collectors.joining()));
        try (Model model = Model.load(MODEL)) {
            String all = model.explain(Signature.DEFAULT, List.of(TensorType.f32(2, 8, 8, 1)));
            int plan = all.indexOf("plan of the backend");
            blocks.put("graph", all.substring(0, plan).strip() + "\n");
            blocks.put("plan", all.substring(plan).strip().replaceAll(" +\n", "\n") + "\n");
        }
        try (Model model = Model.load(MODEL)) {
            Graph call = model.program().lower(Signature.DEFAULT, List.of(TensorType.f32(2, 8, 8, 1)), Mode.INFERENCE);
            Graph backward =
                    Backward.of(call, Set.of("classes/kernel", "classes/bias")).graph();
            Builder b = new Builder();
            Map<String, Value> gradients = new LinkedHashMap<>(backward.outputs());
            gradients.keySet().removeIf(name -> !name.startsWith("d.w"));
            Map<Value, Value> copied = Rewriter.copy(backward, b, Map.of());
            gradients.replaceAll((name, v) -> copied.get(v));
            Graph g = b.graph(List.of(), gradients, Map.of());
            blocks.put(
                    "gradient",
                    g.toString().lines().dropWhile(l -> !l.contains("Softmax")).collect(Collectors.joining("\n"))
                            + "\n");
        }
        try (Model model = Model.load(MODEL)) {
            Trainer trainer = model.trainer()
                    .freeze("conv", "norm")
                    .optimizer(new SGD(0.1))
                    .loss("sparse_categorical_crossentropy");
            String step = trainer.explain(
                    Batch.of(Tensor.zeros(TensorType.f32(2, 8, 8, 1)), Tensor.zeros(TensorType.of(DType.INT32, 2))));
            blocks.put(
                    "step",
                    step.substring(0, step.indexOf("plan of the backend")).strip() + "\n");
        }
        return blocks;
    }
}
