package dev.posthorn.train.schedule;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** A learning rate that depends on the step. A record of its configuration. */
public interface Schedule {
    Codec<? extends Schedule> codec();

    /** The learning rate, a float32 scalar, at a step: an integer scalar that counts from 0. */
    Value call(Builder b, Value step);
}
