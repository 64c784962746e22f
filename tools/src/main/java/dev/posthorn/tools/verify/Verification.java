package dev.posthorn.tools.verify;

import dev.posthorn.golden.Call;
import dev.posthorn.golden.Case;
import dev.posthorn.golden.Comparison;
import dev.posthorn.golden.GradientCheck;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.OutputMasks;
import dev.posthorn.golden.Tolerance;
import dev.posthorn.golden.Verdict;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Signature;
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
            try (Model model = ModelLoading.load(file, backend, bindings);
                    Npz npz = Npz.open(c.expected())) {
                Variables.Snapshot loaded = model.variables().snapshot();
                verdicts.add(repeat(c, file, model, npz));
                if (verdicts.get(0).passed() && c.gradients().isPresent() && differentiates()) {
                    verdicts.add(gradients(c, file, model, loaded, npz));
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

    private static Verdict gradients(Case c, ModelFile file, Model model, Variables.Snapshot loaded, Npz npz) {
        try (Npz recorded = Npz.open(c.gradients().orElseThrow())) {
            GradientCheck check = new GradientCheck(c, model, loaded, recorded);
            String problem = check.run(npz);
            return new Verdict(c.id(), file.path(), Verdict.GRADIENTS, problem, check.maxAbs(), check.maxRel(), null);
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            return failed(c, file, Verdict.GRADIENTS, e);
        }
    }

    private static Verdict failed(Case c, ModelFile file, String what, Throwable e) {
        String problem =
                String.join("; ", Failure.lines(e).stream().map(String::strip).toList());
        return new Verdict(c.id(), file.path(), what, problem, Double.NaN, Double.NaN, e);
    }

    private static Verdict repeat(Case c, ModelFile file, Model model, Npz npz) throws IOException {
        double maxAbs = 0;
        double maxRel = 0;
        // One model for all calls, in their order: what a call leaves behind counts for the next.
        for (Call call : c.calls()) {
            Signature signature = model.signature(call.signature());
            List<Tensor> inputs = new ArrayList<>();
            for (Call.Array a : Call.ordered(call.inputs(), signature.inputs(), "inputs")) {
                inputs.add(npz.get(a.key()));
            }
            List<Tensor> was = model.call(call.signature(), inputs);
            List<Call.Array> expected = Call.ordered(call.outputs(), signature.outputs(), "outputs");
            for (int i = 0; i < expected.size(); i++) {
                Call.Array a = expected.get(i);
                Comparison comparison = compare(npz.get(a.key()), was.get(i), a.dtype(), c.tolerance());
                if (!comparison.passed()) {
                    return new Verdict(
                            c.id(),
                            file.path(),
                            a.key() + ": " + comparison + " (allowed " + c.tolerance() + ")",
                            comparison.maxAbs(),
                            comparison.maxRel(),
                            null);
                }
                maxAbs = Math.max(maxAbs, comparison.maxAbs());
                maxRel = Math.max(maxRel, comparison.maxRel());
            }
            String divergence =
                    LayerSamples.firstDivergence(c.expected().toAbsolutePath().getParent(), model, inputs);
            String other = divergence.isEmpty() ? OutputMasks.firstDifference(call, model, inputs, npz) : divergence;
            if (!other.isEmpty()) {
                return new Verdict(c.id(), file.path(), other, maxAbs, maxRel, null);
            }
        }
        return new Verdict(c.id(), file.path(), "", maxAbs, maxRel, null);
    }

    /** NumPy has no bfloat16: such values are recorded as float32, and the case says what they were. */
    private static Comparison compare(Tensor recorded, Tensor was, String dtype, Tolerance tolerance) {
        Optional<DType> declared = DType.ofKeras(dtype);
        boolean widened =
                declared.isPresent() && declared.get() != recorded.dtype() && declared.get() == DType.BFLOAT16;
        return widened && was.dtype() == declared.get()
                ? Comparison.of(recorded, was.cast(recorded.dtype()), tolerance)
                : Comparison.of(widened ? recorded.cast(declared.get()) : recorded, was, tolerance);
    }
}
