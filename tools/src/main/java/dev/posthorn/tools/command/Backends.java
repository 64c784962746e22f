package dev.posthorn.tools.command;

import dev.posthorn.model.Backend;
import dev.posthorn.tools.InputException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine.Option;

/** The option {@code --backend}. */
final class Backends {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What computes: java (fast), reference (slow and simple). Default: java.")
    private String name;

    String name() {
        List<String> all = ServiceLoader.load(Backend.class).stream()
                .map(b -> b.get().name())
                .toList();
        if (name != null && !all.contains(name)) {
            throw new InputException(
                    "backend: expected one of " + String.join(", ", all) + " but was '" + name + "', at --backend");
        }
        return name != null ? name : all.contains("java") ? "java" : "reference";
    }
}
