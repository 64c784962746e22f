package dev.posthorn.keras.operation;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.tensorflow.SingleNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One op of TensorFlow in a functional model of TensorFlow 2.0 to 2.3: {@code y… = op(x…)}. Constraints: (C1) inputs that are
 * constants stand in {@code constants} by their place among all inputs; (C2) a constant of whole numbers is int32, another
 * float32 or what the node's {@code T} says. Source: tensorflow/python/keras/engine/base_layer.py.
 *
 * @param node the {@code NodeDef}, in JSON or as its bytes
 * @param constants numbers and nested lists of them by place
 */
public record TensorFlowOpLayer(Object node, Map<String, Object> constants) implements Layer {
    public static final Codec<TensorFlowOpLayer> CODEC = Codec.of(
            "TensorFlowOpLayer",
            f -> new TensorFlowOpLayer(
                    f.of("node_def", FieldType.ANY, TensorFlowOpLayer::node, null),
                    f.of("constants", FieldType.object().orNull(), TensorFlowOpLayer::constants, null)));

    public TensorFlowOpLayer {
        SingleNode.of(node, "node_def");
        constants = constants == null ? Map.of() : constants;
        for (String place : constants.keySet()) {
            if (!place.matches("\\d{1,6}")) {
                throw new ModelFormatException(
                        "TensorFlowOpLayer: expected constants by place but was '" + place + "', at node_def");
            }
        }
    }

    @Override
    public boolean readsConstants() {
        return true;
    }

    @Override
    public boolean autocasts() {
        return false;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        SingleNode op = SingleNode.of(node, c.path());
        DType type = op.type("T").filter(DType::isFloating).orElse(DType.FLOAT32);
        Arguments given = new Arguments(c, op.op(), constants);
        List<Value> inputs = new ArrayList<>(
                KerasTensor.flatten(c.args()).stream().map(KerasTensor::value).toList());
        Map<Integer, String> places = new TreeMap<>();
        constants.keySet().forEach(place -> places.put(Integer.valueOf(place), place));
        places.forEach((i, place) -> {
            Value constant = given.tensor(place, Integer.MAX_VALUE);
            if (i > inputs.size()) {
                throw new ModelFormatException(op.op() + ": expected constants among " + inputs.size()
                        + " inputs but was one at " + i + ", at " + c.path());
            }
            inputs.add(i, constant.dtype() == DType.FLOAT32 ? c.builder().cast(constant, type) : constant);
        });
        return op.read(c.builder(), inputs, c.path()).stream()
                .map(KerasTensor::of)
                .toList();
    }
}
