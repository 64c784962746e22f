package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.all;
import static dev.posthorn.kernel.simd.VectorLanes.load;

import dev.posthorn.kernel.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y[i] = f(x[i]) for n ≥ L, one loop each. The last vector overlaps the one before it; it is read before the loop, which
 * may write over it, so an element's value does not depend on where in a run it stands.
 */
final class VectorUnary {
  private VectorUnary() {}

  private static final boolean[] HAS = new boolean[Unary.values().length];

  static {
    for (Unary f : Unary.values()) {
      HAS[f.ordinal()] = run(f, 0, 0, new float[L], 0, new float[L], 0, L);
    }
  }

  /** Whether f has a vector form. */
  static boolean has(Unary f) {
    return HAS[f.ordinal()];
  }

  /** Runs f; false where it has no vector form. */
  static boolean run(Unary f, float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    switch (f) {
      case RELU6:
        clip(0f, 6f, x, xo, y, yo, n);
        return true;
      case RELU:
        relu(x, xo, y, yo, n);
        return true;
      case CLIP:
        clip(alpha, beta, x, xo, y, yo, n);
        return true;
      case LEAKY_RELU:
        leakyRelu(alpha, x, xo, y, yo, n);
        return true;
      case THRESHOLDED_RELU:
        thresholdedRelu(alpha, x, xo, y, yo, n);
        return true;
      case AFFINE:
        affine(alpha, beta, x, xo, y, yo, n);
        return true;
      case HARD_SIGMOID:
        hardSigmoid(alpha, beta, x, xo, y, yo, n);
        return true;
      case HARD_SILU:
        hardSilu(alpha, beta, x, xo, y, yo, n);
        return true;
      case SOFTSIGN:
        softsign(x, xo, y, yo, n);
        return true;
      case ABS:
        abs(x, xo, y, yo, n);
        return true;
      case NEG:
        neg(x, xo, y, yo, n);
        return true;
      case SQUARE:
        square(x, xo, y, yo, n);
        return true;
      case RECIPROCAL:
        reciprocal(x, xo, y, yo, n);
        return true;
      case SQRT:
        sqrt(x, xo, y, yo, n);
        return true;
      case RSQRT:
        rsqrt(x, xo, y, yo, n);
        return true;
      case EXP:
        exp(x, xo, y, yo, n);
        return true;
      case EXPM1:
        expm1(x, xo, y, yo, n);
        return true;
      case LOG:
        log(x, xo, y, yo, n);
        return true;
      case LOG1P:
        log1p(x, xo, y, yo, n);
        return true;
      case TANH:
        tanh(x, xo, y, yo, n);
        return true;
      case SIGMOID:
        sigmoid(x, xo, y, yo, n);
        return true;
      case SILU:
        silu(alpha, x, xo, y, yo, n);
        return true;
      case SOFTPLUS:
        softplus(x, xo, y, yo, n);
        return true;
      case MISH:
        mish(x, xo, y, yo, n);
        return true;
      case ELU:
        elu(alpha, x, xo, y, yo, n);
        return true;
      case SELU:
        selu(alpha, beta, x, xo, y, yo, n);
        return true;
      case ERF:
        erf(x, xo, y, yo, n);
        return true;
      case ERFC:
        erfc(x, xo, y, yo, n);
        return true;
      case GELU_ERF:
        geluErf(x, xo, y, yo, n);
        return true;
      case GELU_TANH:
        geluTanh(x, xo, y, yo, n);
        return true;
      default:
        return false;
    }
  }

  /** min(max(x, low), high); NaN stays. */
  private static FloatVector clip(FloatVector x, float low, float high) {
    FloatVector v = x.blend(low, x.compare(VectorOperators.LT, low));
    return v.blend(high, v.compare(VectorOperators.GT, high));
  }

  private static void relu(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = relu(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      relu(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector relu(FloatVector x) {
    return x.blend(0f, x.compare(VectorOperators.LT, 0f));
  }

  private static void clip(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = clip(alpha, beta, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      clip(alpha, beta, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector clip(float alpha, float beta, FloatVector x) {
    return clip(x, alpha, beta);
  }

  private static void leakyRelu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = leakyRelu(alpha, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      leakyRelu(alpha, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector leakyRelu(float alpha, FloatVector x) {
    return x.blend(x.mul(alpha), x.compare(VectorOperators.LT, 0f));
  }

  private static void thresholdedRelu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = thresholdedRelu(alpha, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      thresholdedRelu(alpha, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector thresholdedRelu(float alpha, FloatVector x) {
    return x.blend(0f, x.compare(VectorOperators.LE, alpha));
  }

  private static void affine(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = affine(alpha, beta, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      affine(alpha, beta, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector affine(float alpha, float beta, FloatVector x) {
    return x.fma(all(alpha), all(beta));
  }

  private static void hardSigmoid(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = hardSigmoid(alpha, beta, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      hardSigmoid(alpha, beta, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector hardSigmoid(float alpha, float beta, FloatVector x) {
    return clip(x.fma(all(alpha), all(beta)), 0f, 1f);
  }

  private static void hardSilu(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = hardSilu(alpha, beta, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      hardSilu(alpha, beta, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector hardSilu(float alpha, float beta, FloatVector x) {
    return clip(x.fma(all(alpha), all(beta)), 0f, 1f).mul(x);
  }

  private static void softsign(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = softsign(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      softsign(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector softsign(FloatVector x) {
    return x.div(x.abs().add(1f));
  }

  private static void abs(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = abs(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      abs(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector abs(FloatVector x) {
    return x.abs();
  }

  private static void neg(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = neg(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      neg(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector neg(FloatVector x) {
    return x.neg();
  }

  private static void square(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = square(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      square(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector square(FloatVector x) {
    return x.mul(x);
  }

  private static void reciprocal(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = reciprocal(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      reciprocal(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector reciprocal(FloatVector x) {
    return all(1f).div(x);
  }

  private static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = sqrt(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      sqrt(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector sqrt(FloatVector x) {
    return x.sqrt();
  }

  private static void rsqrt(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = rsqrt(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      rsqrt(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector rsqrt(FloatVector x) {
    return all(1f).div(x.sqrt());
  }

  private static void exp(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = exp(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      exp(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector exp(FloatVector x) {
    return VectorMath.exp(x);
  }

  private static void expm1(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = expm1(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      expm1(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector expm1(FloatVector x) {
    return VectorMath.expm1(x);
  }

  private static void log(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = log(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      log(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector log(FloatVector x) {
    return VectorMath.log(x);
  }

  private static void log1p(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = log1p(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      log1p(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector log1p(FloatVector x) {
    return VectorMath.log1p(x);
  }

  private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = tanh(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      tanh(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector tanh(FloatVector x) {
    return VectorMath.tanh(x);
  }

  private static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = sigmoid(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      sigmoid(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector sigmoid(FloatVector x) {
    return VectorMath.sigmoid(x);
  }

  private static void silu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = silu(alpha, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      silu(alpha, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector silu(float alpha, FloatVector x) {
    return VectorMath.sigmoid(x.mul(alpha)).mul(x);
  }

  private static void softplus(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = softplus(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      softplus(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector softplus(FloatVector x) {
    return VectorMath.softplus(x);
  }

  private static void mish(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = mish(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      mish(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector mish(FloatVector x) {
    return VectorMath.mish(x);
  }

  private static void elu(float alpha, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = elu(alpha, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      elu(alpha, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector elu(float alpha, FloatVector x) {
    return VectorMath.expm1(x).mul(alpha).blend(x, x.compare(VectorOperators.GT, 0f));
  }

  private static void selu(float alpha, float beta, float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = selu(alpha, beta, load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      selu(alpha, beta, load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector selu(float alpha, float beta, FloatVector x) {
    return VectorMath.expm1(x).mul(alpha).blend(x, x.compare(VectorOperators.GT, 0f)).mul(beta);
  }

  private static void erf(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = erf(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      erf(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector erf(FloatVector x) {
    return VectorMath.erf(x);
  }

  private static void erfc(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = erfc(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      erfc(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector erfc(FloatVector x) {
    return VectorMath.erfc(x);
  }

  private static void geluErf(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = geluErf(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      geluErf(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector geluErf(FloatVector x) {
    return VectorMath.geluErf(x);
  }

  private static void geluTanh(float[] x, int xo, float[] y, int yo, int n) {
    FloatVector last = geluTanh(load(x, xo + n - L));
    for (int i = 0; i < n - L; i += L) {
      geluTanh(load(x, xo + i)).intoArray(y, yo + i);
    }
    last.intoArray(y, yo + n - L);
  }

  private static FloatVector geluTanh(FloatVector x) {
    return VectorMath.geluTanh(x);
  }
}
