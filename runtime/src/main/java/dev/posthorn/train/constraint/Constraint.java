package dev.posthorn.train.constraint;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** What a weight is brought back to after each step. A record of its configuration. */
public interface Constraint {
    Codec<? extends Constraint> codec();

    /** The weight that obeys, of the type of {@code w}. */
    Value call(Builder b, Value w);
}
