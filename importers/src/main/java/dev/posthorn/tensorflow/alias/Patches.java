package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Window;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What a sliding window sees, as channels: for each tap a slice, side by side. */
final class Patches {
    static final List<TfOp> ALL = List.of(
            one("ExtractImagePatches", s -> patches(s, s.attributes().ints("rates"))),
            one("ExtractVolumePatches", s -> patches(s, List.of(1, 1, 1, 1, 1))));

    private Patches() {}

    private static List<Integer> inner(Site s, List<Integer> all) {
        int last = all.size() - 1;
        if (all.size() != s.shape(0).rank() || all.get(0) != 1 || all.get(last) != 1) {
            throw s.unsupported("a window over batches or channels, " + all);
        }
        return all.subList(1, last);
    }

    private static Value patches(Site s, List<Integer> rates) {
        Builder b = s.b();
        Value x = s.in(0);
        Window w = Window.valid(
                inner(s, s.attributes().ints("ksizes")), inner(s, s.attributes().ints("strides")), inner(s, rates));
        int rank = w.rank();
        Integer[] low = Collections.nCopies(rank + 2, 0).toArray(Integer[]::new);
        Integer[] high = low.clone();
        int[] out = new int[rank];
        for (int a = 0; a < rank; a++) {
            int n = x.shape().dim(a + 1);
            if (n == Shape.UNKNOWN) {
                throw s.unsupported("a size that is known only when the graph runs");
            }
            if (s.attributes().string("padding", "VALID").equals("SAME")) {
                int stride = w.strides().get(a);
                int total = Math.max(((n + stride - 1) / stride - 1) * stride + w.extent(a) - n, 0);
                low[a + 1] = total / 2;
                high[a + 1] = total - total / 2;
            }
            out[a] = w.outputs(a, n + low[a + 1] + high[a + 1]);
        }
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(low), List.of(high));
        Value padded = b.add(pad, x, b.constant(x.dtype(), 0));
        List<Value> taps = new ArrayList<>();
        int[] tap = new int[rank];
        do {
            taps.add(tap(b, padded, w, tap, out));
        } while (next(tap, w.size()));
        return b.concat(rank + 1, taps);
    }

    private static Value tap(Builder b, Value x, Window w, int[] tap, int[] out) {
        Integer[] starts = Collections.nCopies(tap.length + 2, 0).toArray(Integer[]::new);
        Integer[] ends = starts.clone();
        Integer[] strides = starts.clone();
        Arrays.fill(ends, Slice.END);
        Arrays.fill(strides, 1);
        for (int a = 0; a < tap.length; a++) {
            starts[a + 1] = tap[a] * w.dilations().get(a);
            strides[a + 1] = w.strides().get(a);
            ends[a + 1] = starts[a + 1] + Math.max(0, (out[a] - 1) * strides[a + 1] + 1);
        }
        return b.add(new Slice(List.of(starts), List.of(ends), List.of(strides)), x);
    }

    /** The next tap in row-major order; false after the last. */
    private static boolean next(int[] tap, List<Integer> size) {
        for (int a = tap.length - 1; a >= 0; a--) {
            if (++tap[a] < size.get(a)) {
                return true;
            }
            tap[a] = 0;
        }
        return false;
    }
}
