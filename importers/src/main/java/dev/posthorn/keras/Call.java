package dev.posthorn.keras;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.layer.Identity;
import dev.posthorn.keras.operation.Promotion;
import dev.posthorn.model.Mode;
import dev.posthorn.model.ShapeException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One call of a layer: its arguments, its weights, the mode, and the builder that it writes to. */
public final class Call {
    private final Lowering lowering;
    private final LayerNode node;
    private final String path;
    private final List<?> args;
    private final Map<String, ?> kwargs;
    private final boolean training;
    private final DTypePolicy around;

    /** A call; {@code around} is the policy of the layer that makes it past Keras's own dispatch, else null. */
    Call(Lowering lowering, LayerNode node, String path, List<?> args, Map<String, ?> kwargs, DTypePolicy around) {
        this.lowering = lowering;
        this.node = node;
        this.path = path;
        this.args = args;
        this.kwargs = kwargs;
        this.training = lowering.training();
        this.around = around;
    }

    /** A call of a function that is no layer, written to {@code b}. */
    public static Call of(Builder b, String who, List<?> args, Map<String, ?> kwargs) {
        LayerNode node = LayerNode.inner(who, new Identity(), DTypePolicy.FLOAT32);
        return new Call(new Lowering(b, Mode.INFERENCE), node, who, args, kwargs, null);
    }

    public Builder builder() {
        return lowering.builder();
    }

    /** Whether the layer trains: what the mode says, or the argument {@code training} of this call or of one around it. */
    public boolean training() {
        return training;
    }

    /** Where the called layer stands in the model. */
    public String path() {
        return path;
    }

    public DTypePolicy policy() {
        return node.policy();
    }

    /**
     * Whether the layer is called past the dispatch that Keras's layers have: then nothing is cast for it, and quantized weights
     * are the numbers that they are, without their scales. Source: keras/src/layers/rnn/time_distributed.py.
     */
    public boolean isDirect() {
        return around != null;
    }

    /** Whether the layer's weights may be trained. */
    public boolean trainable() {
        return node.trainable();
    }

    /** The positional arguments: structures of {@link KerasTensor} and JSON values. */
    public List<?> args() {
        return args;
    }

    /** The keyword arguments. */
    public Map<String, ?> kwargs() {
        return kwargs;
    }

    /** An argument by its name or its position in Keras's signature. */
    public Optional<Object> argument(String name, int position) {
        return kwargs.containsKey(name)
                ? Optional.ofNullable(kwargs.get(name))
                : position < args.size() ? Optional.ofNullable(args.get(position)) : Optional.empty();
    }

    /** The tensors of the first argument, flattened. */
    public List<KerasTensor> inputs() {
        return args.isEmpty() ? List.of() : KerasTensor.flatten(args.get(0));
    }

    /** The only tensor of the first argument. */
    public KerasTensor input() {
        List<KerasTensor> in = inputs();
        if (in.size() != 1) {
            throw new ShapeException(
                    node.layer().className() + ": expected one input but was " + in.size() + ", at " + path);
        }
        return in.get(0);
    }

    /** The value of the only input. */
    public Value x() {
        return input().value();
    }

    /** The mask: the argument {@code mask} where it is given, else the one that the first input carries. */
    public Optional<Value> mask() {
        if (kwargs.get("mask") instanceof KerasTensor t) {
            return Optional.of(t.value());
        }
        List<KerasTensor> in = inputs();
        return in.isEmpty() ? Optional.empty() : in.get(0).mask();
    }

    /** Tensors with the masks of the argument {@code mask}, one for each or null, in place of those that they carry. */
    public List<KerasTensor> masked(List<KerasTensor> tensors) {
        Object mask = kwargs.get("mask");
        List<?> masks = mask instanceof List<?> l ? l : Collections.singletonList(mask);
        List<KerasTensor> out = new ArrayList<>(tensors);
        for (int i = 0; i < Math.min(masks.size(), out.size()); i++) {
            if (masks.get(i) instanceof KerasTensor m) {
                out.set(i, new KerasTensor(out.get(i).value(), m.value()));
            }
        }
        return out;
    }

    /** A weight of this layer, in the policy's compute dtype where it is floating-point. */
    public Value weight(String name) {
        Value v = rawWeight(name);
        return v.dtype().isFloating() ? builder().cast(v, isDirect() ? scope(v.dtype()) : policy().compute()) : v;
    }

    /** The type that a weight of a direct call has: only a mixed policy around it casts weights. */
    private DType scope(DType weight) {
        boolean mixed = around.compute() != around.variable();
        return mixed ? around.compute() : Promotion.of(weight, around.compute());
    }

    /** A weight of this layer in its own dtype. */
    public Value rawWeight(String name) {
        return lowering.weight(node, path, name);
    }

    /** A file of this layer's {@link Layer#assets}, if the model's file holds it. */
    public Optional<byte[]> asset(String name) {
        return lowering.asset(path, name);
    }

    /** Gives a weight a new value when the call is over. */
    public void update(String weight, Value value) {
        lowering.update(path, weight, value);
    }

    /** Calls a layer inside of this one. */
    public List<KerasTensor> child(LayerNode child, List<?> args, Map<String, ?> kwargs) {
        return lowering.call(child, path, args, kwargs, null);
    }

    /** Calls a layer inside of this one past Keras's dispatch: {@link #isDirect}. */
    public List<KerasTensor> direct(LayerNode child, List<?> args, Map<String, ?> kwargs) {
        return lowering.call(child, path, args, kwargs, policy());
    }

    /** Calls a layer inside of this one with one input; returns its first output. */
    public KerasTensor child(LayerNode child, KerasTensor x) {
        return child(child, List.of(x), Map.of()).get(0);
    }

    /** A call of a layer inside of this one that is not made: for what it would see, its weights before all. */
    public Call open(LayerNode child, List<?> args) {
        return lowering.open(child, path, args, Map.of(), null);
    }

    /** Runs {@code write} with another builder in place: what is called in it is written to the body of a loop. */
    public <T> T within(Builder body, Supplier<T> write) {
        return lowering.within(body, write);
    }

    /** The types of the inputs. */
    public List<TensorType> inputTypes() {
        List<TensorType> types = inputs().stream().map(t -> t.value().type()).toList();
        return new AbstractList<>() {
            @Override
            public TensorType get(int i) {
                if (i >= types.size()) {
                    throw new ShapeException(node.layer().className() + ": expected at least " + (i + 1)
                            + " inputs but was " + types.size() + ", at " + path);
                }
                return types.get(i);
            }

            @Override
            public int size() {
                return types.size();
            }
        };
    }
}
