package dev.posthorn.tools.data;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;

/** Elements as text. */
public final class Values {
    private Values() {}

    /** The shortest text that reads back as the same value. */
    static String text(Tensor t, int i) {
        return switch (t.dtype()) {
            case STRING -> t.getString(i);
            case BOOL -> Boolean.toString(t.getLong(i) != 0);
            case FLOAT64 -> Double.toString(t.getDouble(i));
            case UINT64 -> Long.toUnsignedString(t.getLong(i));
            case COMPLEX64 -> complex(t.floats()[2 * i], t.floats()[2 * i + 1]);
            case COMPLEX128 -> complex(t.doubles()[2 * i], t.doubles()[2 * i + 1]);
            default -> t.dtype().isFloating() ? Float.toString((float) t.getDouble(i)) : Long.toString(t.getLong(i));
        };
    }

    private static String complex(double re, double im) {
        return re + (im < 0 || 1 / im < 0 ? "-" : "+") + Math.abs(im) + "j";
    }

    /** Whether an output's rows are probabilities: {@code [n×k]}, k > 1, each row from 0 to 1 and of sum 1. */
    public static boolean areProbabilities(Tensor t) {
        if (!t.dtype().isFloating() || t.shape().rank() != 2 || t.shape().dim(1) < 2 || t.size() == 0) {
            return false;
        }
        int k = t.shape().dim(1);
        for (int r = 0; r < t.shape().dim(0); r++) {
            double sum = 0;
            for (int i = 0; i < k; i++) {
                double p = t.getDouble(r * k + i);
                if (!(p >= 0 && p <= 1)) {
                    return false;
                }
                sum += p;
            }
            if (!(Math.abs(sum - 1) <= (t.dtype() == DType.FLOAT32 || t.dtype() == DType.FLOAT64 ? 1e-3 : 2e-2))) {
                return false;
            }
        }
        return true;
    }
}
