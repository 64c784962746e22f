package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Transcendental functions of a vector. Coefficients are our own minimax fits. Largest error found over every 211th float
 * (sigmoid: every 61st), in units in the last place: exp 1.02, expm1 1.56, log 0.80, log1p 1.44, tanh 1.24, sigmoid 2.00,
 * erf 1.09, erfc 3.75, softplus 1.88. NaN gives NaN, underflow is gradual. ElementwiseTest holds them to it.
 */
final class VectorMath {
  private static final float LOG2E = 1.4426950408889634f;
  /** ln 2 in two parts; the first is so short that subtracting its multiples is exact. */
  private static final float LN2_HI = 0.693359375f;

  private static final float LN2_LO = -2.12194440e-4f;
  /** 1.5 · 2²³: adding it rounds to an integer, found in the low bits. */
  private static final float MAGIC = 12582912f;

  private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);
  private static final int SIGN = 0x80000000;

  private VectorMath() {}

  /** 2ᵏ for −126 ≤ k ≤ 127. */
  private static FloatVector power(IntVector k) {
    return k.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** eʳ − 1 for |r| ≤ ½ ln 2: r + r²q(r). */
  private static FloatVector expm1Reduced(FloatVector r) {
    FloatVector q = all(0x1.6db5bep-10f);
    q = q.fma(r, all(0x1.123c78p-7f));
    q = q.fma(r, all(0x1.55545cp-5f));
    q = q.fma(r, all(0x1.55548ep-3f));
    q = q.fma(r, all(0.5f));
    return q.mul(r).fma(r, r);
  }

  /** x with everything below −104 (where eˣ rounds to 0) and above 89 (∞) cut off. NaN stays. */
  private static FloatVector cut(FloatVector x) {
    FloatVector low = x.blend(all(-104f), x.compare(VectorOperators.LT, -104f));
    return low.blend(all(89f), x.compare(VectorOperators.GT, 89f));
  }

  /** eˣ = 2ᵏ eʳ. */
  static FloatVector exp(FloatVector x) {
    FloatVector c = cut(x);
    FloatVector z = c.fma(all(LOG2E), all(MAGIC));
    FloatVector kf = z.sub(MAGIC);
    FloatVector r = kf.fma(all(-LN2_LO), kf.fma(all(-LN2_HI), c));
    FloatVector p = expm1Reduced(r).add(1f);
    IntVector k = z.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
    return p.mul(power(k1)).mul(power(k.sub(k1)));
  }

  /** eˣ − 1 = 2ᵏ(eʳ − 1) + (2ᵏ − 1). */
  static FloatVector expm1(FloatVector x) {
    FloatVector c = cut(x);
    FloatVector z = c.fma(all(LOG2E), all(MAGIC));
    FloatVector kf = z.sub(MAGIC);
    FloatVector r = kf.fma(all(-LN2_LO), kf.fma(all(-LN2_HI), c));
    FloatVector e = expm1Reduced(r);
    IntVector k = z.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
    IntVector k2 = k.sub(k1);
    FloatVector s = power(k1);
    FloatVector value = e.fma(s, s.sub(power(k2.neg()))).mul(power(k2));
    return value.blend(x, x.compare(VectorOperators.EQ, 0f)); // −0 stays −0
  }

  /** ln x = k ln 2 + ln(1 + f), x = 2ᵏ(1 + f), √½ ≤ 1 + f &lt; √2; ln(1 + f) = f − ½f² + f³p(f). */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    FloatVector scaled = x.blend(x.mul(0x1p23f), tiny);
    IntVector bits = scaled.reinterpretAsInts();
    IntVector k = bits.sub(0x3f3504f3).lanewise(VectorOperators.ASHR, 23);
    FloatVector f = bits.sub(k.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
    FloatVector kf = k.add(MAGIC_BITS).reinterpretAsFloats().sub(MAGIC);
    kf = kf.blend(kf.sub(23f), tiny);
    FloatVector p = all(-0x1.38b590p-4f);
    p = p.fma(f, all(0x1.055b6cp-3f));
    p = p.fma(f, all(-0x1.0d8540p-3f));
    p = p.fma(f, all(0x1.22da1cp-3f));
    p = p.fma(f, all(-0x1.547244p-3f));
    p = p.fma(f, all(0x1.99a008p-3f));
    p = p.fma(f, all(-0x1.000226p-2f));
    p = p.fma(f, all(0x1.555554p-2f));
    FloatVector ff = f.mul(f);
    FloatVector y = p.mul(f).mul(ff);
    y = kf.fma(all(LN2_LO), y);
    y = ff.fma(all(-0.5f), y);
    y = kf.fma(all(LN2_HI), f.add(y));
    y = y.blend(x, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not()); // ∞ and NaN
    y = y.blend(all(Float.NaN), x.compare(VectorOperators.LT, 0f));
    return y.blend(all(Float.NEGATIVE_INFINITY), x.compare(VectorOperators.EQ, 0f));
  }

  /** ln(1 + x) = ln u + (x − (u − 1)) / u, u = 1 + x rounded. */
  static FloatVector log1p(FloatVector x) {
    FloatVector u = x.add(1f);
    FloatVector rest = x.sub(u.sub(1f)).div(u);
    VectorMask<Float> finite =
        u.compare(VectorOperators.GT, 0f).and(u.compare(VectorOperators.LT, Float.POSITIVE_INFINITY));
    FloatVector y = log(u).add(all(0f).blend(rest, finite));
    return y.blend(x, x.compare(VectorOperators.EQ, 0f)); // −0 stays −0
  }

  private static FloatVector abs(FloatVector x) {
    return x.reinterpretAsInts().and(~SIGN).reinterpretAsFloats();
  }

  private static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
    return magnitude.reinterpretAsInts().or(sign.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
  }

  /** tanh x = x + x³p(x²) for |x| &lt; 0.625, else ±(1 − 2 / (e^2|x| + 1)). */
  static FloatVector tanh(FloatVector x) {
    FloatVector a = abs(x);
    FloatVector z = x.mul(x);
    FloatVector p = all(0x1.197b7ap-9f);
    p = p.fma(z, all(-0x1.0c2144p-7f));
    p = p.fma(z, all(0x1.6394dap-6f));
    p = p.fma(z, all(-0x1.b9ef7cp-5f));
    p = p.fma(z, all(0x1.11106cp-3f));
    p = p.fma(z, all(-0x1.555554p-2f));
    FloatVector small = p.mul(z).fma(x, x);
    FloatVector large = all(1f).sub(all(2f).div(exp(a.add(a)).add(1f)));
    return withSign(large, x).blend(small, a.compare(VectorOperators.LT, 0.625f));
  }

  /**
   * 1 / (1 + e⁻ˣ), with e = e^−|x| and q = e / (1 + e): 1 − q for x ≥ 0, else q as e + (δ − eq), where δ is what rounding
   * took from e. The first terms are exact or small, so hardly more than the last rounding is left.
   */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector c = cut(abs(x).neg());
    FloatVector z = c.fma(all(LOG2E), all(MAGIC));
    FloatVector kf = z.sub(MAGIC);
    FloatVector m = expm1Reduced(kf.fma(all(-LN2_LO), kf.fma(all(-LN2_HI), c)));
    FloatVector p = m.add(1f);
    IntVector k = z.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector k1 = k.lanewise(VectorOperators.ASHR, 1);
    FloatVector s1 = power(k1);
    FloatVector s2 = power(k.sub(k1));
    FloatVector e = p.mul(s1).mul(s2);
    FloatVector rest = m.sub(p.sub(1f)).mul(s1).mul(s2);
    FloatVector q = e.div(e.add(1f));
    FloatVector negative = e.add(q.neg().fma(e, rest));
    return all(1f).sub(q).blend(negative, x.compare(VectorOperators.LT, 0f));
  }

  /** erfc a for a ≥ 0: e^−a² p(u) / (1 + 2a), u = (a − 2) / (a + 2). */
  private static FloatVector erfcPositive(FloatVector a) {
    FloatVector c = a.blend(all(10.5f), a.compare(VectorOperators.GT, 10.5f));
    FloatVector u = c.sub(2f).div(c.add(2f));
    FloatVector p = all(-0x1.a2d9a8p-12f);
    p = p.fma(u, all(-0x1.41e99cp-10f));
    p = p.fma(u, all(0x1.58468cp-10f));
    p = p.fma(u, all(0x1.1aca7ap-7f));
    p = p.fma(u, all(-0x1.081d60p-7f));
    p = p.fma(u, all(-0x1.bc09c8p-5f));
    p = p.fma(u, all(0x1.4ffc4ap-3f));
    p = p.fma(u, all(-0x1.54084ep-3f));
    p = p.fma(u, all(-0x1.7bf616p-4f));
    p = p.fma(u, all(0x1.46e80ep+0f));
    FloatVector square = c.mul(c);
    FloatVector rest = c.fma(c, square.neg()); // what rounding the square lost
    p = p.sub(p.mul(rest));
    return exp(square.neg()).mul(p.div(c.add(c).add(1f)));
  }

  /** erf x = xp(x²) for |x| &lt; 0.9, else ±(1 − erfc |x|). */
  static FloatVector erf(FloatVector x) {
    FloatVector a = abs(x);
    FloatVector large = withSign(all(1f).sub(erfcPositive(a)), x);
    return large.blend(erfSmall(x), a.compare(VectorOperators.LT, 0.9f));
  }

  private static FloatVector erfSmall(FloatVector x) {
    FloatVector z = x.mul(x);
    FloatVector p = all(0x1.6510c2p-14f);
    p = p.fma(z, all(-0x1.aca392p-11f));
    p = p.fma(z, all(0x1.550a44p-8f));
    p = p.fma(z, all(-0x1.b81524p-6f));
    p = p.fma(z, all(0x1.ce2e54p-4f));
    p = p.fma(z, all(-0x1.812744p-2f));
    // 2/√π = 1 + 0.12837917: the leading term without its rounding error
    return p.mul(z).add(0.12837917f).fma(x, x);
  }

  /** 1 − erf x. */
  static FloatVector erfc(FloatVector x) {
    FloatVector small = all(1f).sub(erfSmall(x));
    return erfcWide(x).blend(small, abs(x).compare(VectorOperators.LT, 0.5f));
  }

  /** 1 − erf x from the fit for large |x| alone. */
  private static FloatVector erfcWide(FloatVector x) {
    FloatVector positive = erfcPositive(abs(x));
    return positive.blend(all(2f).sub(positive), x.compare(VectorOperators.LT, 0f));
  }

  /** x · ½ erfc(−x / √2). */
  static FloatVector geluErf(FloatVector x) {
    return erfcWide(x.mul(-0.70710678f)).mul(x.mul(0.5f));
  }

  /** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
  static FloatVector softplus(FloatVector x) {
    FloatVector positive = x.blend(0f, x.compare(VectorOperators.LT, 0f));
    return positive.add(log1p(exp(abs(x).neg())));
  }

  /** x · tanh(softplus(x)) = x · n / (n + 2), n = e²ˣ + 2eˣ. */
  static FloatVector mish(FloatVector x) {
    FloatVector e = exp(x.blend(20f, x.compare(VectorOperators.GT, 20f)));
    FloatVector n = e.fma(e, e.add(e));
    FloatVector y = x.mul(n).div(n.add(2f));
    return y.blend(x, x.compare(VectorOperators.GT, 20f));
  }

  /** ½x(1 + tanh u) = x · sigmoid(2u), u = √(2/π)(x + 0.044715x³). */
  static FloatVector geluTanh(FloatVector x) {
    FloatVector u = x.mul(x).fma(all(1.5957691f * 0.044715f), all(1.5957691f)).mul(x);
    return sigmoid(u).mul(x);
  }
}
