package dev.posthorn.kernel;

/** How elements lie in arrays, and the {@link Program.Register} in which they are computed. */
public enum Storage {
    FLOAT32(Program.Register.FLOAT),
    FLOAT64(Program.Register.DOUBLE),
    /** A byte that is 0 or 1; in registers a float that is 0 or 1. */
    BOOL(Program.Register.FLOAT),
    INT8(Program.Register.LONG),
    UINT8(Program.Register.LONG),
    INT16(Program.Register.LONG),
    UINT16(Program.Register.LONG),
    INT32(Program.Register.LONG),
    UINT32(Program.Register.LONG),
    INT64(Program.Register.LONG);

    final Program.Register register;

    Storage(Program.Register register) {
        this.register = register;
    }

    /** Whether arrays hold what registers hold. */
    boolean isRegister() {
        return this == FLOAT32 || this == FLOAT64 || this == INT64;
    }

    /** The least integer of the type. */
    long least() {
        return switch (this) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            default -> 0;
        };
    }

    /** The largest integer of the type. */
    long most() {
        return switch (this) {
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 0xff;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 0xffff;
            case INT32 -> Integer.MAX_VALUE;
            case UINT32 -> 0xffffffffL;
            default -> Long.MAX_VALUE;
        };
    }

    /** {@code y[yo + i] = x[xo + i·step]}, y an array of the register's type. */
    void load(Object x, int xo, int step, Object y, int yo, int n) {
        switch (this) {
            case FLOAT32 -> {
                if (step == 1) {
                    System.arraycopy(x, xo, y, yo, n);
                } else {
                    floats((float[]) x, xo, step, (float[]) y, yo, n);
                }
            }
            case FLOAT64 -> doubles((double[]) x, xo, step, (double[]) y, yo, n);
            case BOOL -> bools((byte[]) x, xo, step, (float[]) y, yo, n);
            case INT32 -> ints((int[]) x, xo, step, (long[]) y, yo, n);
            default -> {
                long[] to = (long[]) y;
                for (int i = 0; i < n; i++) {
                    to[yo + i] = integer(x, xo + i * step);
                }
            }
        }
    }

    private static void floats(float[] x, int xo, int step, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = x[xo + i * step];
        }
    }

    private static void doubles(double[] x, int xo, int step, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = x[xo + i * step];
        }
    }

    private static void bools(byte[] x, int xo, int step, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = x[xo + i * step];
        }
    }

    private static void ints(int[] x, int xo, int step, long[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = x[xo + i * step];
        }
    }

    private long integer(Object x, int i) {
        return switch (this) {
            case INT8 -> ((byte[]) x)[i];
            case UINT8 -> ((byte[]) x)[i] & 0xff;
            case INT16 -> ((short[]) x)[i];
            case UINT16 -> ((short[]) x)[i] & 0xffff;
            case UINT32 -> ((int[]) x)[i] & 0xffffffffL;
            default -> ((long[]) x)[i];
        };
    }

    /** {@code y[yo + i] = x[xo + i]}, x an array of the register's type; integers wrap. */
    void store(Object x, int xo, Object y, int yo, int n) {
        switch (this) {
            case FLOAT32, FLOAT64, INT64 -> System.arraycopy(x, xo, y, yo, n);
            case BOOL -> {
                float[] from = (float[]) x;
                byte[] to = (byte[]) y;
                for (int i = 0; i < n; i++) {
                    to[yo + i] = (byte) from[xo + i];
                }
            }
            case INT8, UINT8 -> {
                long[] from = (long[]) x;
                byte[] to = (byte[]) y;
                for (int i = 0; i < n; i++) {
                    to[yo + i] = (byte) from[xo + i];
                }
            }
            case INT16, UINT16 -> {
                long[] from = (long[]) x;
                short[] to = (short[]) y;
                for (int i = 0; i < n; i++) {
                    to[yo + i] = (short) from[xo + i];
                }
            }
            default -> {
                long[] from = (long[]) x;
                int[] to = (int[]) y;
                for (int i = 0; i < n; i++) {
                    to[yo + i] = (int) from[xo + i];
                }
            }
        }
    }

    /** Makes results of 64 bits results of this type, in place. */
    void wrap(long[] x, int xo, int n) {
        for (int i = xo; i < xo + n; i++) {
            x[i] = switch (this) {
                case INT8 -> (byte) x[i];
                case UINT8 -> x[i] & 0xff;
                case INT16 -> (short) x[i];
                case UINT16 -> x[i] & 0xffff;
                case INT32 -> (int) x[i];
                case UINT32 -> x[i] & 0xffffffffL;
                default -> x[i];
            };
        }
    }
}
