package dev.posthorn.tools.command;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.data.Inputs;
import dev.posthorn.tools.data.Pictures;
import dev.posthorn.tools.data.RandomInputs;
import dev.posthorn.tools.data.Source;
import dev.posthorn.tools.diagram.ModelDiagram;
import dev.posthorn.tools.diff.BackendDiff;
import dev.posthorn.tools.diff.ModelDiff;
import dev.posthorn.tools.page.BackendPage;
import dev.posthorn.tools.page.DiffPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn diff}: where two models, or two backends, part. */
@Command(
        name = "diff",
        header = "Compares two models: layers, weights, outputs; or backends on one model, node by node.",
        description = {
            "With two models, of one format or two: layers that are added, removed or configured otherwise; weights by name, with"
                    + " their norms and largest differences; what both give for the same inputs. Where one has no layers (a"
                    + " SavedModel) or no variables (a frozen graph), that is said and not compared.",
            "With one model and two backends or more: runs one call on all and compares every value, in the order of computing, with"
                    + " the first backend's: the first that differs by more than the tolerance, the one that differs most, and the"
                    + " results. Of tensorflow:as-is, which reads a SavedModel by TensorFlow's own loader, only the results are"
                    + " known.",
            "Exit code 0: all is equal within the tolerance; 1: something differs; 2: they cannot be compared."
        })
public final class Diff implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", arity = "1..2", description = "A model file, or two.")
    private List<Path> paths = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "A backend: java, reference, tensorflow; with a device, compiler or loader as in tensorflow:gpu:0, tensorflow:jit,"
                            + " tensorflow:as-is. Of one model given twice or more; of two models given for both, or one for each. Default: java.")
    private List<String> backends = List.of();

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "What the models get, as for predict. Default: random numbers.")
    private List<String> inputs = List.of();

    @Option(names = "--rows", paramLabel = "N", description = "Rows of random numbers. Default: 2.")
    private int rows = 2;

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "The size of dimensions of random inputs that the model leaves open. Default: 16.")
    private int length = 16;

    @Option(names = "--seed", paramLabel = "N", description = "Decides the random numbers. Default: 0.")
    private long seed;

    @Option(
            names = "--signature",
            paramLabel = "NAME",
            description = "The signature to call. Default: serving_default, else the model's first.")
    private String signature;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "The largest difference allowed, as a part of a value's largest magnitude. Default: 1e-5.")
    private double tolerance = 1e-5;

    @Option(
            names = "--weight-tolerance",
            paramLabel = "X",
            description = "The same for weights. Default: 0, they are to be equal.")
    private double weightTolerance;

    @Option(names = "--all", description = "A line for everything, not only for what differs.")
    private boolean all;

    @Option(names = "--json", description = "Print JSON, of two models.")
    private boolean json;

    @Mixin
    private ReportFiles files;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        if (rows < 1 || length < 1 || !(tolerance >= 0) || !(weightTolerance >= 0)) {
            throw new InputException("diff: expected a row at least and a tolerance of 0 or more but was " + rows + ", "
                    + length + ", " + tolerance + ", " + weightTolerance
                    + ", at --rows, --length, --tolerance, --weight-tolerance");
        }
        files.check();
        try {
            return paths.size() == 2 ? models() : backends();
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage());
        }
    }

    private int models() throws IOException {
        if (backends.size() > 2) {
            throw new InputException("diff: expected at most two backends but was " + backends + ", at --backend");
        }
        String first = backends.isEmpty() ? "java" : backends.get(0);
        String second = backends.isEmpty() ? "java" : backends.get(backends.size() - 1);
        try (Model a = bound.load(paths.get(0), first);
                Model b = bound.load(paths.get(1), second)) {
            String signatureA = signature == null ? ModelDiagram.signature(a) : signature;
            String signatureB = signature == null ? ModelDiagram.signature(b) : signature;
            ModelDiff diff = ModelDiff.of(
                    a,
                    b,
                    signatureA,
                    signatureB,
                    inputs(a.signature(signatureA).inputs()),
                    new ModelDiff.Tolerances(tolerance, weightTolerance));
            DiffText text = new DiffText(diff);
            spec.commandLine().getOut().print(json ? text.json() : text.lines(all));
            String subject = paths.get(0).getFileName() + " → " + paths.get(1).getFileName();
            files.write(() -> DiffPage.of(subject, b, signatureB, diff));
            return diff.passed() ? Posthorn.RIGHT : Posthorn.FAILED;
        }
    }

    private int backends() throws IOException {
        if (backends.size() < 2 || json) {
            throw new InputException("diff: expected two models, or one and two backends, but was " + paths + " and "
                    + backends + (json ? " and --json" : "") + ", at --backend");
        }
        if (backends.size() > 2 && files.wanted()) {
            throw new InputException("diff: expected two backends for a page but was " + backends + ", at --backend");
        }
        try (Model model = bound.load(paths.get(0), own(backends.get(0)) ? backends.get(0) : "java")) {
            String called = signature == null ? ModelDiagram.signature(model) : signature;
            List<Tensor> given = inputs(model.signature(called).inputs());
            boolean passed = true;
            for (String other : backends.subList(1, backends.size())) {
                BackendDiff diff = compared(model, called, given, other);
                if (backends.size() > 2) {
                    spec.commandLine().getOut().println(backends.get(0) + " and " + other + ":");
                }
                print(diff);
                files.write(() ->
                        BackendPage.of(paths.get(0).getFileName() + ": " + backends.get(0) + " → " + other, diff));
                passed &= diff.passed();
            }
            return passed ? Posthorn.RIGHT : Posthorn.FAILED;
        }
    }

    /** Whether a backend loads files itself. */
    private static boolean own(String backend) {
        Backend.named(backend);
        return List.of(backend.split(":")).contains("as-is");
    }

    private BackendDiff compared(Model model, String called, List<Tensor> given, String other) throws IOException {
        String first = backends.get(0);
        if (!own(first) && !own(other)) {
            return BackendDiff.of(model, called, given, Backend.named(first), Backend.named(other), tolerance);
        }
        try (Model a = bound.load(paths.get(0), first);
                Model b = bound.load(paths.get(0), other)) {
            return BackendDiff.ofResults(a, b, called, given, tolerance);
        }
    }

    private void print(BackendDiff diff) {
        PrintWriter out = spec.commandLine().getOut();
        for (BackendDiff.Row r : diff.nodes()) {
            if (all || !r.comparison().passed()) {
                print(out, r);
            }
        }
        diff.results().forEach(r -> print(out, r));
        diff.first().ifPresent(r -> out.println("first to differ: " + r.name() + "  " + r.text()));
        diff.worst()
                .ifPresent(r -> out.printf(
                        Locale.ROOT, "worst: %.2g of its scale, %s  %s%n", r.relative(), r.name(), r.text()));
        long apart = diff.rows().stream().filter(r -> !r.comparison().passed()).count();
        out.println(diff.rows().size() - apart + " values equal, " + apart + " differ");
    }

    private List<Tensor> inputs(List<Port> ports) throws IOException {
        if (inputs.isEmpty()) {
            return RandomInputs.of(ports, rows, length, seed);
        }
        List<Tensor> read = new ArrayList<>();
        try (Inputs in = Inputs.open(inputs, ports, new Pictures(Pictures.Resize.REFUSE, 1, 0))) {
            for (Source s : in.sources()) {
                read.add(s.all());
            }
        }
        return read;
    }

    private static void print(PrintWriter out, BackendDiff.Row r) {
        out.printf(
                Locale.ROOT,
                "%s %9.2g  %s  %s%n",
                r.comparison().passed() ? "equal " : "DIFFER",
                r.relative(),
                r.comparison().passed() ? "" : r.comparison().toString(),
                r.text());
    }
}
