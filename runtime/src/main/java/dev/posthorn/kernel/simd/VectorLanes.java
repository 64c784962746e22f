package dev.posthorn.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes of this machine: the preferred one, its half, and the integers of the same shape. */
final class VectorLanes {
  static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Float> H = half(S.vectorBitSize());
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
  static final int L = S.length();

  private VectorLanes() {}

  private static VectorSpecies<Float> half(int bits) {
    switch (bits) {
      case 512:
        return FloatVector.SPECIES_256;
      case 256:
        return FloatVector.SPECIES_128;
      case 128:
        return FloatVector.SPECIES_64;
      default:
        throw new UnsupportedOperationException("vectors of " + bits + " bits");
    }
  }

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
