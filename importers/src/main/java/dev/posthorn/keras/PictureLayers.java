package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.keras.image.Colors;
import dev.posthorn.keras.image.Mixes;
import dev.posthorn.keras.image.Moves;
import dev.posthorn.keras.layer.Augmentation;
import dev.posthorn.keras.layer.AutoContrast;
import dev.posthorn.keras.layer.Clahe;
import dev.posthorn.keras.layer.MaxNumBoundingBoxes;
import dev.posthorn.keras.layer.Mixing;
import dev.posthorn.keras.layer.RandomCrop;
import dev.posthorn.keras.layer.RandomSize;
import java.util.List;

/** The layers that change pictures at random while a model trains, one line each; {@link KerasLayers} has all others. */
final class PictureLayers {
    static final List<Codec<? extends Layer>> ALL = List.of(
            Augmentation.codec(
                    "AugMix",
                    Mixes::augMix,
                    "value_range",
                    "num_chains",
                    "chain_depth",
                    "factor",
                    "alpha",
                    "all_ops",
                    "interpolation",
                    "seed"),
            AutoContrast.CODEC,
            Clahe.CODEC,
            Mixing.CUT_MIX,
            Augmentation.codec("Equalization", Colors::equalization, "value_range", "bins"),
            MaxNumBoundingBoxes.CODEC,
            Mixing.MIX_UP,
            Augmentation.codec(
                    "RandAugment", Mixes::randAugment, "value_range", "num_ops", "factor", "interpolation", "seed"),
            Augmentation.codec("RandomBrightness", Colors::brightness, "factor", "value_range", "seed"),
            Augmentation.codec("RandomColorDegeneration", Colors::degeneration, "factor", "value_range", "seed"),
            Augmentation.codec(
                    "RandomColorJitter",
                    Mixes::jitter,
                    "value_range",
                    "brightness_factor",
                    "contrast_factor",
                    "saturation_factor",
                    "hue_factor",
                    "seed"),
            Augmentation.codec("RandomContrast", Colors::contrast, "factor", "value_range", "seed"),
            RandomCrop.codec(Augmentation.codec("RandomCrop", Moves::crop, "height", "width", "seed")),
            Augmentation.codec(
                    "RandomElasticTransform",
                    Moves::elastic,
                    "factor",
                    "scale",
                    "interpolation",
                    "fill_mode",
                    "fill_value",
                    "value_range",
                    "seed"),
            Augmentation.codec(
                    "RandomErasing", Colors::erasing, "factor", "scale", "fill_value", "value_range", "seed"),
            Augmentation.codec("RandomFlip", Moves::flip, "mode", "seed"),
            Augmentation.codec(
                    "RandomGaussianBlur", Colors::blur, "factor", "kernel_size", "sigma", "value_range", "seed"),
            Augmentation.codec("RandomGrayscale", Colors::grayscale, "factor"),
            RandomSize.codec("RandomHeight"),
            RandomSize.codec("RandomWidth"),
            Augmentation.codec("RandomHue", Colors::hue, "factor", "value_range", "seed"),
            Augmentation.codec("RandomInvert", Colors::invert, "factor", "value_range", "seed"),
            Augmentation.codec(
                    "RandomPerspective", Moves::perspective, "factor", "scale", "interpolation", "fill_value", "seed"),
            Augmentation.codec("RandomPosterization", Colors::posterization, "factor", "value_range", "seed"),
            Augmentation.codec(
                    "RandomRotation", Moves::rotation, "factor", "fill_mode", "fill_value", "interpolation", "seed"),
            Augmentation.codec("RandomSaturation", Colors::saturation, "factor", "value_range", "seed"),
            Augmentation.codec("RandomSharpness", Colors::sharpness, "factor", "value_range", "seed"),
            Augmentation.codec(
                    "RandomShear",
                    Moves::shear,
                    "x_factor",
                    "y_factor",
                    "fill_mode",
                    "fill_value",
                    "interpolation",
                    "seed"),
            Augmentation.codec(
                    "RandomTranslation",
                    Moves::translation,
                    "height_factor",
                    "width_factor",
                    "fill_mode",
                    "fill_value",
                    "interpolation",
                    "seed"),
            Augmentation.codec(
                    "RandomZoom",
                    Moves::zoom,
                    "height_factor",
                    "width_factor",
                    "fill_mode",
                    "fill_value",
                    "interpolation",
                    "seed"),
            Augmentation.codec(
                    "Solarization",
                    Colors::solarization,
                    "value_range",
                    "addition_factor",
                    "threshold_factor",
                    "seed"));

    private PictureLayers() {}
}
