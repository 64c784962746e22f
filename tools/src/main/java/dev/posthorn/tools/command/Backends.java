package dev.posthorn.tools.command;

import dev.posthorn.model.Backend;
import dev.posthorn.tools.InputException;
import picocli.CommandLine.Option;

/** The options {@code --backend}, {@code --device}, {@code --jit} and {@code --as-is}. */
final class Backends {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "What computes: java (fast), java:winograd=4 (faster where there are large convolutions of 3x3 taps, and"
                            + " less exact), reference (slow and simple), tensorflow (TensorFlow's own library, which"
                            + " 'posthorn native' fetches). Default: java.")
    private String name = "java";

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "Where --backend tensorflow computes: cpu, gpu or gpu:N. Default: cpu.")
    private String device = Backend.Options.DEFAULT.device();

    @Option(names = "--jit", description = "Lets --backend tensorflow compile each graph as a whole (XLA).")
    private boolean jit;

    @Option(
            names = "--as-is",
            description = "Lets --backend tensorflow load a SavedModel by TensorFlow's own loader, not by Posthorn.")
    private boolean asIs;

    /** A name for {@link Backend#named}. */
    String name() {
        String full = name + new Backend.Options(device, jit, asIs, "");
        try {
            return Backend.named(full).name();
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage() + ", at --backend");
        }
    }
}
