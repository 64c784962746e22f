package dev.posthorn.junit;

import dev.posthorn.golden.Call;
import dev.posthorn.golden.Case;
import dev.posthorn.golden.Check;
import dev.posthorn.golden.Diagnosis;
import dev.posthorn.golden.GoldenReport;
import dev.posthorn.golden.Replay;
import dev.posthorn.golden.Tolerances;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;

/**
 * What is asserted of a model:
 *
 * <pre>{@code
 * assertThat(model).on(x).matches(y).within(1e-5);                          // the outputs that a call gives
 * assertThat(model).on(x).matches(Path.of("golden/resnet")).within(1e-5);   // those that Python recorded of this call
 * assertThat(model).matches(Path.of("golden/resnet")).asRecorded();         // all: outputs, gradients, layers, training
 * }</pre>
 *
 * <p>A failure shows type and shape, the worst index, what was expected there and what was, how many exceed the tolerance; with golden
 * values also the first layer that is wrong and the likely cause.
 */
public final class ModelAssert {
    private final Model model;
    private final String what;

    private ModelAssert(Model model, String what) {
        this.model = Objects.requireNonNull(model, "model: expected a model but was null");
        this.what = what;
    }

    /** Of a model. */
    @CheckReturnValue
    public static ModelAssert assertThat(Model model) {
        Match.none();
        return new ModelAssert(model, "");
    }

    /** Of a tensor. */
    @CheckReturnValue
    public static TensorAssert assertThat(Tensor was) {
        return assertThat(List.of(was));
    }

    /** Of several tensors. */
    @CheckReturnValue
    public static TensorAssert assertThat(List<Tensor> was) {
        Match.none();
        return new TensorAssert(was, "");
    }

    /** With a name in the message of a failure. */
    @CheckReturnValue
    public ModelAssert as(String description) {
        return new ModelAssert(model, description);
    }

    /** A call of the model with its inputs in their order. */
    @CheckReturnValue
    public OnInputs on(Tensor... inputs) {
        return new OnInputs(List.of(inputs));
    }

    /** All that is recorded in a folder of golden values. */
    public Match matches(Path golden) {
        return new Match(what, t -> {
            GoldenReport report = GoldenReport.of(golden, model, t);
            return report.passed() ? List.of() : report.lines(true);
        });
    }

    /** A call of a model. */
    public final class OnInputs {
        private final List<Tensor> inputs;

        private OnInputs(List<Tensor> inputs) {
            this.inputs = inputs;
        }

        /** The outputs that it should give, dtype and shape included. */
        public Match matches(Tensor... outputs) {
            return new Match(what, t -> TensorAssert.differences(List.of(outputs), model.predict(inputs), t));
        }

        /**
         * The outputs that are recorded in a folder of golden values.
         *
         * @throws IllegalArgumentException where no call with these inputs is recorded
         */
        public Match matches(Path golden) {
            return new Match(what, t -> differences(golden, t));
        }

        private List<String> differences(Path golden, Tolerances t) throws IOException {
            Case c = Case.read(golden);
            Call call = call(c, golden);
            List<String> lines = new ArrayList<>();
            Case only = c.within(t.outputs().orElse(c.tolerance())).only(call);
            for (Check check : Replay.outputs(only, model)) {
                if (!check.passed()) {
                    lines.add(check.toString());
                }
            }
            if (!lines.isEmpty() && call.batch() == 0) {
                GoldenReport.of(golden, model, t, EnumSet.of(GoldenReport.Part.LAYERS))
                        .diagnosis()
                        .map(Diagnosis::lines)
                        .ifPresent(lines::addAll);
            }
            return lines;
        }

        private Call call(Case c, Path golden) throws IOException {
            try (Npz recorded = Npz.open(c.expected())) {
                for (Call call : c.calls()) {
                    if (same(Replay.inputs(call, model, recorded))) {
                        return call;
                    }
                }
            }
            throw new IllegalArgumentException(
                    "golden: expected inputs that are recorded but was others, at " + golden);
        }

        private boolean same(List<Tensor> recorded) {
            boolean same = recorded.size() == inputs.size();
            for (int i = 0; i < recorded.size() && same; i++) {
                same = Comparison.of(recorded.get(i), inputs.get(i), Tolerance.EXACT)
                        .passed();
            }
            return same;
        }
    }
}
