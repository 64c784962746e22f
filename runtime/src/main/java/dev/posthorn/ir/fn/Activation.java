package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import java.util.List;

/** A function of one floating-point operand; constants in it are rounded to the operand's type. */
public interface Activation extends Op.Composite {
    Value apply(Builder b, Value x);

    @Override
    default List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(1);
        return List.of(apply(b, in.get(0)));
    }
}
