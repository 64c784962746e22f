package dev.posthorn.tools.command;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.Verdict;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.page.GoldenPage;
import dev.posthorn.tools.verify.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code posthorn verify --golden}. */
record GoldenCheck(Path model, Path golden, double layerTolerance, String backend, Bindings bindings, boolean quiet) {
    /** Prints what is found, writes the reports asked for; the exit code. */
    int run(Case c, ReportFiles files, PrintWriter out) throws IOException {
        List<Verdict> verdicts =
                new Verification(backend, bindings).verify(c, c.models().get(0));
        for (Verdict v : verdicts) {
            if (!v.passed()) {
                out.println("FAIL " + v.what() + " " + v.problem());
            } else if (!quiet) {
                out.println(String.format(
                        Locale.ROOT, "PASS %s max_abs %.2g max_rel %.2g", v.what(), v.maxAbs(), v.maxRel()));
            }
        }
        try (Model loaded = Model.load(model, backend, bindings)) {
            GoldenReport report = GoldenReport.of(golden, loaded, layerTolerance);
            report.lines(quiet).forEach(out::println);
            files.write(() -> GoldenPage.of(model.getFileName().toString(), loaded, verdicts, report));
            boolean passed = report.passed() && verdicts.stream().allMatch(Verdict::passed);
            return passed ? Posthorn.RIGHT : Posthorn.FAILED;
        }
    }
}
