package dev.posthorn.plan;

import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Tensor;
import java.util.List;

/** Runs a primitive by its definition, where no kernel takes it. Right for every type; slow. */
record ReferenceStep(Op.Primitive op, List<Slot> in, List<Slot> out, String where) implements Step {
    @Override
    public void run(Frame frame) {
        List<Tensor> results =
                Evaluation.eval(op, in.stream().map(frame::tensor).toList(), where);
        for (int i = 0; i < out.size(); i++) {
            frame.store(out.get(i), results.get(i));
        }
    }

    @Override
    public String label() {
        return "reference";
    }
}
