package dev.posthorn.train.initializer;

import dev.posthorn.codec.Family;
import java.util.List;

/** Every initializer. */
public final class Initializers {
    /** Source: keras/src/initializers. */
    public static final Family<Initializer> ALL = new Family<>(
            "initializer",
            "keras.initializers",
            Initializer::codec,
            List.of(
                    Constant.CODEC,
                    GlorotNormal.CODEC,
                    GlorotUniform.CODEC,
                    HeNormal.CODEC,
                    HeUniform.CODEC,
                    Identity.CODEC,
                    LecunNormal.CODEC,
                    LecunUniform.CODEC,
                    Ones.CODEC,
                    Orthogonal.CODEC,
                    RandomNormal.CODEC,
                    RandomUniform.CODEC,
                    STFT.CODEC,
                    TruncatedNormal.CODEC,
                    VarianceScaling.CODEC,
                    Zeros.CODEC));

    private Initializers() {}
}
