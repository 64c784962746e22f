package dev.posthorn.plan;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Optional;

/** Every binding of ops to kernels, in the order in which they are asked. */
final class Steps {
    static final List<StepRule> ALL = List.of(
            new ArgRule(),
            new AttentionRule(),
            new BottleneckRule(),
            new ComplexRule(),
            new ConvRule(),
            new CopyRule(),
            new ElementwiseRule(),
            new GatherRule(),
            new GradientRule(),
            new MatMulRule(),
            new PoolRule(),
            new ProgramRule(),
            new RecurrentRule(),
            new ReduceRule(),
            new RowsRule(),
            new ScaleRule(),
            new ScanRule(),
            new WhileRule(),
            new BranchRule());

    private Steps() {}

    /** The rule that takes this op, if one does. */
    static Optional<StepRule> of(Op op, List<Value> in) {
        return ALL.stream().filter(r -> r.takes(op, in)).findFirst();
    }
}
