package dev.posthorn.tools.command;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.bench.ModelTimer;
import dev.posthorn.tools.data.Inputs;
import dev.posthorn.tools.data.Pictures;
import dev.posthorn.tools.data.Source;
import dev.posthorn.tools.diff.BackendDiff;
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

/** {@code posthorn diff}: where two backends part. */
@Command(
        name = "diff",
        header = "Compares backends on a model, node by node.",
        description = {
            "Runs one call on all and compares every value, in the order of computing, with the first backend's: the first that"
                    + " differs by more than the tolerance, the one that differs most, and the results. Of tensorflow:as-is,"
                    + " which reads a SavedModel by TensorFlow's own loader, only the results are known.",
            "Exit code 0: all is equal within the tolerance; 1: something differs."
        })
public final class Diff implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path path;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            required = true,
            description =
                    "A backend, given twice or more: java, reference, tensorflow; with a device, compiler or loader as in"
                            + " tensorflow:gpu:0, tensorflow:jit, tensorflow:as-is.")
    private List<String> backends = List.of();

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "What the model gets, as for predict. Default: made-up numbers.")
    private List<String> inputs = List.of();

    @Option(names = "--rows", paramLabel = "N", description = "Rows of made-up numbers. Default: 2.")
    private int rows = 2;

    @Option(
            names = "--signature",
            paramLabel = "NAME",
            defaultValue = Signature.DEFAULT,
            description = "The signature to call. Default: ${DEFAULT-VALUE}.")
    private String signature;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "The largest difference allowed, as a part of a value's largest magnitude. Default: 1e-5.")
    private double tolerance = 1e-5;

    @Option(names = "--all", description = "A line for every value, not only for those that differ.")
    private boolean all;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        if (backends.size() < 2) {
            throw new InputException("diff: expected two backends at least but was " + backends + ", at --backend");
        }
        if (rows < 1 || !(tolerance >= 0)) {
            throw new InputException("diff: expected a row at least and a tolerance of 0 or more but was " + rows + ", "
                    + tolerance + ", at --rows, --tolerance");
        }
        try (Model model = Model.load(path, own(backends.get(0)) ? backends.get(0) : "java", bound.bindings())) {
            List<Tensor> given = inputs(model);
            boolean passed = true;
            for (String other : backends.subList(1, backends.size())) {
                BackendDiff diff = compared(model, given, other);
                if (backends.size() > 2) {
                    spec.commandLine().getOut().println(backends.get(0) + " and " + other + ":");
                }
                print(diff);
                passed &= diff.passed();
            }
            return passed ? Posthorn.RIGHT : Posthorn.FAILED;
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage());
        }
    }

    /** Whether a backend loads files itself. */
    private static boolean own(String backend) {
        Backend.named(backend);
        return List.of(backend.split(":")).contains("as-is");
    }

    private BackendDiff compared(Model model, List<Tensor> given, String other) throws IOException {
        String first = backends.get(0);
        if (!own(first) && !own(other)) {
            return BackendDiff.of(model, signature, given, Backend.named(first), Backend.named(other), tolerance);
        }
        try (Model a = Model.load(path, first, bound.bindings());
                Model b = Model.load(path, other, bound.bindings())) {
            return BackendDiff.ofResults(a, b, signature, given, tolerance);
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

    private List<Tensor> inputs(Model model) throws IOException {
        if (inputs.isEmpty()) {
            return ModelTimer.inputs(model.signature(signature).inputs(), rows, 1);
        }
        List<Tensor> read = new ArrayList<>();
        try (Inputs in =
                Inputs.open(inputs, model.signature(signature).inputs(), new Pictures(Pictures.Resize.REFUSE, 1, 0))) {
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
