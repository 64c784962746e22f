"""Writes training.zip: models whose layers draw random numbers or change their state in training, and what Keras computes
in two training calls one after the other.

    python training.py [PART...]

For each case the archive holds <name>.json (the model's configuration) or <name>.keras where there are weights,
<name>.in.<i>.npy, the outputs <name>.out<call>.<i>.npy, and <name>.seed.<i>.npy, the states of generators whose seed no
configuration holds.
"""
import io
import json
import os
import pathlib
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
from keras import layers as L

TARGET = pathlib.Path(__file__).parent.parent / "resources/dev/posthorn/keras/training.zip"
RANDOM = np.random.RandomState(0)
entries = {}


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def data(shape, dtype, low, high):
    if dtype == "bool":
        return RANDOM.rand(*shape) > 0.3
    if "int" in dtype:
        return RANDOM.randint(low or 0, high or 256, shape).astype(dtype)
    return (RANDOM.randn(*shape) if high is None else RANDOM.uniform(low, high, shape)).astype(dtype)


def case(name, make, *specs, batch=3, low=None, high=None, seeds=False):
    """make: a function of the symbolic inputs, or a layer."""
    keras.utils.set_random_seed(1)
    print(name, flush=True)
    values = [data((batch,) + tuple(shape), dtype, low, high) for shape, dtype in specs]
    inputs = [keras.Input(shape, dtype=dtype, name=f"in{i}") for i, (shape, dtype) in enumerate(specs)]
    model = keras.Model(inputs, make(*inputs), name="model")
    for v in model.weights:
        if v.dtype.startswith("float") and "seed" not in v.path:
            v.assign(RANDOM.uniform(0.2 if "vari" in v.path or "std" in v.path else -0.8, 0.8, v.shape))
    if model.weights and any("seed" not in v.path for v in model.weights):
        with tempfile.TemporaryDirectory() as folder:
            model.save(folder + "/m.keras")
            entries[f"{name}.keras"] = pathlib.Path(folder, "m.keras").read_bytes()
    else:
        entries[f"{name}.json"] = json.dumps(json.loads(model.to_json()), separators=(",", ":")).encode()
    if seeds:
        states = [v for v in model.variables if "seed_generator_state" in v.path]
        for i, v in enumerate(states):
            entries[f"{name}.seed.{i}.npy"] = npy(v.numpy())
    for i, v in enumerate(values):
        entries[f"{name}.in.{i}.npy"] = npy(v)
    for k in range(2):
        for i, y in enumerate(keras.tree.flatten(model(values, training=True))):
            entries[f"{name}.out{k}.{i}.npy"] = npy(np.asarray(y))


def f32(*shape):
    return shape, "float32"


def noise():
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        if dtype != "bfloat16":
            case(f"dropout.{dtype}", L.Dropout(0.3, seed=7, dtype=dtype), ((5, 3), dtype))
            case(f"gaussian_noise.{dtype}", L.GaussianNoise(0.3, seed=7, dtype=dtype), ((5, 3), dtype))
    case("dropout.mixed", L.Dropout(0.3, seed=7, dtype="mixed_float16"), f32(7))
    case("dropout.noise_shape", L.Dropout(0.5, noise_shape=(None, 1, 6), seed=3), f32(4, 6))
    case("dropout.fixed_shape", L.Dropout(0.5, noise_shape=(1, 4, 1), seed=3), f32(4, 6))
    case("dropout.one", L.Dropout(1.0, seed=3), f32(4))
    case("dropout.large_seed", L.Dropout(0.5, seed=2**40 + 5), f32(9))
    case("dropout.negative_seed", L.Dropout(0.5, seed=-3), f32(9))
    case("dropout.shared", lambda x, d=L.Dropout(0.5, seed=3): d(d(x)), f32(9))
    case("dropout.unseeded", L.Dropout(0.5), f32(9), seeds=True)
    case("dropout.off", lambda x: L.Dropout(0.5, seed=1)(x, training=False), f32(9))
    case("alpha_dropout", L.AlphaDropout(0.3, seed=5), f32(5, 3))
    case("alpha_dropout.noise_shape", L.AlphaDropout(0.3, noise_shape=(None, 1, 3), seed=5), f32(5, 3))
    case("gaussian_dropout", L.GaussianDropout(0.4, seed=5), f32(5, 3))
    case("spatial_dropout1d", L.SpatialDropout1D(0.5, seed=5), f32(5, 8))
    case("spatial_dropout2d", L.SpatialDropout2D(0.5, seed=5), f32(3, 4, 6))
    case("spatial_dropout2d.first", L.SpatialDropout2D(0.5, data_format="channels_first", seed=5), f32(6, 3, 4))
    case("spatial_dropout3d", L.SpatialDropout3D(0.5, seed=5), f32(2, 3, 2, 6))
    case("spatial_dropout3d.first", L.SpatialDropout3D(0.5, data_format="channels_first", seed=5), f32(6, 2, 3, 2))
    case("time_distributed.dropout", L.TimeDistributed(L.Dropout(0.5, seed=3)), f32(4, 6))
    case("network", lambda x: L.Dropout(0.2, seed=4)(L.Dense(5, activation="relu")(L.Dropout(0.4, seed=4)(x))), f32(6))


def recurrent():
    x = f32(4, 3)
    both = dict(dropout=0.4, recurrent_dropout=0.3)
    for name, layer in (("lstm", L.LSTM), ("gru", L.GRU), ("simple_rnn", L.SimpleRNN)):
        more = {} if name == "simple_rnn" else {"seed": 9}
        unseeded = name == "simple_rnn"
        for kind, options in (("input", dict(dropout=0.4)), ("state", dict(recurrent_dropout=0.4)), ("both", both),
                              ("all", dict(dropout=1.0)), ("all_state", dict(recurrent_dropout=1.0))):
            case(f"{name}.{kind}", layer(3, return_sequences=True, **options, **more), x, seeds=unseeded)
        case(f"{name}.masked", lambda v: layer(3, **both, **more)(L.Masking(0.0)(v)), x, seeds=unseeded)
        case(f"{name}.backwards", layer(3, go_backwards=True, return_state=True, **both, **more), x, seeds=unseeded)
        case(f"{name}.unroll", layer(3, unroll=True, dropout=0.4, **more), x, seeds=unseeded)
        case(f"{name}.bidirectional", L.Bidirectional(layer(3, **both, **more)), x, seeds=True)
    case("gru.before", L.GRU(3, reset_after=False, seed=9, **both), x)
    case("gru.no_bias", L.GRU(3, use_bias=False, seed=9, **both), x)
    case("lstm.no_bias", L.LSTM(3, use_bias=False, seed=9, **both), x)
    cells = [L.LSTMCell(3, seed=1, **both), L.GRUCell(4, seed=2, dropout=0.3), L.SimpleRNNCell(2, seed=3, **both)]
    case("rnn.stacked", L.RNN(cells, return_sequences=True), x)
    case("rnn.cell", L.RNN(L.GRUCell(4, seed=2, **both)), x)
    case("rnn.partly", L.RNN([L.LSTMCell(3), L.GRUCell(4, seed=2, recurrent_dropout=0.3)]), x)
    case("conv_lstm1d", L.ConvLSTM1D(2, 2, seed=1, **both), f32(3, 5, 2))
    case("conv_lstm2d", L.ConvLSTM2D(2, 2, seed=1, **both), f32(3, 4, 4, 2))
    case("conv_lstm2d.input", L.ConvLSTM2D(2, 2, padding="same", seed=1, dropout=0.4), f32(3, 4, 4, 2))
    case("conv_lstm3d", L.ConvLSTM3D(1, 2, seed=1, **both), f32(2, 3, 3, 3, 1))


def attention():
    x, y = f32(4, 6), f32(5, 6)
    case("mha", lambda a, b: L.MultiHeadAttention(2, 3, dropout=0.4, seed=8)(a, b), x, y)
    case("mha.scores", lambda a, b: L.MultiHeadAttention(2, 3, dropout=0.4, seed=8)(
        a, b, return_attention_scores=True, use_causal_mask=True), x, x)
    case("gqa", lambda a, b: L.GroupQueryAttention(3, 4, 2, dropout=0.4, seed=8)(a, b), x, y)
    case("attention", lambda a, b: L.Attention(dropout=0.4, seed=8)([a, b]), x, y)
    case("attention.scores", lambda a, b: L.Attention(dropout=0.4, seed=8)(
        [a, b], return_attention_scores=True), x, y)
    case("additive_attention", lambda a, b: L.AdditiveAttention(dropout=0.4, seed=8)([a, b]), x, y)


def normalization():
    for name, options in (
        ("plain", {}), ("clipped", dict(renorm_clipping={"rmax": 1.5, "rmin": 0.7, "dmax": 0.4})),
        ("momentum", dict(renorm_momentum=0.5, momentum=0.7)), ("bare", dict(center=False, scale=False)),
        ("frozen", dict(trainable=False)),
    ):
        case(f"renorm.{name}", L.BatchNormalization(renorm=True, **options), f32(4, 3))
    case("renorm.half", L.BatchNormalization(renorm=True, dtype="mixed_float16"), f32(4, 3))
    case("renorm.masked", lambda x: L.BatchNormalization(renorm=True)(L.Masking(0.0)(x)), f32(4, 3))
    case("spectral.dense", L.SpectralNormalization(L.Dense(4)), f32(5))
    case("spectral.conv", L.SpectralNormalization(L.Conv2D(3, 2), power_iterations=3), f32(4, 4, 2))
    case("spectral.embedding", L.SpectralNormalization(L.Embedding(7, 3)), ((4,), "int32"), high=7)


def images():
    picture, first = f32(6, 5, 3), f32(3, 6, 5)
    bytes_, unit = dict(low=0, high=255), dict(low=0, high=1)
    for mode in ("horizontal", "vertical", "horizontal_and_vertical"):
        case(f"flip.{mode}", L.RandomFlip(mode, seed=1), picture, batch=5, **bytes_)
    fills = ("constant", "nearest", "reflect", "wrap")
    for fill in fills:
        for method in ("bilinear", "nearest"):
            more = dict(fill_mode=fill, interpolation=method, fill_value=9.0, seed=3)
            case(f"rotation.{fill}.{method}", L.RandomRotation(0.3, **more), picture, **bytes_)
    for fill, method in zip(fills, ("bilinear", "nearest") * 2):
        more = dict(fill_mode=fill, interpolation=method, fill_value=9.0, seed=3)
        case(f"translation.{fill}", L.RandomTranslation((-0.4, 0.3), 0.5, **more), picture, **bytes_)
        case(f"zoom.{fill}", L.RandomZoom((-0.4, 0.3), 0.5, **more), picture, **bytes_)
        case(f"shear.{fill}", L.RandomShear(0.4, (0.1, 0.6), **more), picture, **bytes_)
    case("zoom.one", L.RandomZoom(0.4, seed=2), picture, **bytes_)
    case("perspective", L.RandomPerspective(0.8, scale=0.4, fill_value=3.0, seed=2), picture, **bytes_)
    case("perspective.nearest", L.RandomPerspective((0.5, 1.0), interpolation="nearest", seed=2), picture, **bytes_)
    case("crop", L.RandomCrop(4, 3, seed=2), picture, **bytes_)
    case("crop.wide", L.RandomCrop(8, 3, seed=2), picture, **bytes_)
    case("crop.same", L.RandomCrop(6, 5, seed=2), picture, **bytes_)
    case("elastic", L.RandomElasticTransform(0.9, 0.8, seed=2), f32(21, 24, 2), batch=2, **bytes_)
    case("elastic.nearest", L.RandomElasticTransform(
        1.0, (0.5, 1.0), interpolation="nearest", fill_mode="constant", fill_value=7.0, seed=4), f32(40, 45, 1), batch=2,
        **bytes_)
    ranged = dict(seed=5, value_range=(0, 1))
    for name, layer, options in (
        ("brightness", L.RandomBrightness, dict(factor=0.4)), ("contrast", L.RandomContrast, dict(factor=(0.3, 0.8))),
        ("color_degeneration", L.RandomColorDegeneration, dict(factor=0.7)), ("hue", L.RandomHue, dict(factor=0.6)),
        ("saturation", L.RandomSaturation, dict(factor=(0.2, 0.7))), ("sharpness", L.RandomSharpness, dict(factor=0.8)),
        ("invert", L.RandomInvert, dict(factor=0.6)), ("posterization", L.RandomPosterization, dict(factor=(2, 6))),
        ("posterization_one", L.RandomPosterization, dict(factor=(3, 3))),
        ("solarization", L.Solarization, dict(addition_factor=0.3, threshold_factor=(0.2, 0.8))),
        ("gaussian_blur", L.RandomGaussianBlur, dict(factor=0.9, kernel_size=(3, 5), sigma=(0.3, 0.9))),
        ("erasing", L.RandomErasing, dict(factor=0.9, scale=(0.2, 0.6), fill_value=0.3)),
        ("erasing_noise", L.RandomErasing, dict(factor=0.9, scale=(0.2, 0.6))),
        ("erasing_color", L.RandomErasing, dict(scale=(0.2, 0.6), fill_value=[0.1, 0.5, 0.7])),
        ("color_jitter", L.RandomColorJitter, dict(brightness_factor=0.2, contrast_factor=0.3, saturation_factor=(
            0.3, 0.6), hue_factor=0.4)),
        ("color_jitter_hue", L.RandomColorJitter, dict(hue_factor=0.4)),
        ("rand_augment", L.RandAugment, dict(num_ops=3, factor=0.4)),
    ):
        case(f"{name}.unit", lambda x: layer(**options, **ranged)(x), picture, batch=4, **unit)
        if "erasing" not in name:
            case(f"{name}.bytes", lambda x: layer(**options, seed=6)(x), picture, **bytes_)
    case("rand_augment.long", L.RandAugment(num_ops=6, seed=11), picture, batch=4, **bytes_)
    case("equalization", L.AutoContrast(), picture, **bytes_)
    case("grayscale", L.RandomGrayscale(0.6), picture, batch=6, seeds=True, **bytes_)
    for name, layer in (
        ("flip", L.RandomFlip(seed=1, data_format="channels_first")),
        ("rotation", L.RandomRotation(0.3, seed=1, data_format="channels_first")),
        ("contrast", L.RandomContrast(0.3, seed=1, data_format="channels_first")),
        ("hue", L.RandomHue(0.3, seed=1, data_format="channels_first")),
        ("erasing", L.RandomErasing(1.0, (0.3, 0.6), seed=1, data_format="channels_first")),
        ("sharpness", L.RandomSharpness(0.7, seed=1, data_format="channels_first")),
        ("blur", L.RandomGaussianBlur(1.0, seed=1, data_format="channels_first")),
        ("crop", L.RandomCrop(3, 4, seed=1, data_format="channels_first")),
    ):
        case(f"first.{name}", layer, first, **unit)
    def pair(layer):
        def call(x, y):
            out = layer({"images": x, "labels": y})
            return [out["images"], out["labels"]]
        return call
    for name, layer in (("mix_up", L.MixUp(0.7, seed=3)), ("cut_mix", L.CutMix((0.3, 0.9), seed=3)),
                        ("flip_labelled", L.RandomFlip(seed=3))):
        case(name, pair(layer), picture, f32(4), batch=5, **unit)
    case("mix_up.images", L.MixUp(seed=3), picture, batch=4, **unit)
    case("cut_mix.images", L.CutMix(seed=3), picture, batch=4, **unit)
    case("mix_up.first", L.MixUp(seed=3, data_format="channels_first"), first, batch=4, **unit)
    case("cut_mix.first", L.CutMix(seed=3, data_format="channels_first"), first, batch=4, **unit)
    for n in (3, 7):
        def boxes(x, y, z):
            out = L.MaxNumBoundingBoxes(n, bounding_box_format="xyxy")(
                {"images": x, "bounding_boxes": {"boxes": y, "labels": z}})
            return [out["images"], out["bounding_boxes"]["boxes"], out["bounding_boxes"]["labels"]]
        case(f"boxes.{n}", boxes, picture, f32(5, 4), f32(5), **unit)
    case("pipeline", L.Pipeline([L.RandomFlip(seed=1), L.RandomRotation(0.2, seed=2), L.RandomBrightness(0.1, seed=3)]),
         picture, **bytes_)


PARTS = dict(images=images, noise=noise, recurrent=recurrent, attention=attention, normalization=normalization)
if __name__ == "__main__":
    if sys.argv[1:] and TARGET.exists():
        with zipfile.ZipFile(TARGET) as old:
            entries.update({n: old.read(n) for n in old.namelist()})
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), entries[name], zipfile.ZIP_DEFLATED, 9)
    print(len({n.split(".in.")[0] for n in entries if ".in." in n}), "cases", TARGET.stat().st_size, "bytes")
