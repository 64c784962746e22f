package dev.posthorn.junit;

import dev.posthorn.golden.Check;
import dev.posthorn.golden.Tolerances;
import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import java.util.ArrayList;
import java.util.List;

/** What is asserted of tensors: {@code assertThat(was).matches(expected).within(1e-6)}. */
public final class TensorAssert {
    private final List<Tensor> was;
    private final String what;

    TensorAssert(List<Tensor> was, String what) {
        this.was = List.copyOf(was);
        this.what = what;
    }

    /** With a name in the message of a failure. */
    @CheckReturnValue
    public TensorAssert as(String description) {
        return new TensorAssert(was, description);
    }

    /** The values that they should have, dtype and shape included. */
    public Match matches(Tensor... expected) {
        return new Match(what, t -> differences(List.of(expected), was, t));
    }

    static List<String> differences(List<Tensor> expected, List<Tensor> was, Tolerances t) {
        if (expected.size() != was.size()) {
            return List.of("expected " + expected.size() + " tensors but was " + was.size());
        }
        Tolerance allowed = t.outputs().orElse(Tolerance.DEFAULT);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < was.size(); i++) {
            Check c = new Check("output " + i, Comparison.of(expected.get(i), was.get(i), allowed), allowed);
            if (!c.passed()) {
                lines.add(c.toString());
            }
        }
        return lines;
    }
}
