package dev.posthorn.train.loss;

import dev.posthorn.ir.Expr;
import dev.posthorn.ir.op.Reduce;

/** Targets of hinges: −1 and 1. */
final class Signs {
    private Signs() {}

    /** {@code 2 t − 1} where all targets are 0 or 1, else as they are. Source: convert_binary_labels_to_hinge. */
    static Expr of(Expr t) {
        Expr binary = t.equalTo(t.number(0)).or(t.equalTo(t.number(1))).reduce(Reduce.Fn.ALL, false);
        return binary.select(t.times(2).minus(1), t);
    }
}
