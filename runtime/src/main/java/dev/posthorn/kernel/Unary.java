package dev.posthorn.kernel;

/**
 * Functions of one element, y = f(x); α and β are the parameters where f has any.
 *
 * <p>NaN gives NaN throughout. Those marked with * are computed by polynomials in the vector provider; the others are
 * exact or call {@link Math}.
 */
public enum Unary {
    /** x. */
    NONE,
    /** max(x, 0). */
    RELU,
    /** min(max(x, 0), 6). */
    RELU6,
    /** min(max(x, α), β). */
    CLIP,
    /** x for x ≥ 0, else αx. */
    LEAKY_RELU,
    /** x for x &gt; α, else 0. */
    THRESHOLDED_RELU,
    /** αx + β. */
    AFFINE,
    /** min(max(αx + β, 0), 1): Keras 2 has α = 0.2, Keras 3 α = 1/6; both β = 0.5. */
    HARD_SIGMOID,
    /** x · min(max(αx + β, 0), 1). */
    HARD_SILU,
    /** x / (1 + |x|). */
    SOFTSIGN,
    ABS,
    /** x, but 0 for numbers so small that processors are slow with them. */
    FLUSH,
    NEG,
    /** x². */
    SQUARE,
    /** 1 / x. */
    RECIPROCAL,
    SQRT,
    /** 1 / √x. */
    RSQRT,
    /** eˣ *. */
    EXP,
    /** eˣ − 1 *. */
    EXPM1,
    /** ln x *. */
    LOG,
    /** ln(1 + x) *. */
    LOG1P,
    /** tanh x *. */
    TANH,
    /** 1 / (1 + e⁻ˣ) *. */
    SIGMOID,
    /** x · sigmoid(αx) *; silu has α = 1. */
    SILU,
    /** ln(1 + eˣ) *. */
    SOFTPLUS,
    /** x · tanh(softplus(x)) *. */
    MISH,
    /** x for x &gt; 0, else α(eˣ − 1) *. */
    ELU,
    /** βx for x &gt; 0, else βα(eˣ − 1) *. */
    SELU,
    /** erf x *. */
    ERF,
    /** 1 − erf x *. */
    ERFC,
    /** x · ½ erfc(−x / √2) *. */
    GELU_ERF,
    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))) *. */
    GELU_TANH,
    FLOOR,
    CEIL,
    /** To the nearest integer, halves to the even one. */
    ROUND,
    /** −1, 0 or 1. */
    SIGN,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    ASINH,
    ACOSH,
    ATANH;

    /** Whether it is min(max(x, low), high), of some bounds or none. */
    public boolean clips() {
        return this == NONE || this == RELU || this == RELU6 || this == CLIP;
    }
}
