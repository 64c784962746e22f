package dev.posthorn.model;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import java.util.List;
import java.util.Optional;

/** Runs graphs. Found by {@code ServiceLoader}. */
public interface Backend {
    String name();

    /** Prepares a graph with these values of its variables. */
    Executable compile(Graph graph, Variables.Snapshot variables);

    /** A prepared graph. Thread-safe. */
    interface Executable {
        /** The outputs in order, then the updates in order. Variables that the graph updates are read from {@code now}. */
        List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now);

        /** How long each step takes, over some runs; empty where the backend has no steps to time. */
        default Optional<Profile> profile(List<Tensor> inputs, Variables.Snapshot now, int runs) {
            return Optional.empty();
        }

        /** How the graph runs: steps, memory, what was fused. */
        String explain();
    }
}
