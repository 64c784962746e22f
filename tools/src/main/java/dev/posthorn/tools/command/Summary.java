package dev.posthorn.tools.command;

import dev.posthorn.model.Model;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.SummaryTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn summary}: the table of {@code model.summary()}. */
@Command(name = "summary", header = "Prints the table that Keras 3 prints for model.summary().")
public final class Summary implements Callable<Integer> {
    private static final int COLUMNS = 80;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path model;

    @Option(
            names = "--line-length",
            paramLabel = "N",
            description =
                    "Width of the table. Default: as in Keras, which asks the variable COLUMNS, else takes 80, less 4.")
    private int lineLength;

    @Option(names = "--expand-nested", description = "List the layers inside of nested models too.")
    private boolean expandNested;

    @Option(names = "--show-trainable", description = "Say which layers may be trained.")
    private boolean showTrainable;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        try (Model m = bound.load(model, backend.name())) {
            String table = new SummaryTable(m.program(), columns(), expandNested, showTrainable).print(lineLength);
            spec.commandLine().getOut().print(table);
        }
        return Posthorn.RIGHT;
    }

    private static int columns() {
        String set = System.getenv("COLUMNS");
        return set != null && set.matches("[1-9]\\d{1,4}") ? Integer.parseInt(set) : COLUMNS;
    }
}
