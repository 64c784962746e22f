package dev.posthorn.kernel;

/**
 * What is done to a tile of a product while it is in cache: c[i,j] = f(c[i,j] + bias[j] + residual[i,j]).
 *
 * @param bias one value a column, or null
 * @param act f, with its parameters {@code alpha} and {@code beta}
 */
public record Epilogue(float[] bias, Unary act, float alpha, float beta) {
    /** Leaves the product as it is. */
    public static final Epilogue NONE = of(null, Unary.NONE);

    /** Bias (or null) and a function without parameters. */
    public static Epilogue of(float[] bias, Unary act) {
        return new Epilogue(bias, act, 0, 0);
    }
}
