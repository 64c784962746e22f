package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.LayerReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Cells one on top of the other, as one cell. Source: keras/src/layers/rnn/stacked_rnn_cells.py. */
public record StackedRNNCells(List<LayerNode> cells) implements Cell {
    public static final Codec<StackedRNNCells> CODEC = Codec.of(
            "StackedRNNCells",
            f -> new StackedRNNCells(f.of("cells", FieldType.listOf(LayerReader.TYPE), StackedRNNCells::cells, null)));

    @Override
    public Layer withChildren(UnaryOperator<LayerNode> replace) {
        return new StackedRNNCells(cells.stream().map(replace).toList());
    }

    @Override
    public List<Child> children(DTypePolicy policy) {
        return cells.stream().map(n -> Child.listed("cells", n)).toList();
    }

    @Override
    public List<Shape> states(Shape x) {
        List<Shape> all = new ArrayList<>();
        Shape in = x;
        for (LayerNode n : cells) {
            Cell cell = (Cell) n.layer();
            List<Shape> states = cell.states(in);
            all.addAll(states);
            in = states.get(cell.outputState());
        }
        return all;
    }

    @Override
    public int outputState() {
        Shape any = Shape.of(Shape.UNKNOWN, Shape.UNKNOWN);
        Cell last = (Cell) cells.get(cells.size() - 1).layer();
        return states(any).size() - last.states(any).size() + last.outputState();
    }

    @Override
    public List<Value> masks(Call c, Value x, List<Value> states) {
        List<Value> masks = new ArrayList<>();
        Value in = x;
        int from = 0;
        for (LayerNode n : cells) {
            Cell cell = (Cell) n.layer();
            List<Value> own =
                    states.subList(from, from + cell.states(in.shape()).size());
            masks.addAll(cell.masks(c.open(n, List.of(KerasTensor.of(in))), in, own));
            in = own.get(cell.outputState()); // like the cell's output
            from += own.size();
        }
        return masks;
    }

    @Override
    public int maskCount() {
        return cells.stream().mapToInt(n -> ((Cell) n.layer()).maskCount()).sum();
    }

    @Override
    public List<Value> step(Call c, Value x, List<Value> states, List<Value> masks) {
        int drawn = 0;
        List<Value> next = new ArrayList<>();
        Value y = x;
        int from = 0;
        for (LayerNode n : cells) {
            int to = from + ((Cell) n.layer()).states(y.shape()).size();
            List<KerasTensor> before =
                    states.subList(from, to).stream().map(KerasTensor::of).toList();
            int end = masks.isEmpty() ? 0 : drawn + ((Cell) n.layer()).maskCount();
            Map<String, ?> drop = masks.isEmpty()
                    ? Map.of()
                    : Map.of(
                            MASKS,
                            masks.subList(drawn, end).stream()
                                    .map(KerasTensor::of)
                                    .toList());
            drawn = end;
            List<Value> out = c.child(n, List.of(KerasTensor.of(y), before), drop).stream()
                    .map(KerasTensor::value)
                    .toList();
            y = out.get(0);
            next.addAll(out.subList(1, out.size()));
            from = to;
        }
        next.add(0, y);
        return next;
    }
}
