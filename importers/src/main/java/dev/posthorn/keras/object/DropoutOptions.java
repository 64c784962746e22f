package dev.posthorn.keras.object;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.keras.Call;
import dev.posthorn.model.UnsupportedModelException;

/** What a recurrent cell drops while it trains: of its inputs, and of its state. */
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

    /** Refuses to train with dropout, which is not there yet. */
    public void check(Call c) {
        if (c.training() && (dropout > 0 || recurrentDropout > 0)) {
            throw new UnsupportedModelException("training a recurrent layer with dropout " + dropout
                    + " and recurrent_dropout " + recurrentDropout + " is not supported yet, at " + c.path());
        }
    }
}
