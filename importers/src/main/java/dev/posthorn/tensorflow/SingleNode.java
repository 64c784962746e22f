package dev.posthorn.tensorflow;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.FunctionDefLibrary;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.tensorflow.alias.TfOps;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node of a TensorFlow graph outside of any: an op and its attributes. It has no variables and calls no functions. */
public final class SingleNode {
    private final NodeDef node;

    private SingleNode(NodeDef node) {
        if (!TfOps.ALL.containsKey(node.getOp())) {
            throw new UnsupportedModelException(Support.reason(node.getOp()));
        }
        for (AttrValue a : node.getAttrMap().values()) {
            if (a.hasFunc() || a.getList().getFuncCount() > 0) {
                throw new UnsupportedModelException("op " + node.getOp() + " of functions is not supported in a layer");
            }
        }
        this.node = node;
    }

    /** The node that a JSON value describes: the form in JSON of its message, or its bytes, which are UTF-8. */
    public static SingleNode of(Object json, String where) {
        if (json instanceof Map<?, ?> m) {
            return new SingleNode(
                    JsonMessages.merge(NodeDef.newBuilder(), m, where).build());
        }
        if (!(json instanceof String s)) {
            throw new ModelFormatException("node: expected an object or a string but was " + json + ", at " + where);
        }
        try {
            return new SingleNode(NodeDef.parseFrom(s.getBytes(StandardCharsets.UTF_8)));
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(
                    "node: expected a message but was another (" + e.getMessage() + "), at " + where, e);
        }
    }

    public String op() {
        return node.getOp();
    }

    /** The type that an attribute says. */
    public Optional<DType> type(String attribute) {
        return new Attributes(node, Map.of(), node.getName()).find(attribute);
    }

    /** Writes the node as IR for these inputs; its outputs, up to the last that is a tensor. */
    public List<Value> read(Builder b, List<Value> inputs, String where) {
        NodeDef.Builder own = node.toBuilder().clearInput().setName("node");
        Map<String, List<TfValue>> given = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            own.addInput("input" + i);
            given.put("input" + i, List.of(new TfValue.Of(inputs.get(i))));
        }
        GraphReader reader = new GraphReader(
                new Functions(FunctionDefLibrary.getDefaultInstance()), new Resources(Optional.empty(), Path.of("")));
        State none = new State(key -> {
            throw new ModelFormatException(op() + ": expected no variable but was " + key + ", at " + where);
        });
        Frame frame = new Frame(reader, b, none);
        Body body = Body.of(own.build());
        List<TfValue> outputs = new ArrayList<>(
                reader.run(body, given, List.of("node"), Map.of(), frame).get("node"));
        while (outputs.size() > 1 && outputs.get(outputs.size() - 1) instanceof TfValue.Nothing) {
            outputs.remove(outputs.size() - 1);
        }
        return outputs.stream().map(v -> frame.value(v, op(), where)).toList();
    }
}
