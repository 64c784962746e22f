package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Integers in decimal; bool as {@code true} and {@code false}. Source: TF AsString without a format. */
public record AsString() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isInteger() && x.dtype() != DType.BOOL) {
            throw new ShapeException("expected integers or bool but was " + x);
        }
        return x.withDType(DType.STRING);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            long v = x.getLong(i);
            String s = switch (x.dtype()) {
                case BOOL -> String.valueOf(v != 0);
                case UINT64 -> Long.toUnsignedString(v);
                default -> Long.toString(v);
            };
            y.byteStrings()[i] = s.getBytes(StandardCharsets.US_ASCII);
        }
        return y;
    }
}
