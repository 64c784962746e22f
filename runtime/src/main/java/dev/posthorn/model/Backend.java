package dev.posthorn.model;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs graphs. Found by {@code ServiceLoader}. */
public interface Backend {
    /**
     * Where and how a backend runs.
     *
     * @param device {@code cpu}, {@code gpu} or {@code gpu:0} and so on
     * @param jit whether each graph is compiled as a whole before it runs
     * @param asIs whether files are loaded by the backend's own loader, not by Posthorn
     * @param winograd how many outputs a side convolutions of 3×3 taps may compute at once: {@code 4} is faster than {@code 2}
     *     and less exact (a largest error some ten times as large); empty for what {@code -Dposthorn.winograd} says, else 2
     */
    record Options(String device, boolean jit, boolean asIs, String winograd) {
        public static final Options DEFAULT = new Options("cpu", false, false, "");

        private static final String WINOGRAD = "winograd=";

        /** The same with that word for Winograd. */
        public Options winograd(String outputs) {
            return new Options(device, jit, asIs, outputs);
        }

        /**
         * As a backend's name has them: {@code :gpu:0}, {@code :jit}, {@code :gpu:0:jit:as-is}, {@code :winograd=4}; nothing for
         * the default.
         */
        @Override
        public String toString() {
            return (device.equals(DEFAULT.device) ? "" : ":" + device)
                    + (jit ? ":jit" : "")
                    + (asIs ? ":as-is" : "")
                    + (winograd.isEmpty() ? "" : ":" + WINOGRAD + winograd);
        }

        private static Options of(String text) {
            List<String> words = new ArrayList<>(List.of(text.split(":")));
            boolean jit = words.remove("jit");
            boolean asIs = words.remove("as-is");
            Optional<String> winograd =
                    words.stream().filter(w -> w.matches(WINOGRAD + ".+")).findFirst();
            winograd.ifPresent(words::remove);
            return new Options(
                    words.isEmpty() ? DEFAULT.device : String.join(":", words),
                    jit,
                    asIs,
                    winograd.map(w -> w.substring(WINOGRAD.length())).orElse(""));
        }
    }

    /**
     * The backend of a name, with options where they follow it: {@code java}, {@code reference}, {@code tensorflow}, {@code
     * tensorflow:gpu:0}, {@code tensorflow:jit}, {@code tensorflow:as-is}, {@code java:winograd=4}.
     *
     * @throws IllegalArgumentException where there is none of that name, or it has not these options
     */
    static Backend named(String name) {
        int colon = name.indexOf(':');
        String first = colon < 0 ? name : name.substring(0, colon);
        List<Backend> all = ServiceLoader.load(Backend.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        for (Backend b : all) {
            if (b.name().equals(first)) {
                return colon < 0 ? b : b.with(Options.of(name.substring(colon + 1)));
            }
        }
        String names = all.stream().map(Backend::name).sorted().collect(Collectors.joining(", "));
        String hint = first.equals("tensorflow")
                ? " (that one is the artifact dev.posthorn:posthorn-native, with"
                        + " org.tensorflow:tensorflow-core-native:1.1.0 and the classifier of the platform:"
                        + " docs/native.md)"
                : "";
        throw new IllegalArgumentException("backend: expected one of " + names + " but was '" + first + "'" + hint);
    }

    /** Its name, and its options as {@link #named} takes them. */
    String name();

    /**
     * The same backend with options.
     *
     * @throws IllegalArgumentException where it does not have them
     */
    default Backend with(Options options) {
        if (options.equals(Options.DEFAULT.winograd(options.winograd())) && !options.equals(Options.DEFAULT)) {
            throw new IllegalArgumentException(
                    "backend " + name() + ": expected no options but was '" + options + "' (those are backend java's)");
        }
        if (!options.equals(Options.DEFAULT)) {
            throw new IllegalArgumentException(
                    "backend " + name() + ": expected no device but cpu, no compiler and no loader of its own but was '"
                            + options + "' (backend tensorflow has them)");
        }
        return this;
    }

    /**
     * What a file holds, where the backend loads it itself; empty where Posthorn is to read it.
     *
     * @throws ModelFormatException where it was asked to and cannot
     */
    default Optional<ModelFormat.Loaded> load(Path path) throws IOException {
        return Optional.empty();
    }

    /**
     * The same backend with a bound on the memory of intermediate values, all those of a run together: what does not fit is
     * computed again where it is read. Results are the same bits. A graph that no plan brings within it is refused.
     *
     * @throws IllegalArgumentException where the backend has no such bound
     */
    default Backend within(long bytes) {
        throw new IllegalArgumentException("backend " + name() + ": expected no bound of memory but was " + bytes
                + " bytes (backend java has one)");
    }

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

        /**
         * As the other one.
         *
         * @param spare for each result a tensor of its type whose elements nobody needs any more, so that it may become the
         *     result, or null
         */
        default List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now, List<Tensor> spare) {
            return run(inputs, now);
        }

        /** Gives back what the executable holds outside of the heap; a run after it throws. */
        default void close() {}

        /** How long each step takes, over some runs; empty where the backend has no steps to time. */
        default Optional<Profile> profile(List<Tensor> inputs, Variables.Snapshot now, int runs) {
            return Optional.empty();
        }

        /** How the graph runs: steps, memory, what was fused. */
        String explain();
    }
}
