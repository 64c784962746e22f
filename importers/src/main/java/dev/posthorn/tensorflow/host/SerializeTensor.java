package dev.posthorn.tensorflow.host;

import com.google.protobuf.ByteString;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.tensorflow.Protos;
import java.util.Arrays;
import java.util.List;

/** A tensor as the bytes of a TensorProto: {@code x[…] → y[]}. Source: TF SerializeTensor. */
public record SerializeTensor() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        in.count(1);
        return TensorType.of(DType.STRING);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        TensorProto.Builder y =
                TensorProto.newBuilder().setDtype(Protos.dtype(x.dtype())).setTensorShape(Protos.shape(x.shape()));
        if (x.dtype() == DType.STRING) {
            Arrays.stream(x.byteStrings()).map(ByteString::copyFrom).forEach(y::addStringVal);
        } else {
            y.setTensorContent(ByteString.copyFrom(Protos.bytes(x)));
        }
        return Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {y.build().toByteArray()});
    }
}
