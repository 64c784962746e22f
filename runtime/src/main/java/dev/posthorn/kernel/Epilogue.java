package dev.posthorn.kernel;

/**
 * What is done to a tile of a product while it is in cache: c[i,j] = f(c[i,j] + bias[at + j] + residual[i,j]).
 *
 * @param bias one value a column, or null
 * @param at where these begin
 * @param act f, with its parameters {@code alpha} and {@code beta}
 */
public record Epilogue(float[] bias, int at, Unary act, float alpha, float beta) {
    /** Leaves the product as it is. */
    public static final Epilogue NONE = of(null, Unary.NONE);

    /** Bias (or null) and a function without parameters. */
    public static Epilogue of(float[] bias, Unary act) {
        return new Epilogue(bias, 0, act, 0, 0);
    }

    /** The same function after another bias. */
    public Epilogue with(float[] other, int from) {
        return new Epilogue(other, from, act, alpha, beta);
    }

    /** The same for the columns from {@code column} on. */
    Epilogue from(int column) {
        return column == 0 ? this : with(bias, at + column);
    }
}
