package dev.posthorn.golden;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variables;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The recorded calls of a case, repeated by a model. */
public final class Replay {
    private Replay() {}

    /** Every output, and every mask that is recorded, of all calls. What a call leaves behind counts for the next. */
    public static List<Check> outputs(Case c, Model model) throws IOException {
        List<Check> checks = new ArrayList<>();
        try (Npz recorded = Npz.open(c.expected())) {
            for (Call call : c.calls()) {
                List<Tensor> inputs = inputs(call, model, recorded);
                List<Tensor> was = model.call(call.signature(), inputs);
                List<Call.Array> expected = Call.ordered(
                        call.outputs(), model.signature(call.signature()).outputs(), "outputs");
                for (int i = 0; i < expected.size(); i++) {
                    Call.Array a = expected.get(i);
                    Comparison comparison = compare(recorded.get(a.key()), was.get(i), a.dtype(), c.tolerance());
                    checks.add(new Check(a.key(), comparison, c.tolerance()));
                }
                checks.addAll(OutputMasks.compare(call, model, inputs, recorded));
            }
        }
        return checks;
    }

    /** What a call takes, in the order of the model. */
    public static List<Tensor> inputs(Call call, Model model, Npz recorded) throws IOException {
        Signature signature = model.signature(call.signature());
        List<Tensor> inputs = new ArrayList<>();
        for (Call.Array a : Call.ordered(call.inputs(), signature.inputs(), "inputs")) {
            inputs.add(recorded.get(a.key()));
        }
        return inputs;
    }

    /**
     * The gradients of {@code grads.npz}; none where there is no such file.
     *
     * @param weights those that the model had before its first call
     */
    public static List<Check> gradients(Case c, Model model, Variables.Snapshot weights) throws IOException {
        if (c.gradients().isEmpty()) {
            return List.of();
        }
        try (Npz calls = Npz.open(c.expected());
                Npz recorded = Npz.open(c.gradients().orElseThrow())) {
            return new GradientCheck(c, model, weights, recorded).run(calls);
        }
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
