package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.op.Special;
import dev.posthorn.tensorflow.Direct;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Special functions of mathematics. */
final class SpecialOps {
    static final List<TfOp> ALL = List.of(
            special("Lgamma", Special.Fn.LGAMMA),
            special("Digamma", Special.Fn.DIGAMMA),
            special("Dawsn", Special.Fn.DAWSN),
            special("Expint", Special.Fn.EXPINT),
            special("Spence", Special.Fn.SPENCE),
            special("BesselI0", Special.Fn.BESSEL_I0),
            special("BesselI1", Special.Fn.BESSEL_I1),
            special("BesselI0e", Special.Fn.BESSEL_I0E),
            special("BesselI1e", Special.Fn.BESSEL_I1E),
            special("BesselJ0", Special.Fn.BESSEL_J0),
            special("BesselJ1", Special.Fn.BESSEL_J1),
            special("BesselY0", Special.Fn.BESSEL_Y0),
            special("BesselY1", Special.Fn.BESSEL_Y1),
            special("FresnelCos", Special.Fn.FRESNEL_COS),
            special("FresnelSin", Special.Fn.FRESNEL_SIN),
            special("BesselK0", Special.Fn.BESSEL_K0),
            special("BesselK1", Special.Fn.BESSEL_K1),
            special("BesselK0e", Special.Fn.BESSEL_K0E),
            special("BesselK1e", Special.Fn.BESSEL_K1E),
            special("Zeta", Special.Fn.ZETA),
            special("Polygamma", Special.Fn.POLYGAMMA),
            special("Igamma", Special.Fn.IGAMMA),
            special("Igammac", Special.Fn.IGAMMAC),
            special("IgammaGradA", Special.Fn.IGAMMA_GRAD_A),
            special("Betainc", Special.Fn.BETAINC));

    private SpecialOps() {}

    private static TfOp special(String name, Special.Fn fn) {
        return Direct.of(name, new Special(fn));
    }
}
