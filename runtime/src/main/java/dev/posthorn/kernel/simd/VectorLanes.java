package dev.posthorn.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes of this machine: the preferred one, and the integers of the same shape. */
final class VectorLanes {
    static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
    static final int L = S.length();

    private VectorLanes() {}

    static FloatVector load(float[] x, int i) {
        return FloatVector.fromArray(S, x, i);
    }

    static FloatVector all(float value) {
        return FloatVector.broadcast(S, value);
    }

    static IntVector all(int value) {
        return IntVector.broadcast(I, value);
    }
}
