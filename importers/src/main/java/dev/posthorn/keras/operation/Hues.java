package dev.posthorn.keras.operation;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;

/** Colours of images whose channels are last, for layers. */
public final class Hues {
    private Hues() {}

    /** Red, green, blue as hue, saturation, value. */
    public static Value toHsv(Builder b, Value x) {
        return ImageOperations.rgbToHsv(b, x);
    }

    /** The other way round. */
    public static Value toRgb(Builder b, Value x) {
        return ImageOperations.hsvToRgb(b, x);
    }

    /** How bright each pixel is, in one channel. */
    public static Value gray(Builder b, Value x) {
        return ImageOperations.gray(b, x);
    }
}
