package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Height, width and channels of a JPEG file: {@code file[] → y[3]}. Source: TF ExtractJpegShape. */
public record JpegShape(DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (!Shape.SCALAR.accepts(Texts.strings(in.count(1), 0).shape())) {
            throw new ShapeException("expected one file but was " + in.type(0));
        }
        return TensorType.of(to, 3);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int[] shape = DecodeImage.jpegShape(in.get(0).byteStrings()[0]);
        return Tensor.of(Shape.of(3), shape).cast(to);
    }
}
