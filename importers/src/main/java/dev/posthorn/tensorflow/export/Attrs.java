package dev.posthorn.tensorflow.export;

import com.google.protobuf.ByteString;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.NameAttrList;
import dev.posthorn.tensorflow.Protos;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The attributes of a node that is written. */
final class Attrs {
    private final Map<String, AttrValue> values = new LinkedHashMap<>();

    static Attrs of() {
        return new Attrs();
    }

    /** The attribute {@code T}, which most ops have. */
    static Attrs of(DType t) {
        return new Attrs().type("T", t);
    }

    private Attrs put(String name, AttrValue.Builder value) {
        values.put(name, value.build());
        return this;
    }

    Attrs type(String name, DType type) {
        return put(name, AttrValue.newBuilder().setType(Protos.dtype(type)));
    }

    Attrs dataTypes(String name, Collection<DataType> types) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        types.forEach(list::addType);
        return put(name, AttrValue.newBuilder().setList(list));
    }

    Attrs bool(String name, boolean value) {
        return put(name, AttrValue.newBuilder().setB(value));
    }

    Attrs integer(String name, long value) {
        return put(name, AttrValue.newBuilder().setI(value));
    }

    Attrs real(String name, float value) {
        return put(name, AttrValue.newBuilder().setF(value));
    }

    Attrs integers(String name, List<Integer> all) {
        return longs(name, all);
    }

    Attrs longs(String name, List<? extends Number> all) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        all.forEach(n -> list.addI(n.longValue()));
        return put(name, AttrValue.newBuilder().setList(list));
    }

    Attrs text(String name, String value) {
        return put(name, AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)));
    }

    Attrs texts(String name, List<String> all) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        all.forEach(t -> list.addS(ByteString.copyFromUtf8(t)));
        return put(name, AttrValue.newBuilder().setList(list));
    }

    Attrs shape(String name, Shape shape) {
        return put(name, AttrValue.newBuilder().setShape(Protos.shape(shape)));
    }

    Attrs shapes(String name, Collection<Shape> shapes) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        shapes.forEach(s -> list.addShape(Protos.shape(s)));
        return put(name, AttrValue.newBuilder().setList(list));
    }

    Attrs tensor(String name, Tensor value) {
        return put(name, AttrValue.newBuilder().setTensor(Protos.tensor(value)));
    }

    Attrs function(String name, String function) {
        return put(
                name, AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)));
    }

    Attrs functions(String name, Collection<String> functions) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        functions.forEach(f -> list.addFunc(NameAttrList.newBuilder().setName(f)));
        return put(name, AttrValue.newBuilder().setList(list));
    }

    Map<String, AttrValue> values() {
        return values;
    }
}
