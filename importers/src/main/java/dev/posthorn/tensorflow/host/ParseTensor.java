package dev.posthorn.tensorflow.host;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.tensorflow.Protos;
import java.util.List;

/**
 * The tensor that the bytes of a TensorProto are: {@code x[] → y[…]}; its shape is known when the graph runs.
 *
 * <p>(C1) of the type. Source: TF ParseTensor.
 */
public record ParseTensor(DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        if (in.count(1).dtype(0) != DType.STRING || !Shape.SCALAR.accepts(in.shape(0))) {
            throw new ShapeException("expected a serialised tensor but was " + in.type(0));
        }
        return new TensorType(to, Shape.UNRANKED);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        try {
            Tensor t = Protos.tensor(TensorProto.parseFrom(in.get(0).byteStrings()[0]), "operand 0");
            if (t.dtype() != to) { // (C1)
                throw new ShapeException("expected a tensor of " + to + " but was " + t.type());
            }
            return t;
        } catch (InvalidProtocolBufferException | ModelFormatException | UnsupportedModelException e) {
            throw new ShapeException("expected a serialised tensor but was broken (" + e.getMessage() + ")", e);
        }
    }
}
