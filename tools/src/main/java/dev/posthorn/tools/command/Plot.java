package dev.posthorn.tools.command;

import dev.posthorn.model.Model;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.diagram.Diagram;
import dev.posthorn.tools.diagram.ModelDiagram;
import dev.posthorn.tools.diagram.Svg;
import dev.posthorn.tools.page.PlotPage;
import dev.posthorn.tools.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn plot}: a model as a picture. */
@Command(
        name = "plot",
        header = "Draws a model's graph with types, shapes and parameters.",
        description =
                "Layers of Keras models, nested models as frames around theirs; of SavedModels and frozen graphs the"
                        + " operations of a signature, in frames for the scopes of their names. Nothing is run.")
public final class Plot implements Callable<Integer> {
    /** As many boxes as a picture is still read with. */
    private static final int READABLE = 200;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path path;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description =
                    "What to write: a picture (.svg), or a page that zooms and filters (.html). Default: SVG to standard output.")
    private Path out;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description =
                    "How deep nested models and scopes are shown: 1 is the outermost alone. Default: a Keras model"
                            + " whole, a graph as deep as 200 boxes allow.")
    private Integer depth;

    @Option(
            names = "--signature",
            paramLabel = "NAME",
            description = "The signature to draw. Default: serving_default.")
    private String signature;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        if (depth != null && depth < 1) {
            throw new InputException("plot: expected 1 or more but was " + depth + ", at --depth");
        }
        String name = out == null ? ".svg" : out.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean page = name.endsWith(".html") || name.endsWith(".htm");
        if (!page && !name.endsWith(".svg")) {
            throw new InputException(
                    "plot: expected a name that ends in .svg or .html but was '" + out.getFileName() + "', at --out");
        }
        try (Model model = bound.load(path, "java")) {
            String called = signature == null ? ModelDiagram.signature(model) : signature;
            Diagram whole = ModelDiagram.of(model, called, ModelDiagram.Marks.NONE);
            Diagram shown = whole.upTo(depth == null ? readable(whole) : depth);
            String text = page ? HtmlReport.of(PlotPage.of(model, called, shown)) : Svg.file(shown, model.name());
            if (out == null) {
                spec.commandLine().getOut().println(text);
            } else {
                ReportFiles.text(out, text);
            }
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage());
        }
        return Posthorn.RIGHT;
    }

    private static int readable(Diagram d) {
        int all = d.depth();
        if (d.boxes().stream().anyMatch(b -> b.type().equals("output"))) {
            while (all > 1 && d.upTo(all).size() > READABLE) {
                all--;
            }
        }
        return all;
    }
}
