package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.keras.object.ElementwiseLayer;
import dev.posthorn.keras.object.Numbers;
import java.util.Map;

/** The input, whose size is a penalty in training. Source: keras/src/layers/regularization/activity_regularization.py. */
public record ActivityRegularization(double l1, double l2) implements ElementwiseLayer {
    public static final Codec<ActivityRegularization> CODEC = Codec.of(
            "ActivityRegularization",
            f -> new ActivityRegularization(
                    f.of("l1", Numbers.FLOAT, ActivityRegularization::l1, 0.0),
                    f.of("l2", Numbers.FLOAT, ActivityRegularization::l2, 0.0)));

    @Override
    public Object activityRegularizer() {
        return Map.of("class_name", "L1L2", "config", Map.of("l1", l1, "l2", l2));
    }

    @Override
    public Op op() {
        return new Linear();
    }
}
