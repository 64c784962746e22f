package dev.posthorn.keras.layer;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Recurrence;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.Weight;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A layer that runs a cell over the steps of a sequence: {@code x[b×t×…] → y[b×t×…] or y[b×…] (, states)}. Source:
 * keras/src/layers/rnn/rnn.py.
 */
public interface Recurrent extends Layer {
    RecurrentOptions options();

    Recurrent withOptions(RecurrentOptions options);

    /** The cell, a child of the layer. */
    LayerNode cellNode(DTypePolicy policy);

    private Cell cell() {
        return (Cell) cellNode(DTypePolicy.FLOAT32).layer();
    }

    @Override
    default List<Child> children(DTypePolicy policy) {
        return List.of(Child.of("cell", cellNode(policy)));
    }

    @Override
    default boolean exposesInner() {
        return !(this instanceof RNN);
    }

    /** The states where they are kept between calls. */
    @Override
    default List<Weight> weights(List<TensorType> inputs) {
        if (!options().stateful()) {
            return List.of();
        }
        Shape x = inputs.get(0).shape();
        x = options().timeMajor() ? x.remove(0) : x.remove(1);
        if (x.dim(0) == Shape.UNKNOWN) {
            throw new ShapeException(
                    className() + ": expected a known batch size, for the layer is stateful, but was " + x);
        }
        List<Shape> states = cell().states(x);
        return IntStream.range(0, states.size())
                .mapToObj(i -> Weight.state(stateName(i), states.get(i).dims()))
                .toList();
    }

    private static String stateName(int i) {
        return i == 0 ? "rnn_state" : "rnn_state_" + i;
    }

    /**
     * The loop: every output {@code y[b×t×…]}, where the step's input stands, then the last states.
     *
     * @param maskOrNull {@code [b×t]}
     */
    default List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull) {
        return run(c, x, states, maskOrNull, masks(c, x, states));
    }

    /** The same, where what the cell drops is drawn already. */
    default List<Value> run(Call c, Value x, List<Value> states, Value maskOrNull, List<Value> masks) {
        LayerNode cell = cellNode(c.policy());
        int[] timeFirst =
                IntStream.range(0, x.shape().rank()).map(i -> i < 2 ? 1 - i : i).toArray();
        Recurrence loop = new Recurrence(
                options().goBackwards(), maskOrNull != null, options().zeroOutputForMask());
        return loop.run(
                c.builder(),
                c.builder().transpose(x, timeFirst),
                states,
                masks,
                maskOrNull,
                states.get(cell().outputState()),
                (body, step, before, captures) -> c.within(body, () -> {
                    List<KerasTensor> h = before.stream().map(KerasTensor::of).toList();
                    Map<String, ?> drop = masks.isEmpty()
                            ? Map.of()
                            : Map.of(
                                    Cell.MASKS,
                                    captures.stream().map(KerasTensor::of).toList());
                    return c.child(cell, List.of(KerasTensor.of(step), h), drop).stream()
                            .map(KerasTensor::value)
                            .toList();
                }));
    }

    /** What the cell drops in this call. Keras draws in inference too and drops nothing; no file keeps how far its generator is. */
    default List<Value> masks(Call c, Value x, List<Value> states) {
        Builder b = c.builder();
        if (!c.training()) {
            return List.of();
        }
        Value first = b.squeeze(b.slice(x, 1, 0, 1), 1);
        return cell().masks(c.open(cellNode(c.policy()), List.of(KerasTensor.of(first))), first, states);
    }

    @Override
    default List<String> arguments() {
        return List.of("initial_state", "mask");
    }

    @Override
    default List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        List<KerasTensor> in = c.inputs(); // Keras 2 lists the initial states after the sequence
        List<KerasTensor> initial = in.size() > 1
                ? in.subList(1, in.size())
                : c.argument("initial_state", 1).map(KerasTensor::flatten).orElse(List.of());
        Optional<Value> given = c.argument("mask", 2)
                .flatMap(m -> KerasTensor.flatten(m).stream().findFirst())
                .map(m -> b.cast(m.value(), DType.BOOL));
        Optional<Value> carried = given.or(() -> in.get(0).mask());
        boolean implicit = in.size() > 1 || initial.isEmpty(); // in Keras 3, an argument beside x hides the mask of x
        Value mask = (implicit ? carried : given).orElse(null);
        Value x = b.cast(in.get(0).value(), cellNode(c.policy()).policy().compute());
        if (options().timeMajor()) {
            x = swap(b, x);
            mask = mask == null ? null : swap(b, mask);
        }
        List<Value> all = run(c, x, states(c, x, initial), mask).stream()
                .map(v -> b.cast(v, c.policy().compute()))
                .toList();
        List<Value> last = all.subList(1, all.size());
        if (options().stateful()) {
            for (int i = 0; i < last.size(); i++) {
                c.update(stateName(i), b.cast(last.get(i), c.policy().variable()));
            }
        }
        List<KerasTensor> out = new ArrayList<>();
        out.add(new KerasTensor(output(b, all.get(0)), options().returnSequences() ? carried.orElse(null) : null));
        if (options().returnState()) {
            last.forEach(s -> out.add(KerasTensor.of(s)));
        }
        return out;
    }

    private List<Value> states(Call c, Value x, List<KerasTensor> initial) {
        Builder b = c.builder();
        List<Shape> shapes = cell().states(x.shape().remove(1));
        if (!initial.isEmpty()) {
            if (initial.size() != shapes.size()) {
                throw new ShapeException(
                        className() + ": expected " + shapes.size() + " states but was " + initial.size());
            }
            return initial.stream().map(t -> b.cast(t.value(), x.dtype())).toList();
        }
        return options().stateful()
                ? IntStream.range(0, shapes.size())
                        .mapToObj(i -> b.cast(c.weight(stateName(i)), x.dtype()))
                        .toList()
                : cell().zeros(b, x, shapes);
    }

    /** What the layer returns of all outputs {@code y[b×t×…]}. */
    private Value output(Builder b, Value y) {
        boolean back = options().goBackwards();
        if (!options().returnSequences()) {
            return b.squeeze(b.slice(y, 1, back ? 0 : -1, back ? 1 : Slice.END), 1);
        }
        Value ordered = back ? b.reverse(y, 1) : y;
        return options().timeMajor() ? swap(b, ordered) : ordered;
    }

    private static Value swap(Builder b, Value x) {
        return b.transpose(
                x,
                IntStream.range(0, x.shape().rank()).map(i -> i < 2 ? 1 - i : i).toArray());
    }
}
