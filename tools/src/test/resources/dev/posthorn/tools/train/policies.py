"""Makes what Keras gives where the policy of a whole model is mixed_float16 or float64, and where variables have optimizers of
their own: ten steps, from a file that is new and from one that is in the midst of training.

    ../../../../../../../../.oracle-venv/bin/python policies.py
"""
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
here = pathlib.Path(__file__).resolve().parent

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

STEPS, BEFORE = 10, 4
arrays = {}


def layers(policy):
    last = "float32" if policy == "mixed_float16" else policy
    return [L.Dense(8, "tanh", name="hidden"), L.BatchNormalization(name="norm"), L.Dense(3, name="head", dtype=last)]


def sequential(policy):
    return keras.Sequential([keras.Input((6,)), *layers(policy)], name="sequential")


def functional(policy):
    x = y = keras.Input((6,))
    for layer in layers(policy):
        y = layer(y)
    return keras.Model(x, y, name="functional")


def record(policy, make, optimizer):
    keras.utils.set_random_seed(3)
    keras.config.set_dtype_policy(policy)
    model = make(policy)
    model.compile(optimizer, "mse", jit_compile=False)
    name = f"{policy}.{model.name}"
    rng = np.random.default_rng(5)
    x = rng.normal(size=(STEPS, 16, 6))
    y = rng.normal(size=(STEPS, 16, 3))
    y[:3] *= 400  # gradients times the first scale are infinite in float16: steps are left out, the scale is halved
    arrays[f"{name}.x"], arrays[f"{name}.y"] = x.astype("float32"), y.astype("float32")
    model.save(here / f"{name}.new.keras")
    if policy == "float32":
        model = keras.models.load_model(here / f"{name}.new.keras")  # which calls variables otherwise: "hidden/kernel"
    losses = []
    for step in range(STEPS):
        if step == BEFORE:
            model.save(here / f"{name}.midst.keras")
        model.reset_metrics()
        losses.append(float(np.ravel(model.train_on_batch(arrays[f"{name}.x"][step], arrays[f"{name}.y"][step]))[0]))
    arrays[f"{name}.loss"] = np.array(losses)
    for what, variables in (("w", model.variables), ("o", model.optimizer.variables)):
        for i, v in enumerate(variables):
            arrays[f"{name}.{what}.{i}"] = keras.ops.convert_to_numpy(v)


record("mixed_float16", sequential, keras.optimizers.Adam(0.01))
record("mixed_float16", functional, keras.optimizers.SGD(0.01, momentum=0.9))
record("float64", sequential, keras.optimizers.Adam(0.01))
several = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.01))
several["hidden/.*"] = keras.optimizers.Adam(0.01)
record("float32", sequential, keras.optimizers.MultiOptimizer(several))
np.savez_compressed(here / "policies.npz", **arrays)
