package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.layer.Conv;
import dev.posthorn.keras.layer.ConvLSTMCell;
import dev.posthorn.keras.layer.ConvTranspose;
import dev.posthorn.keras.layer.CuDNNGRU;
import dev.posthorn.keras.layer.CuDNNLSTM;
import dev.posthorn.keras.layer.GRUCell;
import dev.posthorn.keras.layer.LSTMCell;
import dev.posthorn.keras.layer.SeparableConv;
import dev.posthorn.keras.object.DataFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Weights as older files hold them: of Keras 1, gate by gate and in other orders of the axes; of Theano, with kernels turned
 * round; of layers on cuDNN, for layers that are not, and the other way. Source: keras 2, engine/saving.py.
 *
 * @param keras1 whether Keras 1 wrote the file
 * @param theano whether its kernels were written by Theano, which convolves and does not correlate
 */
record OlderWeights(boolean keras1, boolean theano) {
    /** A weight that Keras 1 named: {@code dense_1_W:0}, {@code lstm_1_U_i}. */
    private static final Pattern KERAS_1 = Pattern.compile("[^/]*_(?:[WUb](?:_[a-z])?|running_(?:mean|std))(?::0)?");

    /** One of several gates. */
    private static final Pattern GATE = Pattern.compile("[^/]*_[WUb]_[icfozrh](?::0)?");

    /** Of the gates in the order of the file, those in the order of today: i, c, f, o and i, f, c, o. */
    private static final int[] LSTM_GATES = {0, 2, 1, 3};

    /** What the names of weights, the version and the backend that a file gives tell; both may be empty. */
    static OlderWeights of(String version, String backend, Collection<Hdf5Dataset> all) {
        boolean named = all.stream().anyMatch(d -> KERAS_1.matcher(lastName(d)).matches());
        return new OlderWeights(version.isEmpty() ? named : version.startsWith("1."), backend.equals("theano"));
    }

    /** A variable that is looked for. */
    record Wanted(String key, String name, Layer owner, long[] shape) {}

    /** The values of variables, in their order, of a layer's datasets in the order of the file. */
    List<Stored> of(List<Wanted> wanted, List<Hdf5Dataset> datasets) {
        Deque<Hdf5Dataset> left = new ArrayDeque<>(datasets);
        List<Stored> out = new ArrayList<>();
        int i = 0;
        while (i < wanted.size() && !left.isEmpty()) {
            Wanted w = wanted.get(i);
            boolean three = left.size() >= 3
                    && i + 2 < wanted.size()
                    && wanted.get(i + 2).owner() == w.owner()
                    && w.name().equals("kernel")
                    && (isCell(w.owner()) || w.owner() instanceof CuDNNLSTM || w.owner() instanceof CuDNNGRU);
            if (three) {
                out.addAll(recurrent(wanted.subList(i, i + 3), left));
                i += 3;
            } else {
                out.add(one(w, left.pop()));
                i++;
            }
        }
        left.forEach(d -> out.add(Stored.of(d)));
        return out;
    }

    private static String lastName(Hdf5Dataset d) {
        return d.path().substring(d.path().lastIndexOf('/') + 1);
    }

    private static boolean isCell(Layer owner) {
        return owner instanceof LSTMCell || owner instanceof GRUCell || owner instanceof ConvLSTMCell;
    }

    /** Kernel, recurrent kernel and bias of a recurrent layer. */
    private List<Stored> recurrent(List<Wanted> three, Deque<Hdf5Dataset> left) {
        Layer owner = three.get(0).owner();
        int gates = owner instanceof GRUCell || owner instanceof CuDNNGRU ? 3 : 4;
        if (isCell(owner)
                && left.size() >= 3 * gates
                && GATE.matcher(lastName(left.peek())).matches()) {
            List<Hdf5Dataset> all = take(left, 3 * gates);
            return IntStream.range(0, 3)
                    .mapToObj(part -> gates(three.get(part), all, part, gates))
                    .toList();
        }
        List<Hdf5Dataset> in = take(left, 3);
        long[] is = in.get(2).shape();
        long[] should = three.get(2).shape();
        long units = in.get(1).shape().length == 2 ? in.get(1).shape()[0] : -1;
        boolean fromCudnn =
                isCell(owner) && is.length == 1 && is[0] == 2L * gates * units && !Arrays.equals(is, should);
        boolean toCudnn = !isCell(owner) && (is.length == 2 || is[0] == (long) gates * units);
        if (!fromCudnn && !toCudnn) {
            return IntStream.range(0, 3)
                    .mapToObj(k -> one(three.get(k), in.get(k)))
                    .toList();
        }
        return List.of(
                Stored.of(in.subList(0, 1), (b, x) -> each(b, x.get(0), gates, fromCudnn)),
                Stored.of(in.subList(1, 2), (b, x) -> each(b, x.get(0), gates, fromCudnn)),
                Stored.of(in.subList(2, 3), (b, x) -> bias(b, x.get(0), gates, fromCudnn)));
    }

    /** A kernel {@code [n×g·u]} with the elements of each gate in the order of the other kind. */
    private static Value each(Builder b, Value x, int gates, boolean fromCudnn) {
        int n = x.shape().dim(0);
        int units = x.shape().dim(1) / gates;
        List<Value> parts = new ArrayList<>();
        for (int g = 0; g < gates; g++) {
            Value gate = b.slice(x, 1, g * units, (g + 1) * units);
            parts.add(
                    fromCudnn
                            ? b.transpose(b.reshape(gate, units, n), 1, 0)
                            : b.reshape(b.transpose(gate, 1, 0), n, units));
        }
        return b.concat(1, parts);
    }

    /** The biases of an LSTM add up, those of a GRU stand in two rows. */
    private static Value bias(Builder b, Value x, int gates, boolean fromCudnn) {
        if (gates == 3) {
            return fromCudnn ? b.reshape(x, 2, -1) : b.reshape(x, -1);
        }
        int n = x.shape().dim(0);
        if (fromCudnn) {
            List<Value> halves = b.split(x, 0, n / 2, n / 2);
            return b.plus(halves.get(0), halves.get(1));
        }
        Value half = b.binary(Binary.Fn.MUL, x, 0.5);
        return b.concat(0, List.of(half, half));
    }

    private static List<Hdf5Dataset> take(Deque<Hdf5Dataset> left, int n) {
        return IntStream.range(0, n).mapToObj(i -> left.pop()).toList();
    }

    /** Kernel, recurrent kernel or bias (part 0, 1, 2) of the weights of all gates. */
    private Stored gates(Wanted w, List<Hdf5Dataset> all, int part, int gates) {
        List<Hdf5Dataset> parts = IntStream.range(0, gates)
                .map(g -> gates == 3 ? g : LSTM_GATES[g])
                .mapToObj(g -> all.get(3 * g + part))
                .toList();
        return Stored.of(parts, (b, in) -> {
            List<Value> each = in.stream().map(v -> kernel(b, w, v)).toList();
            return b.concat(-1, each);
        });
    }

    private Stored one(Wanted w, Hdf5Dataset d) {
        boolean convolves = w.owner() instanceof Conv
                || w.owner() instanceof ConvTranspose
                || w.owner() instanceof ConvLSTMCell
                || w.owner() instanceof SeparableConv;
        return convolves && w.name().contains("kernel")
                ? Stored.of(List.of(d), (b, in) -> kernel(b, w, in.get(0)))
                : Stored.of(d);
    }

    /** A kernel with its axes in the order of today. */
    private Value kernel(Builder b, Wanted w, Value x) {
        Value y = keras1 ? ordered(b, w, x) : x;
        int rank = y.shape().rank();
        boolean turned = theano && rank > 2 && !w.name().equals("pointwise_kernel");
        return turned ? b.reverse(y, IntStream.range(0, rank - 2).toArray()) : y;
    }

    private static Value ordered(Builder b, Wanted w, Value x) {
        int rank = x.shape().rank();
        if (w.owner() instanceof Conv c && c.sliding().rank() == 1 && rank == 4) {
            boolean first = x.shape().dim(1) != 1
                    || x.shape().dim(0) != c.sliding().kernelSize().get(0)
                    || x.shape().dim(3) != c.filters(); // filters, channels, length, 1: before 1.2
            return b.squeeze(first ? b.transpose(x, 2, 3, 1, 0) : x, 1);
        }
        if (w.owner() instanceof ConvTranspose c && rank == 4) {
            boolean last = c.sliding().dataFormat() == DataFormat.CHANNELS_LAST;
            return last ? b.transpose(x, 0, 1, 3, 2) : b.transpose(x, 2, 3, 0, 1);
        }
        if (w.owner() instanceof SeparableConv c
                && c.sliding().dataFormat() == DataFormat.CHANNELS_FIRST
                && rank == 4) {
            return b.transpose(x, 2, 3, 1, 0);
        }
        boolean first = w.owner() instanceof Conv c && c.sliding().dataFormat() == DataFormat.CHANNELS_FIRST
                || w.owner() instanceof ConvLSTMCell cell && cell.sliding().dataFormat() == DataFormat.CHANNELS_FIRST;
        if (!first || rank < 3) {
            return x;
        }
        return b.transpose( // filters, channels, window
                x,
                IntStream.concat(IntStream.range(2, rank), IntStream.of(1, 0)).toArray());
    }
}
