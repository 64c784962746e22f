package dev.posthorn.tools.verify;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.Check;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Replay;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loads the models of cases, repeats the recorded calls and compares every output. */
public final class Verification {
    private final String backend;
    private final Bindings bindings;

    /** Runs on the backend of that name. */
    public Verification(String backend) {
        this(backend, Bindings.NONE);
    }

    /** Runs on the backend of that name, with what is bound to custom layers and functions. */
    public Verification(String backend, Bindings bindings) {
        this.backend = backend;
        this.bindings = bindings;
    }

    /** The verdicts on one model of a case, the first of them on its outputs. Never throws for what the model or the case is. */
    public List<Verdict> verify(Case c, ModelFile file) {
        List<Verdict> verdicts = new ArrayList<>();
        try {
            Path folder = c.expected().toAbsolutePath().getParent();
            if (c.models().isEmpty() && Component.isOne(folder)) {
                return List.of(Component.verify(folder, c.tolerance(), backend));
            }
            if (c.models().isEmpty()) {
                throw new ModelFormatException("case: expected a model file but was none");
            }
            if (FitReplay.isOne(folder)) {
                return List.of(FitReplay.verify(c, folder, file, backend));
            }
            if (c.calls().isEmpty()) {
                throw new ModelFormatException(
                        "case: expected recorded calls b<k>.in.<i>, b<k>.out.<i> but was none, at "
                                + c.expected().getFileName());
            }
            if (!Files.exists(file.path())) {
                throw new ModelFormatException("case: expected the file that case.json lists but was nothing");
            }
            try (Model model = ModelLoading.load(file, backend, bindings)) {
                Variables.Snapshot loaded = model.variables().snapshot();
                verdicts.add(outputs(c, file, model));
                if (verdicts.get(0).passed() && c.gradients().isPresent() && differentiates()) {
                    verdicts.add(gradients(c, file, model, loaded));
                }
            }
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            verdicts.add(failed(c, file, Verdict.OUTPUTS, e));
        }
        return verdicts;
    }

    /** Whether models have gradients: those that the backend loads as they are can only be called. */
    private boolean differentiates() {
        return !List.of(backend.split(":")).contains("as-is");
    }

    private static Verdict gradients(Case c, ModelFile file, Model model, Variables.Snapshot loaded) {
        try {
            return verdict(c, file, Verdict.GRADIENTS, Replay.gradients(c, model, loaded), "");
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            return failed(c, file, Verdict.GRADIENTS, e);
        }
    }

    private static Verdict failed(Case c, ModelFile file, String what, Throwable e) {
        String problem =
                String.join("; ", Failure.lines(e).stream().map(String::strip).toList());
        return new Verdict(c.id(), file.path(), what, problem, Double.NaN, Double.NaN, e);
    }

    private static Verdict outputs(Case c, ModelFile file, Model model) throws IOException {
        List<Check> checks = Replay.outputs(c, model);
        Path folder = c.expected().toAbsolutePath().getParent();
        try (Npz npz = Npz.open(c.expected())) {
            List<Tensor> inputs = Replay.inputs(c.calls().get(0), model, npz);
            return verdict(c, file, Verdict.OUTPUTS, checks, LayerSamples.firstDivergence(folder, model, inputs));
        }
    }

    /** The first that differs counts. */
    private static Verdict verdict(Case c, ModelFile file, String what, List<Check> checks, String other) {
        Optional<Check> failed = checks.stream().filter(k -> !k.passed()).findFirst();
        List<Comparison> counting = failed.map(k -> List.of(k.comparison()))
                .orElseGet(() -> checks.stream().map(Check::comparison).toList());
        return new Verdict(
                c.id(),
                file.path(),
                what,
                failed.map(Check::toString).orElse(other),
                counting.stream().mapToDouble(Comparison::maxAbs).max().orElse(0),
                counting.stream().mapToDouble(Comparison::maxRel).max().orElse(0),
                null);
    }
}
