package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import dev.posthorn.tensorflow.TfValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layers of recurrent cells as cuDNN computes them: {@code input[t×b×in], input_h[l·d×b×u], input_c[l·d×b×u],
 * params[…] (, sequence_lengths[b]) → output[t×b×d·u], output_h, output_c}, l layers of d directions. All weights
 * stand in {@code params} first, layer by layer and direction by direction, each gate's matrix of the input {@code
 * [u×in]}, then each gate's of the state {@code [u×u]}; then all biases in that order. Gates are i f c o of an LSTM, r
 * z h of a GRU whose reset gate comes after the product. Sources: NVIDIA's cudnnGetRNNWeightParams; Keras's {@code
 * _canonical_to_params}.
 */
final class CudnnLayers {
    static final List<TfOp> ALL = List.of(
            TfOp.general("CudnnRNN", s -> new Layers(s, true).read(4)),
            TfOp.general("CudnnRNNV2", s -> new Layers(s, true).read(5)),
            TfOp.general("CudnnRNNV3", s -> new Layers(s, s.attributes().bool("time_major", true)).read(5)));

    private static final Op TANH = new Unary(Unary.Fn.TANH);
    private static final Op SIGMOID = new Unary(Unary.Fn.SIGMOID);

    private CudnnLayers() {}

    /** One node while it is read. */
    private static final class Layers {
        private final Site s;
        private final Builder b;
        private final boolean timeMajor;
        private final String mode;
        private final int gates;
        private final int directions;
        private final int units;
        private final int inputs;
        private final int layers;
        private int weightAt;
        private int biasAt;

        Layers(Site s, boolean timeMajor) {
            this.s = s;
            this.b = s.b();
            this.timeMajor = timeMajor;
            this.mode = s.attributes().string("rnn_mode", "lstm");
            this.gates = switch (mode) {
                case "lstm" -> 4;
                case "gru" -> 3;
                case "rnn_relu", "rnn_tanh" -> 1;
                default -> throw s.unsupported("rnn_mode " + mode);
            };
            this.directions =
                    s.attributes().string("direction", "unidirectional").equals("bidirectional") ? 2 : 1;
            this.units = s.shape(1).dim(2);
            this.inputs = s.shape(0).dim(2);
            int all = s.shape(1).dim(timeMajor ? 0 : 1);
            if (units < 0 || inputs < 0 || all < 0) {
                throw s.unsupported("sizes that are known only when the graph runs");
            }
            this.layers = all / directions;
            String input = s.attributes().string("input_mode", "linear_input");
            boolean skips = input.equals("skip_input") || input.equals("auto_select") && inputs == units;
            if (skips) {
                throw s.unsupported("an input that the first layer takes as it is (input_mode " + input + ")");
            }
            if (s.attributes().integer("num_proj", 0) != 0) {
                throw s.unsupported("a projection of the state");
            }
            if (s.attributes().bool("is_training", true) && s.attributes().real("dropout", 0) > 0 && layers > 1) {
                throw s.unsupported("dropout between layers");
            }
        }

        /** What is given, then as many outputs for the gradient of cuDNN's own. */
        List<TfValue> read(int outputs) {
            Value x = batchFirst(s.in(0));
            Value mask = s.op().equals("CudnnRNNV3") ? mask(x) : null;
            int width = inputs;
            for (int l = 0; l < layers; l++) {
                biasAt += directions * gates * (units * width + units * units);
                width = directions * units;
            }
            width = inputs;
            List<Value> hs = new ArrayList<>();
            List<Value> cs = new ArrayList<>();
            for (int l = 0; l < layers; l++) {
                List<Value> ys = new ArrayList<>();
                for (int d = 0; d < directions; d++) {
                    List<Value> out = direction(x, width, d == 1, mask, l * directions + d);
                    ys.add(out.get(0));
                    hs.add(out.get(1));
                    cs.add(out.get(out.size() - 1));
                }
                x = b.concat(2, ys);
                width = directions * units;
            }
            boolean cell = mode.equals("lstm");
            List<TfValue> all = new ArrayList<>();
            all.add(new TfValue.Of(timeMajor ? b.transpose(x, 1, 0, 2) : x));
            all.add(new TfValue.Of(stacked(hs)));
            all.add(cell ? new TfValue.Of(stacked(cs)) : new TfValue.Nothing(x.dtype()));
            while (all.size() < outputs) {
                all.add(new TfValue.Nothing(x.dtype()));
            }
            return all;
        }

        private Value batchFirst(Value x) {
            return timeMajor ? b.transpose(x, 1, 0, 2) : x;
        }

        private Value stacked(List<Value> states) {
            int axis = timeMajor ? 0 : 1;
            return b.concat(
                    axis, states.stream().map(h -> b.expandDims(h, axis)).toList());
        }

        /** Whether a step {@code [b×t]} counts; null where all do. */
        private Value mask(Value x) {
            Dim steps = b.dim(x, 1);
            boolean full = s.isConstant(4)
                    && steps.isKnown()
                    && IntStream.of(s.ints(4)).allMatch(n -> n == steps.known());
            Value t = b.add(new Iota(DType.INT32), Shapes.value(s, steps));
            return full ? null : b.compare(Compare.Fn.LT, t, b.expandDims(s.in(4), 1));
        }

        /** Matrices {@code [u×in]} of all gates side by side as {@code [in×gates·u]}, in the order of Keras. */
        private Value matrices(int in) {
            List<Value> all = new ArrayList<>();
            for (int g = 0; g < gates; g++) {
                Value flat = b.slice(s.in(3), 0, weightAt, weightAt + units * in);
                all.add(b.transpose(b.reshape(flat, units, in), 1, 0));
                weightAt += units * in;
            }
            return b.concat(1, ordered(all));
        }

        private Value biases() {
            List<Value> all = new ArrayList<>();
            for (int g = 0; g < gates; g++) {
                all.add(b.slice(s.in(3), 0, biasAt, biasAt + units));
                biasAt += units;
            }
            return b.concat(0, ordered(all));
        }

        private List<Value> ordered(List<Value> gates) {
            return mode.equals("gru") ? List.of(gates.get(1), gates.get(0), gates.get(2)) : gates;
        }

        private List<Value> direction(Value x, int width, boolean back, Value mask, int state) {
            Value kernel = matrices(width);
            Value recurrent = matrices(units);
            Value ofInput = biases();
            Value ofState = biases();
            int axis = timeMajor ? 0 : 1;
            Value h = b.squeeze(b.slice(s.in(1), axis, state, state + 1), axis);
            boolean masked = mask != null;
            List<Value> in = new ArrayList<>(List.of(x, kernel, recurrent));
            Op op;
            if (mode.equals("lstm")) {
                Value c = b.squeeze(b.slice(s.in(2), axis, state, state + 1), axis);
                in.addAll(List.of(b.plus(ofInput, ofState), h, c));
                op = new Lstm(TANH, SIGMOID, back, masked, true);
            } else if (mode.equals("gru")) {
                in.addAll(List.of(ofInput, ofState, h));
                op = new Gru(TANH, SIGMOID, true, back, masked, true);
            } else {
                in.addAll(List.of(b.plus(ofInput, ofState), h));
                Op activation = mode.equals("rnn_relu") ? new Unary(Unary.Fn.RELU) : TANH;
                op = new SimpleRnn(activation, back, masked, true);
            }
            if (masked) {
                in.add(mask);
            }
            return b.addAll(op, in);
        }
    }
}
