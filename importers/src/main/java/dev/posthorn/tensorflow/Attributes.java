package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.NodeDef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The attributes of a node, decoded. Files may leave out what has its default, so every caller says the default. */
public final class Attributes {
    private final NodeDef node;
    private final Map<String, AttrValue> call;
    private final String where;

    /**
     * The attributes of {@code node}.
     *
     * @param call those of the call of the function that the node is in, which placeholders name
     */
    Attributes(NodeDef node, Map<String, AttrValue> call, String where) {
        this.node = node;
        this.call = call;
        this.where = where;
    }

    private Optional<AttrValue> find(String name, AttrValue.ValueCase kind) {
        AttrValue v = node.getAttrMap().get(name);
        if (v != null && v.getValueCase() == AttrValue.ValueCase.PLACEHOLDER) {
            v = call.get(v.getPlaceholder());
        }
        if (v == null || v.getValueCase() == AttrValue.ValueCase.VALUE_NOT_SET) {
            return Optional.empty();
        }
        boolean emptyList = kind == AttrValue.ValueCase.LIST;
        if (v.getValueCase() != kind && !emptyList) {
            throw new ModelFormatException(node.getOp() + ": expected attribute " + name + " of kind " + kind
                    + " but was " + v.getValueCase() + ", at " + where);
        }
        return Optional.of(v);
    }

    /** Numbers, truth values, strings and lists of them, as codecs read them. */
    Map<String, Object> plain() {
        Map<String, Object> plain = new java.util.LinkedHashMap<>();
        node.getAttrMap().forEach((name, v) -> {
            Object value = switch (v.getValueCase()) {
                case I -> v.getI();
                case F -> (double) v.getF();
                case B -> v.getB();
                case S -> v.getS().toStringUtf8();
                case LIST ->
                    v.getList().getICount() > 0
                            ? v.getList().getIList()
                            : v.getList().getFList();
                default -> null;
            };
            if (value != null) {
                plain.put(name, value);
            }
        });
        return plain;
    }

    public boolean has(String name) {
        return node.containsAttr(name);
    }

    private ModelFormatException absent(String name) {
        return new ModelFormatException(
                node.getOp() + ": expected attribute '" + name + "' but was absent, at " + where);
    }

    public long integer(String name, long ifAbsent) {
        return find(name, AttrValue.ValueCase.I).map(AttrValue::getI).orElse(ifAbsent);
    }

    public int integer(String name) {
        return Math.toIntExact(find(name, AttrValue.ValueCase.I)
                .orElseThrow(() -> absent(name))
                .getI());
    }

    public boolean bool(String name, boolean ifAbsent) {
        return find(name, AttrValue.ValueCase.B).map(AttrValue::getB).orElse(ifAbsent);
    }

    public double real(String name, double ifAbsent) {
        return find(name, AttrValue.ValueCase.F).map(v -> (double) v.getF()).orElse(ifAbsent);
    }

    public String string(String name, String ifAbsent) {
        return find(name, AttrValue.ValueCase.S)
                .map(v -> v.getS().toStringUtf8())
                .orElse(ifAbsent);
    }

    public byte[] bytes(String name) {
        return find(name, AttrValue.ValueCase.S)
                .map(v -> v.getS().toByteArray())
                .orElse(new byte[0]);
    }

    public DType type(String name) {
        return find(name, AttrValue.ValueCase.TYPE)
                .map(v -> Protos.dtype(v.getTypeValue(), where))
                .orElseThrow(() -> absent(name));
    }

    public DType type(String name, DType ifAbsent) {
        return find(name, AttrValue.ValueCase.TYPE)
                .map(v -> Protos.dtype(v.getTypeValue(), where))
                .orElse(ifAbsent);
    }

    /** A type, where the attribute is there and is one. */
    Optional<DType> find(String name) {
        AttrValue v = node.getAttrMap().get(name);
        return v != null && v.getValueCase() == AttrValue.ValueCase.TYPE
                ? Optional.of(Protos.dtype(v.getTypeValue(), where))
                : Optional.empty();
    }

    /** TensorFlow's number of a type, which need not be one that tensors here may have. */
    public int typeNumber(String name, int ifAbsent) {
        return find(name, AttrValue.ValueCase.TYPE).map(AttrValue::getTypeValue).orElse(ifAbsent);
    }

    public Shape shape(String name) {
        return find(name, AttrValue.ValueCase.SHAPE)
                .map(v -> Protos.shape(v.getShape(), where))
                .orElse(Shape.UNRANKED);
    }

    public Tensor tensor(String name) {
        return Protos.constant(
                find(name, AttrValue.ValueCase.TENSOR)
                        .orElseThrow(() -> absent(name))
                        .getTensor(),
                where);
    }

    /** A list of integers; empty where absent. */
    public List<Integer> ints(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> v.getList().getIList().stream().map(Math::toIntExact).toList())
                .orElse(List.of());
    }

    public List<Long> longs(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> v.getList().getIList())
                .orElse(List.of());
    }

    public List<Double> reals(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v ->
                        v.getList().getFList().stream().map(Float::doubleValue).toList())
                .orElse(List.of());
    }

    public List<String> strings(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> v.getList().getSList().stream()
                        .map(com.google.protobuf.ByteString::toStringUtf8)
                        .toList())
                .orElse(List.of());
    }

    public List<DType> types(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> v.getList().getTypeValueList().stream()
                        .map(t -> Protos.dtype(t, where))
                        .toList())
                .orElse(List.of());
    }

    public List<Shape> shapes(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> IntStream.range(0, v.getList().getShapeCount())
                        .mapToObj(i -> Protos.shape(v.getList().getShape(i), where))
                        .toList())
                .orElse(List.of());
    }

    /** The number of elements of a list of whatever kind. */
    int listSize(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v -> v.getList().getTypeCount()
                        + v.getList().getSCount()
                        + v.getList().getICount()
                        + v.getList().getShapeCount())
                .orElse(0);
    }

    /** The name of a function. */
    public String function(String name) {
        return find(name, AttrValue.ValueCase.FUNC)
                .orElseThrow(() -> absent(name))
                .getFunc()
                .getName();
    }

    /** The attributes that a call gives a function. */
    Map<String, AttrValue> functionAttributes(String name) {
        return find(name, AttrValue.ValueCase.FUNC)
                .map(v -> v.getFunc().getAttrMap())
                .orElse(Map.of());
    }

    /** The names of functions. */
    public List<String> functions(String name) {
        return find(name, AttrValue.ValueCase.LIST)
                .map(v ->
                        v.getList().getFuncList().stream().map(f -> f.getName()).toList())
                .orElse(List.of());
    }
}
