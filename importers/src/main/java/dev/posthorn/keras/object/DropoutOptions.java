package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a recurrent cell drops while it trains: of its inputs, and of its state. The masks are drawn once for all steps, those
 * of the input first; one each, or one for each gate. Source: keras/src/layers/rnn/dropout_rnn_cell.py.
 */
public record DropoutOptions(double dropout, double recurrentDropout, Object seed) {
    public static DropoutOptions of(Fields<DropoutOptions> f) {
        return f.dialect() == Dialect.KERAS3 ? of(f, f.of("seed", FieldType.ANY, DropoutOptions::seed)) : unseeded(f);
    }

    /** The keys of layers that do not write how the dropping is seeded. */
    public static DropoutOptions unseeded(Fields<DropoutOptions> f) {
        return of(f, f.rare("seed", FieldType.ANY, DropoutOptions::seed));
    }

    private static DropoutOptions of(Fields<DropoutOptions> f, Object seed) {
        return new DropoutOptions(
                f.of("dropout", FieldType.FLOAT, DropoutOptions::dropout, 0.0),
                f.of("recurrent_dropout", FieldType.FLOAT, DropoutOptions::recurrentDropout, 0.0),
                seed);
    }

    /** The same as cells with gates take it: a rate of 1 drops nothing. */
    public DropoutOptions gated() {
        return new DropoutOptions(dropout < 1 ? dropout : 0, recurrentDropout < 1 ? recurrentDropout : 0, seed);
    }

    /** The state that is drawn from, where anything is. */
    public List<Weight> state() {
        return Seeds.state(seed, dropout > 0 || recurrentDropout > 0);
    }

    /** The masks of one call for an input and a state like these, {@code each} of a kind; none where it does not train. */
    public List<Value> masks(Call c, Value x, Value h, int each) {
        List<Value> masks = new ArrayList<>();
        for (int i = 0; c.training() && dropout > 0 && i < each; i++) {
            masks.add(mask(c, x, dropout));
        }
        for (int i = 0; c.training() && recurrentDropout > 0 && i < each; i++) {
            masks.add(mask(c, h, recurrentDropout));
        }
        return masks;
    }

    /** How many masks there are, {@code each} of a kind. */
    public int count(int each) {
        return (dropout > 0 ? each : 0) + (recurrentDropout > 0 ? each : 0);
    }

    private static Value mask(Call c, Value like, double rate) {
        Builder b = c.builder();
        return Seeds.dropout(c, b.broadcastTo(b.constant(like.dtype(), 1), b.dims(like)), rate, null);
    }

    /** {@code x[b×in] · kernel[in×g·units]}, where each of g gates may have its own x. */
    public static Value product(Builder b, List<Value> xs, Value kernel) {
        if (xs.stream().allMatch(xs.get(0)::equals)) {
            return b.matmul(xs.get(0), kernel);
        }
        int[] units = new int[xs.size()];
        Arrays.fill(units, kernel.shape().dim(-1) / xs.size());
        List<Value> kernels = b.split(kernel, -1, units);
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            parts.add(b.matmul(xs.get(i), kernels.get(i)));
        }
        return b.concat(-1, parts);
    }

    /** What gate {@code i} of {@code gates} sees of the input. */
    public Value input(Builder b, Value x, List<Value> masks, int i) {
        return masks.isEmpty() || dropout == 0 ? x : b.binary(Binary.Fn.MUL, x, masks.get(i));
    }

    /** What gate {@code i} sees of the state. */
    public Value state(Builder b, Value h, List<Value> masks, int i) {
        int from = dropout == 0 ? 0 : masks.size() / 2;
        return masks.isEmpty() || recurrentDropout == 0 ? h : b.binary(Binary.Fn.MUL, h, masks.get(from + i));
    }
}
