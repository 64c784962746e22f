package dev.posthorn.tools;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasLayers;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Expression;
import dev.posthorn.model.Bindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the cases hold no code for, in Java; see the oracle's models/topology.py, layers/core.py and legacy/models.py. */
final class CustomCases {
    private static final Map<String, Bindings> ALL = Map.of(
            "layers/lambda/python", expression("lambda", "2.0 * x + 1.0"),
            "layers/lambda/ops", expression("lambda", "ops.square(x)"),
            "legacy/graph/lambda_layer", expression("lambda", "lambda v: v * 2.0"),
            "models/custom/activation", CustomObjects.NONE.function("oracle>shifted_relu", CustomCases::shiftedRelu),
            "models/custom/layer", CustomObjects.NONE.layer("oracle>ScaledDense", ScaledDense.CODEC),
            "models/custom/list_and_dict", CustomObjects.NONE.layer("Block", Block.CODEC));

    private CustomCases() {}

    /** What is bound for the case of that id. */
    static Bindings of(String id) {
        return ALL.getOrDefault(id, Bindings.NONE);
    }

    private static CustomObjects expression(String name, String text) {
        return CustomObjects.NONE.function(name, Expression.parse(text));
    }

    private static Value shiftedRelu(Builder b, Value x) {
        return b.binary(Binary.Fn.SUB, b.unary(Unary.Fn.RELU, x), 0.1);
    }

    /** {@code y = dense(x) · scale · factor}. */
    record ScaledDense(int units, double factor) implements Layer {
        static final Codec<ScaledDense> CODEC = Codec.of(
                "ScaledDense",
                f -> new ScaledDense(
                        f.of("units", FieldType.INT, ScaledDense::units),
                        f.of("factor", FieldType.FLOAT, ScaledDense::factor, 2.0)));

        @Override
        public List<Weight> weights(List<TensorType> inputs) {
            return List.of(Weight.of("scale", units));
        }

        @Override
        public List<Child> children(DTypePolicy policy) {
            return List.of(Child.of("inner", dense("inner", units, "linear", policy)));
        }

        @Override
        public List<KerasTensor> call(Call c) {
            Value y = c.child(children(c.policy()).get(0).node(), c.input()).value();
            Value scaled = c.builder().times(y, c.weight("scale"));
            return List.of(KerasTensor.of(c.builder().binary(Binary.Fn.MUL, scaled, factor)));
        }
    }

    /** Layers in a list and in a dictionary of the Python class. */
    record Block(int depth) implements Layer {
        static final Codec<Block> CODEC =
                Codec.of("Block", f -> new Block(f.of("depth", FieldType.INT, Block::depth, 2)));

        @Override
        public List<Child> children(DTypePolicy policy) {
            List<Child> children = new ArrayList<>();
            for (int i = 0; i < depth; i++) {
                children.add(Child.listed("stack", dense(i == 0 ? "dense" : "dense_" + i, 4, "tanh", policy)));
            }
            Layer norm = KerasLayers.of("LayerNormalization", Map.of());
            children.add(Child.listed("named", LayerNode.inner("layer_normalization", norm, policy)));
            children.add(Child.listed("named", dense("dense_" + depth, 3, "linear", policy)));
            return children;
        }

        @Override
        public List<KerasTensor> call(Call c) {
            KerasTensor x = c.input();
            for (Child child : children(c.policy())) {
                x = c.child(child.node(), x);
            }
            return List.of(x);
        }
    }

    private static LayerNode dense(String name, int units, String activation, DTypePolicy policy) {
        return LayerNode.inner(name, KerasLayers.of("Dense", Map.of("units", units, "activation", activation)), policy);
    }
}
