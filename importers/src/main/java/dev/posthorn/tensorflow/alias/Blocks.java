package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.StopGradient;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recurrent cells, and layers of them, that are one op. */
final class Blocks {
    static final List<TfOp> ALL = List.of(
            many("LSTMBlockCell", s -> {
                Builder b = s.b();
                Cell c = Cell.of(
                        s,
                        "ICFO",
                        s.attributes().real("forget_bias", 1),
                        s.attributes().real("cell_clip", 3));
                return c.step(b, s.in(0), s.in(1), s.in(2), s.in(3, 8));
            }),
            many("BlockLSTM", s -> {
                double forget = s.attributes().real("forget_bias", 1);
                return layer(s, Cell.of(s, "ICFO", forget, s.attributes().real("cell_clip", 3)));
            }),
            many(
                    "BlockLSTMV2",
                    s -> layer(s, Cell.of(s, "IFCO", 0, s.attributes().real("cell_clip", 0)))),
            many("GRUBlockCell", Blocks::gru));

    private Blocks() {}

    /** How an LSTM's cell computes: the order of its gates in the weights, and its options. */
    private record Cell(String order, double forget, double clip, boolean peephole) {
        static Cell of(Site s, String order, double forget, double clip) {
            return new Cell(order, forget, clip, s.attributes().bool("use_peephole", false));
        }

        /** Input gate, cell, forget gate, output gate, new input, what the cell gives, result. */
        List<Value> step(Builder b, Value x, Value before, Value h, List<Value> weights) {
            int units = before.shape().dim(-1);
            Value gates = b.plus(b.matmul(b.concat(1, List.of(x, h)), weights.get(0)), weights.get(4));
            List<Value> parts = b.split(gates, 1, units, units, units, units);
            Value in = parts.get(order.indexOf('I'));
            Value keep = b.binary(Binary.Fn.ADD, parts.get(order.indexOf('F')), forget);
            Value out = parts.get(order.indexOf('O'));
            Value i = b.unary(Unary.Fn.SIGMOID, looked(b, in, before, weights.get(1)));
            Value f = b.unary(Unary.Fn.SIGMOID, looked(b, keep, before, weights.get(2)));
            Value ci = b.unary(Unary.Fn.TANH, parts.get(order.indexOf('C')));
            Value cs = b.plus(b.times(ci, i), b.times(before, f));
            if (clip > 0) {
                cs = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, cs, -clip), clip);
            }
            Value o = b.unary(Unary.Fn.SIGMOID, looked(b, out, cs, weights.get(3)));
            Value co = b.unary(Unary.Fn.TANH, cs);
            return List.of(i, cs, f, o, ci, co, b.times(co, o));
        }

        private Value looked(Builder b, Value gate, Value cell, Value weights) {
            return peephole ? b.plus(gate, b.times(cell, weights)) : gate;
        }
    }

    /**
     * All steps; those from {@code seq_len_max} on give zeros. Gradients are those of the formula; TensorFlow's of BlockLSTMV2
     * are not.
     */
    private static List<Value> layer(Site s, Cell cell) {
        Builder b = s.b();
        Value x = s.in(1);
        Builder body = new Builder();
        Value c = body.input("c", s.in(2).type());
        Value h = body.input("h", s.in(3).type());
        TensorType row = x.type().withShape(x.shape().remove(0));
        Value v = body.input("x", row);
        List<Value> weights = new ArrayList<>();
        for (int i = 4; i < 9; i++) {
            weights.add(body.input("w" + i, s.in(i).type()));
        }
        List<Value> results = cell.step(body, v, c, h, weights);
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("c", results.get(1));
        outputs.put("h", results.get(6));
        for (int i = 0; i < 7; i++) {
            outputs.put("y" + i, results.get(i));
        }
        List<Value> inputs = new ArrayList<>(List.of(c, h, v));
        inputs.addAll(weights);
        Graph step = body.graph(inputs, outputs, Map.of());
        List<Value> operands = new ArrayList<>(List.of(s.in(2), s.in(3), x));
        operands.addAll(s.in(4, 9));
        List<Value> all = b.addAll(new Scan(step, 2, 1, false), operands);
        Value t = b.add(new Iota(DType.INT64), Shapes.value(s, b.dim(x, 0)));
        Value inside = b.reshape(b.compare(Compare.Fn.LT, t, b.cast(s.in(0), DType.INT64)), -1, 1, 1);
        Value zero = b.constant(x.dtype(), 0);
        List<Value> given = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Value y = b.select(inside, all.get(2 + i), zero);
            boolean differentiated = i == 1 || i == 6; // by TensorFlow, of all that is given
            given.add(differentiated ? y : b.add(new StopGradient(), y));
        }
        return given;
    }

    /** Reset gate, update gate, new input, result. */
    private static List<Value> gru(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        Value h = s.in(1);
        int units = h.shape().dim(-1);
        Value gates = b.plus(b.matmul(b.concat(1, List.of(x, h)), s.in(2)), s.in(4));
        List<Value> parts = b.split(b.unary(Unary.Fn.SIGMOID, gates), 1, units, units);
        Value r = parts.get(0);
        Value u = parts.get(1);
        Value seen = b.concat(1, List.of(x, b.times(h, r)));
        Value c = b.unary(Unary.Fn.TANH, b.plus(b.matmul(seen, s.in(3)), s.in(5)));
        Value rest = b.minus(b.constant(u.dtype(), 1), u);
        return List.of(r, u, c, b.plus(b.times(u, h), b.times(rest, c)));
    }
}
