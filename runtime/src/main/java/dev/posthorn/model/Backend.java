package dev.posthorn.model;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs graphs. Found by {@code ServiceLoader}. */
public interface Backend {
    String name();

    /** Prepares a graph with these values of its variables; those that it does not update stay as they are. */
    default Executable compile(Graph graph, Variables.Snapshot variables) {
        return compile(graph, variables, Set.of());
    }

    /**
     * Prepares a graph.
     *
     * @param variables the values of its variables; those that stay so may be computed with beforehand
     * @param changing the keys of variables that are read anew in each run, besides those that the graph updates
     */
    Executable compile(Graph graph, Variables.Snapshot variables, Set<String> changing);

    /** A prepared graph. Thread-safe. */
    interface Executable {
        /** The outputs in order, then the updates in order. Variables that change are read from {@code now}. */
        List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now);

        /** How long each step takes, over some runs; empty where the backend has no steps to time. */
        default Optional<Profile> profile(List<Tensor> inputs, Variables.Snapshot now, int runs) {
            return Optional.empty();
        }

        /** How the graph runs: steps, memory, what was fused. */
        String explain();
    }
}
