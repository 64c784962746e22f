package dev.posthorn.kernel;

/** Functions of two elements. */
public enum Binary {
    ADD,
    SUB,
    MUL,
    /** a / b. */
    DIV,
    /** The larger; NaN if either is NaN. */
    MAX,
    /** The smaller; NaN if either is NaN. */
    MIN,
    /** (a − b)². */
    SQUARED_DIFFERENCE,
    /** a / b, and 0 where b = 0. */
    DIV_NO_NAN,
    /** a · b, and 0 where b = 0 even if a is infinite or NaN. */
    MUL_NO_NAN,
    /** aᵇ. */
    POW,
    /** ⌊a / b⌋. */
    FLOOR_DIV,
    /** a − b⌊a / b⌋, with the sign of b. */
    FLOOR_MOD,
    /** The remainder with the sign of a. */
    TRUNCATE_MOD,
    ATAN2,
    /** a ln b, and 0 where a = 0. */
    XLOGY,
    /** a / b, and 0 where a = 0. */
    XDIVY,
    /** b where a > 0, else 0: what a ReLU that gave a lets pass of its gradient b. */
    PASS_RELU,
    /** b where 0 < a < 6, else 0. */
    PASS_RELU6
}
