package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.host.ParseTensor;
import dev.posthorn.tensorflow.host.SerializeTensor;
import java.util.List;

/** Tensors as bytes of TensorFlow's own messages. */
final class Serialised {
    static final List<TfOp> ALL = List.of(
            one("SerializeTensor", s -> s.b().add(new SerializeTensor(), s.in(0))),
            one("ParseTensor", s -> s.b().add(new ParseTensor(s.attributes().type("out_type")), s.in(0))));

    private Serialised() {}
}
