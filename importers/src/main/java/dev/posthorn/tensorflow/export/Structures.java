package dev.posthorn.tensorflow.export;

import dev.posthorn.model.Port;
import dev.posthorn.proto.DictValue;
import dev.posthorn.proto.FunctionSpec;
import dev.posthorn.proto.ListValue;
import dev.posthorn.proto.NamedTupleValue;
import dev.posthorn.proto.NoneValue;
import dev.posthorn.proto.PairValue;
import dev.posthorn.proto.StructuredValue;
import dev.posthorn.proto.TensorSpecProto;
import dev.posthorn.proto.TupleValue;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.List;

/** Python values in messages: the arguments and results of functions. */
final class Structures {
    static final StructuredValue NONE = StructuredValue.newBuilder()
            .setNoneValue(NoneValue.getDefaultInstance())
            .build();

    private Structures() {}

    static StructuredValue spec(String name, Port port) {
        return StructuredValue.newBuilder()
                .setTensorSpecValue(TensorSpecProto.newBuilder()
                        .setName(name)
                        .setShape(Protos.shape(port.type().shape()))
                        .setDtype(Protos.dtype(port.type().dtype())))
                .build();
    }

    static List<StructuredValue> specs(List<String> names, List<Port> ports) {
        List<StructuredValue> specs = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            specs.add(spec(names.get(i), ports.get(i)));
        }
        return specs;
    }

    static StructuredValue tuple(List<StructuredValue> values) {
        return StructuredValue.newBuilder()
                .setTupleValue(TupleValue.newBuilder().addAllValues(values))
                .build();
    }

    static StructuredValue list(List<StructuredValue> values) {
        return StructuredValue.newBuilder()
                .setListValue(ListValue.newBuilder().addAllValues(values))
                .build();
    }

    /** A dictionary of tensors by these names. */
    static StructuredValue dict(List<String> names, List<Port> ports) {
        DictValue.Builder dict = DictValue.newBuilder();
        for (int i = 0; i < names.size(); i++) {
            dict.putFields(names.get(i), spec(names.get(i), ports.get(i)));
        }
        return StructuredValue.newBuilder().setDictValue(dict).build();
    }

    private static StructuredValue strings(List<String> values) {
        return list(values.stream()
                .map(s -> StructuredValue.newBuilder().setStringValue(s).build())
                .toList());
    }

    /** What Python knows of a function's arguments: these by position, those by name alone. */
    static FunctionSpec arguments(List<String> positional, List<String> named, StructuredValue signature) {
        StructuredValue empty = StructuredValue.newBuilder()
                .setDictValue(DictValue.getDefaultInstance())
                .build();
        NamedTupleValue.Builder spec = NamedTupleValue.newBuilder().setName("FullArgSpec");
        add(spec, "args", strings(positional));
        add(spec, "varargs", NONE);
        add(spec, "varkw", NONE);
        add(spec, "defaults", NONE);
        add(spec, "kwonlyargs", strings(named));
        add(spec, "kwonlydefaults", NONE);
        add(spec, "annotations", empty);
        return FunctionSpec.newBuilder()
                .setFullargspec(StructuredValue.newBuilder().setNamedTupleValue(spec))
                .setInputSignature(signature)
                .build();
    }

    private static void add(NamedTupleValue.Builder spec, String key, StructuredValue value) {
        spec.addValues(PairValue.newBuilder().setKey(key).setValue(value));
    }
}
