package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Table;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Values by their keys in a table that does not change: {@code x[…], default[] → y[…]}, the default where x is no key.
 * Source: TF LookupTableFindV2.
 */
public record Lookup(Table table) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        boolean scalar = !in.count(2).shape(1).isRanked() || in.shape(1).rank() == 0;
        if (in.dtype(0) != table.keys().dtype() || in.dtype(1) != table.values().dtype() || !scalar) {
            throw new ShapeException("expected " + table.keys().dtype() + " keys and a "
                    + table.values().dtype() + " default but was " + in.types());
        }
        return in.type(0).withDType(table.values().dtype());
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            int at = table.find(x, i);
            Copy.element(at < 0 ? in.get(1) : table.values(), Math.max(at, 0), y, i);
        }
        return y;
    }

    /** TensorFlow has none either. */
    @Override
    public void gradient(Adjoint g) {
        g.undefined();
    }
}
