package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.DTypePolicy;
import dev.posthorn.keras.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kernels whose numbers were found by GPTQ or AWQ: {@code w[r, c] = (q[c, r] − zero[c, g(r)]) · scale[c, g(r)]}, g the
 * group of a row; of AWQ that over {@code s[r]}. The numbers are unsigned; of four bits there are two a byte, along the
 * columns. Source: keras/src/quantizers/gptq.py, awq.py, and keras/src/layers/core/dense.py.
 *
 * @param awq whether rows have scales of their own
 * @param bits of a number
 * @param group the rows of a group; -1 for all
 */
record Calibrated(boolean awq, int bits, int group) {
    private static final Pattern MODE = Pattern.compile("(?:gptq/([2348])|awq/(4))/(-1|[1-9]\\d{0,8})");

    /** What a policy's mode says, if it is of these. */
    static Optional<Calibrated> of(DTypePolicy policy) {
        return of(policy.mode());
    }

    static Optional<Calibrated> of(String mode) {
        Matcher m = MODE.matcher(mode);
        if (!m.matches()) {
            return Optional.empty();
        }
        boolean awq = m.group(1) == null;
        return Optional.of(new Calibrated(awq, Integer.parseInt(m.group(awq ? 2 : 1)), Integer.parseInt(m.group(3))));
    }

    /** These weights with all there is for a kernel {@code [rows×columns]} in the place of the first one. */
    List<Weight> weights(List<Weight> plain, int rows, int columns) {
        int groups = group < 0 ? 1 : -Math.floorDiv(-rows, group);
        List<Weight> weights = new ArrayList<>(plain.subList(1, plain.size()));
        weights.add(new Weight(
                "kernel", Shape.of(bits == 4 ? (columns + 1) / 2 : columns, rows), DType.UINT8, false, true));
        weights.add(Weight.frozen("kernel_scale", columns, groups));
        weights.add(new Weight(Quantization.ZERO, Shape.of(columns, groups), DType.UINT8, false, true));
        if (awq) {
            weights.add(Weight.frozen("awq_scales", rows));
        }
        weights.add(new Weight("g_idx", Shape.of(rows), DType.FLOAT32, false, true));
        return weights;
    }

    /** The kernel, in this shape. */
    Value kernel(Call c, Shape shape) {
        Builder b = c.builder();
        DType dtype = c.policy().compute();
        Value scale = c.weight("kernel_scale");
        Value q = c.rawWeight("kernel");
        Value numbers = bits == 4 ? unpacked(b, q, scale.shape().dim(0)) : q;
        Value groups = b.cast(c.rawWeight("g_idx"), DType.INT32);
        Value zero = b.gather(b.cast(c.rawWeight(Quantization.ZERO), dtype), groups, 1);
        Value w = b.transpose(b.times(b.minus(b.cast(numbers, dtype), zero), b.gather(scale, groups, 1)), 1, 0);
        return b.reshape(awq ? b.over(w, b.expandDims(c.weight("awq_scales"), -1)) : w, shape.dims());
    }

    /** Two numbers of each byte along the first axis, the low half first; n of them count. */
    private static Value unpacked(Builder b, Value packed, int n) {
        Value bytes = b.cast(packed, DType.INT32);
        Value sixteen = b.constant(DType.INT32, 16);
        Value high = b.binary(Binary.Fn.FLOOR_DIV, bytes, sixteen);
        Value low = b.minus(bytes, b.times(high, sixteen));
        Value pairs = b.concat(1, List.of(b.expandDims(low, 1), b.expandDims(high, 1)));
        return b.slice(b.reshape(pairs, -1, packed.shape().dim(1)), 0, 0, n);
    }
}
