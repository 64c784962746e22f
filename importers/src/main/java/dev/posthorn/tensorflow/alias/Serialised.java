package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.host.DecodeJsonExample;
import dev.posthorn.tensorflow.host.ParseTensor;
import dev.posthorn.tensorflow.host.SerializeTensor;
import java.util.List;

/** Tensors as bytes of TensorFlow's own messages, and files of the model as they are. */
final class Serialised {
    static final List<TfOp> ALL = List.of(
            Direct.of("DecodeJSONExample", new DecodeJsonExample()),
            one("ReadFile", Serialised::file),
            one("SerializeTensor", s -> s.b().add(new SerializeTensor(), s.in(0))),
            one("ParseTensor", s -> s.b().add(new ParseTensor(s.attributes().type("out_type")), s.in(0))));

    private Serialised() {}

    /** A file that the model was saved with, read when the model is loaded; no other can be. */
    private static Value file(Site s) {
        byte[] file = s.frame().resources().asset(s.constant(0).getString(0));
        return s.b().constant(Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {file}));
    }
}
