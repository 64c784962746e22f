package dev.posthorn.tools.command;

import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.GoldenReport.Part;
import dev.posthorn.golden.Tolerances;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.page.GoldenPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@code posthorn verify --golden}. */
record GoldenCheck(Path model, Path golden, Tolerances tolerances, String backend, Bindings bindings, boolean quiet) {
    /** Prints what is found, writes the reports asked for; the exit code. */
    int run(ReportFiles files, PrintWriter out) throws IOException {
        boolean asIs = List.of(backend.split(":")).contains("as-is"); // such models can only be called
        Set<Part> parts = asIs ? EnumSet.of(Part.OUTPUTS) : EnumSet.allOf(Part.class);
        try (Model loaded = Model.load(model, backend, bindings)) {
            GoldenReport report = GoldenReport.of(golden, loaded, tolerances, parts);
            report.lines(quiet).forEach(out::println);
            files.write(() -> GoldenPage.of(model.getFileName().toString(), loaded, report));
            return report.passed() ? Posthorn.RIGHT : Posthorn.FAILED;
        }
    }
}
