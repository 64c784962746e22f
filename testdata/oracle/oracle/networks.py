"""Suite ``networks``: well-known image networks as model files.

The weights are the seeded ones of the suite ``applications``, but they are
stored, the images are of a usual size and there are two of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import applications, layers

from . import seeded, storage
from .applications import activations, assign
from .keras_case import describe_weights, layer_classes, signature
from .registry import Case, Options

BATCH = 2
RELATIVE = 1e-4


def vgg16(size: int) -> keras.Model:
    """VGG16 with a small head: 256, 256 and 10 units."""
    base = applications.VGG16(weights=None, include_top=False,
                              input_shape=(size, size, 3))
    x = layers.Flatten(name="flatten")(base.output)
    x = layers.Dense(256, activation="relu", name="fc1")(x)
    x = layers.Dense(256, activation="relu", name="fc2")(x)
    x = layers.Dense(10, activation="softmax", name="predictions")(x)
    return keras.Model(base.input, x, name="vgg16_small")


def classifier(name: str) -> Callable[[int], keras.Model]:
    return lambda size: getattr(applications, name)(
        weights=None, input_shape=(size, size, 3))


#: name: builder, size of the image, gain of the kernels, range of the pixels
NETWORKS = {
    "mobilenet_v2": (classifier("MobileNetV2"), 224, 1.0, (-1.0, 1.0)),
    "resnet50": (classifier("ResNet50"), 96, 1.0, (-1.0, 1.0)),
    "vgg16_small": (vgg16, 64, 2.0, (-1.0, 1.0)),
    "efficientnet_b0": (classifier("EfficientNetB0"), 224, 1.0,
                        (0.0, 255.0)),
}


def images(count: int, size: int, low: float, high: float,
           seed: int) -> np.ndarray:
    """8 by 8 coloured squares under fine noise: noise alone averages out."""
    squares = seeded.fill("squares", (count, 8, 8, 3), low, high, seed)
    noise = seeded.fill("noise", (count, size, size, 3), low, high, seed)
    large = squares.repeat(size // 8, axis=1).repeat(size // 8, axis=2)
    return np.float32(0.75) * large + np.float32(0.25) * noise


def calibrate(model: keras.Model, x: np.ndarray) -> None:
    """Do to the seeded weights what training would: give the batch
    normalizations the statistics of x (with arbitrary ones the signal dies or
    explodes in a deep network) and the logits a standard deviation of 2."""
    normalizations = [layer for layer in model.layers
                      if isinstance(layer, layers.BatchNormalization)]
    momentum = [layer.momentum for layer in normalizations]
    for layer in normalizations:
        layer.momentum = 0.0
    if normalizations:
        model(tf.constant(x), training=True)
    for layer, value in zip(normalizations, momentum):
        layer.momentum = value
    logits = np.log(model(tf.constant(x), training=False).numpy())
    kernel = model.layers[-1].kernel
    kernel.assign(kernel * (2 / logits.std(axis=1).mean()))


def run(case: Case, folder: Path, options: Options) -> dict:
    build, size, gain, (low, high) = NETWORKS[case.name]
    seed = case.seed(options.seed)
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = build(size)
    assign(model, gain, seed)
    calibrate(model, images(8, size, low, high, seed + 1))
    x = images(BATCH, size, low, high, seed)
    output = model(tf.constant(x), training=False).numpy()
    scale = float(np.abs(output).max())
    case.tolerance = {"rtol": RELATIVE, "atol": RELATIVE * scale}
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    files = ["model.keras", "model.h5", "expected.npz", "layers.npz"]
    if options.saved_model == "all":
        model.export(folder / "saved_model", verbose=False)
        files.append("saved_model")
    storage.save_npz(folder / "expected.npz", {"b0.in.0": x,
                                               "b0.out.0": output})
    storage.save_npz(folder / "layers.npz", activations(model, x))
    return {
        "files": files, "protocol": "independent", "batches": [BATCH],
        "inputs": [signature(i) for i in model.inputs],
        "outputs": [signature(o) for o in model.outputs],
        "layers": layer_classes(model), "weights": describe_weights(model),
        "layer_names": [layer.name for layer in model.layers],
        # how much the two images differ in the output, relative to its scale
        "sensitivity": float(np.abs(output[0] - output[1]).max() / scale)}


def cases() -> list[Case]:
    return [Case("networks", name, run, tags=("deep",)) for name in NETWORKS]
