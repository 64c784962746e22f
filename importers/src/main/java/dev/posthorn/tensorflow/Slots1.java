package dev.posthorn.tensorflow;

import dev.posthorn.ir.Shape;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.util.Set;
import java.util.TreeSet;

/**
 * The optimizers' variables in a checkpoint of TensorFlow 1, which has names alone: what lies below the name of a variable
 * and has its shape ({@code conv/weights/Momentum}), but for averages of it; and the powers that Adam counts.
 */
final class Slots1 {
    private static final String AVERAGE = "ExponentialMovingAverage";

    private Slots1() {}

    static Set<String> of(Bundle bundle) {
        Set<String> slots = new TreeSet<>();
        for (String key : bundle.keys()) {
            String name = key.substring(key.lastIndexOf('/') + 1);
            String above = key.substring(0, Math.max(0, key.lastIndexOf('/')));
            boolean power = name.matches("beta[12]_power(_\\d+)?")
                    && bundle.type(key).shape().equals(Shape.SCALAR);
            boolean slot = bundle.contains(above)
                    && !name.equals(AVERAGE)
                    && bundle.type(above).equals(bundle.type(key));
            if (power || slot) {
                slots.add(key);
            }
        }
        return slots;
    }
}
