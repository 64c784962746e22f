package dev.posthorn.reference;

import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The naive backend: walks the graph, every primitive by its own definition. Slow, and what the fast one is held to. */
public final class ReferenceBackend implements Backend {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Executable compile(Graph graph, Variables.Snapshot variables, Set<String> changing) {
        Set<String> states = new HashSet<>(changing);
        states.addAll(graph.updates().keySet());
        Evaluation evaluation = Evaluation.of(graph);
        return new Executable() {
            @Override
            public List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now) {
                Evaluation.Results results =
                        evaluation.run(inputs, key -> (states.contains(key) ? now : variables).get(key));
                List<Tensor> all = new ArrayList<>(results.outputs().values());
                all.addAll(results.updates().values());
                return all;
            }

            @Override
            public String explain() {
                return "reference: every node by its definition\n" + evaluation;
            }
        };
    }
}
