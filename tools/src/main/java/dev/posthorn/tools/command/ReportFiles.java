package dev.posthorn.tools.command;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.report.HtmlReport;
import dev.posthorn.tools.report.JUnitReport;
import dev.posthorn.tools.report.MarkdownReport;
import dev.posthorn.tools.report.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that write what was found into files. */
final class ReportFiles {
    @Option(
            names = {"--report", "--html"},
            paramLabel = "FILE.html",
            description = "Writes one page for a browser, which needs nothing else.")
    private Path html;

    @Option(
            names = "--markdown",
            paramLabel = "FILE.md",
            description = "Writes Markdown, such as for a build's summary.")
    private Path markdown;

    @Option(names = "--junit-xml", paramLabel = "FILE.xml", description = "Writes each check as a test of JUnit's XML.")
    private Path junit;

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path p : new Path[] {html, markdown, junit}) {
            if (p != null) {
                files.add(p.toAbsolutePath().normalize());
            }
        }
        return files;
    }

    boolean wanted() {
        return !files().isEmpty();
    }

    /** Fails where one file is named for two of them, before anything is computed. */
    void check() {
        if (new HashSet<>(files()).size() < files().size()) {
            throw new InputException("expected a file of its own for each report but was " + files()
                    + ", at --report, --markdown, --junit-xml");
        }
    }

    /** Writes what is asked for; each file is there whole or not at all. */
    void write(Supplier<Report> report) throws IOException {
        if (wanted()) {
            Report r = report.get();
            write(html, () -> HtmlReport.of(r));
            write(markdown, () -> MarkdownReport.of(r));
            write(junit, () -> JUnitReport.of(r));
        }
    }

    private static void write(Path file, Supplier<String> text) throws IOException {
        if (file != null) {
            text(file, text.get());
        }
    }

    static void text(Path file, String text) throws IOException {
        try (AtomicFile to = AtomicFile.create(file);
                OutputStream out = to.stream()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            to.commit();
        }
    }
}
