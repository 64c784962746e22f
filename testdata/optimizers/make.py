"""Ten steps of every Keras optimizer in every option: cases.json and cases.npz beside this file.

    ../../.oracle-venv/bin/python make.py

The same gradients for all: `gradients[step, :]`, all variables one after the other. A case `c` has `c.w[step, :]`, the
variables after each step, and `c.opt[step, :]`, the optimizer's variables in their order; `c.final`, the variables after
`finalize_variable_values`. Sparse cases take for the embeddings `indices[step]` with `values[step]`.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf

O, S, C = keras.optimizers, keras.optimizers.schedules, keras.constraints
HERE = pathlib.Path(__file__).parent
STEPS = 10
VARIABLES = [("dense/kernel", (4, 3)), ("dense/bias", (3,)), ("tall/kernel", (5, 2)),
             ("conv/kernel", (1, 2, 2, 2)), ("embedding/embeddings", (4, 2))]

OPTIMIZERS = {
    "sgd": lambda **k: O.SGD(0.05, **k),
    "sgd_momentum": lambda **k: O.SGD(0.05, momentum=0.9, **k),
    "sgd_nesterov": lambda **k: O.SGD(0.05, momentum=0.9, nesterov=True, **k),
    "rmsprop": lambda **k: O.RMSprop(0.01, **k),
    "rmsprop_momentum": lambda **k: O.RMSprop(0.01, rho=0.8, momentum=0.7, **k),
    "rmsprop_centered": lambda **k: O.RMSprop(0.01, centered=True, epsilon=1e-3, **k),
    "rmsprop_both": lambda **k: O.RMSprop(0.01, momentum=0.5, centered=True, epsilon=1e-3, **k),
    "adam": lambda **k: O.Adam(0.01, **k),
    "adam_amsgrad": lambda **k: O.Adam(0.01, amsgrad=True, beta_2=0.9, **k),
    "adam_betas": lambda **k: O.Adam(0.01, beta_1=0.7, beta_2=0.95, epsilon=1e-3, **k),
    "adamw": lambda **k: O.AdamW(0.01, **k),
    "adamw_decay": lambda **k: O.AdamW(0.01, weight_decay=0.1, amsgrad=True, **k),
    "adadelta": lambda **k: O.Adadelta(1.0, **k),
    "adadelta_rho": lambda **k: O.Adadelta(0.5, rho=0.8, epsilon=1e-4, **k),
    "adagrad": lambda **k: O.Adagrad(0.1, **k),
    "adagrad_start": lambda **k: O.Adagrad(0.1, initial_accumulator_value=0.5, epsilon=1e-3, **k),
    "adamax": lambda **k: O.Adamax(0.01, **k),
    "adamax_betas": lambda **k: O.Adamax(0.01, beta_1=0.7, beta_2=0.9, epsilon=1e-3, **k),
    "adafactor": lambda **k: O.Adafactor(0.05, **k),
    "adafactor_absolute": lambda **k: O.Adafactor(0.5, relative_step=False, clip_threshold=0.3, **k),
    "adafactor_options": lambda **k: O.Adafactor(0.05, beta_2_decay=-0.5, epsilon_1=1e-8, epsilon_2=0.1, **k),
    "nadam": lambda **k: O.Nadam(0.01, **k),
    "nadam_betas": lambda **k: O.Nadam(0.01, beta_1=0.7, beta_2=0.9, epsilon=1e-3, **k),
    "ftrl": lambda **k: O.Ftrl(0.1, **k),
    "ftrl_l1_l2": lambda **k: O.Ftrl(0.1, l1_regularization_strength=0.1, l2_regularization_strength=0.05, **k),
    "ftrl_options": lambda **k: O.Ftrl(0.1, learning_rate_power=-0.7, initial_accumulator_value=0.3,
                                       l2_shrinkage_regularization_strength=0.02, beta=0.1, **k),
    "lion": lambda **k: O.Lion(0.01, **k),
    "lion_betas": lambda **k: O.Lion(0.01, beta_1=0.5, beta_2=0.8, weight_decay=0.1, **k),
    "lamb": lambda **k: O.Lamb(0.01, **k),
    "lamb_betas": lambda **k: O.Lamb(0.01, beta_1=0.7, beta_2=0.9, epsilon=1e-3, weight_decay=0.1, **k),
    "muon": lambda **k: O.Muon(0.01, **k),
    "muon_plain": lambda **k: O.Muon(0.01, nesterov=False, rms_rate=None, ns_steps=3, momentum=0.8, **k),
    "muon_options": lambda **k: O.Muon(0.01, exclude_layers=["tall"], exclude_embeddings=False, adam_lr_ratio=0.5,
                                       adam_weight_decay=0.1, weight_decay=0.2, muon_a=3.0, muon_b=-4.0,
                                       muon_c=1.5, **k),
    "schedule_free_adamw": lambda **k: O.ScheduleFreeAdamW(0.01, **k),
    "schedule_free_adamw_warmup": lambda **k: O.ScheduleFreeAdamW(0.01, warmup_steps=4, beta_1=0.8, weight_decay=0.1, **k),
}
OPTIONS = {
    "clipnorm": dict(clipnorm=0.5), "global_clipnorm": dict(global_clipnorm=0.5), "clipvalue": dict(clipvalue=0.2),
    "weight_decay": dict(weight_decay=0.1), "ema": dict(use_ema=True, ema_momentum=0.8),
    "ema_overwrite": dict(use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=3),
    "loss_scale_factor": dict(loss_scale_factor=8.0), "accumulate2": dict(gradient_accumulation_steps=2),
    "accumulate3_clip": dict(gradient_accumulation_steps=3, global_clipnorm=0.5, weight_decay=0.1),
    "accumulate2_ema": dict(gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
}


def cases():
    for name, make in OPTIMIZERS.items():
        yield name, make(), {}
        base = name.split("_")[0]
        if name == base or name == "schedule_free_adamw":
            yield f"{name}/float64", make(), {"dtype": "float64"}
            yield f"{name}/sparse", make(), {"sparse": True}
    for name in ("sgd_momentum", "adam", "lion"):
        yield f"{name}/float16", OPTIMIZERS[name](), {"dtype": "float16"}
        yield f"{name}/bfloat16", OPTIMIZERS[name](), {"dtype": "bfloat16"}
    for name in ("sgd", "adam", "nadam", "muon"):
        for option, arguments in OPTIONS.items():
            yield f"{name}/{option}", OPTIMIZERS[name](**arguments), {}
    for option in ("clipnorm", "global_clipnorm", "clipvalue", "accumulate2"):
        yield f"adam/sparse_{option}", OPTIMIZERS["adam"](**OPTIONS[option]), {"sparse": True}
    yield "adam/constraints", OPTIMIZERS["adam"](), {"constraints": {"dense/kernel": C.UnitNorm(), "dense/bias": C.NonNeg()}}
    yield "adam/accumulate2_constraints", O.Adam(0.01, gradient_accumulation_steps=2), {
        "constraints": {"dense/kernel": C.MaxNorm(0.5)}}
    yield "adam/missing", OPTIMIZERS["adam"](weight_decay=0.1, use_ema=True), {"missing": ["dense/bias", "conv/kernel"]}
    excluding = O.AdamW(0.01, weight_decay=0.5)
    excluding.exclude_from_weight_decay(var_names=["bias", "tall"])
    yield "adamw/excluded", excluding, {"excluded": ["bias", "tall"]}
    schedule = S.ExponentialDecay(0.1, 3, 0.5)
    for name, make in (("sgd", O.SGD), ("adam", O.Adam), ("adafactor", O.Adafactor)):
        yield f"{name}/schedule", make(schedule), {}
    yield "adam/schedule_accumulate2", O.Adam(S.CosineDecay(0.1, 8), gradient_accumulation_steps=2, weight_decay=0.1), {}
    yield "loss_scale", O.LossScaleOptimizer(O.Adam(0.01), initial_scale=1024.0, dynamic_growth_steps=3), {}
    yield "loss_scale/infinite", O.LossScaleOptimizer(O.SGD(0.05, momentum=0.9), initial_scale=1024.0,
                                                     dynamic_growth_steps=3), {"infinite": [3, 7]}
    yield "loss_scale/sparse", O.LossScaleOptimizer(O.Adam(0.01), initial_scale=4.0), {"sparse": True}
    multi = lambda **k: O.MultiOptimizer(O.OptimizerMap(O.SGD(0.05), {
        "dense/.*": O.Adam(0.01), "tall/kernel": O.RMSprop(0.01, use_ema=True), "nothing": O.Lion(0.01)}), **k)
    yield "multi", multi(), {}
    yield "multi/loss_scale_factor", multi(loss_scale_factor=4.0), {}


def older_cases():
    """The optimizers of Keras 2 before 2.11, of the copy in TensorFlow."""
    from tensorflow.python.keras.optimizer_v2 import (adadelta, adagrad, adam, adamax, ftrl, gradient_descent, nadam,
                                                      rmsprop)
    yield "keras2/sgd", gradient_descent.SGD(0.05)
    yield "keras2/sgd_nesterov", gradient_descent.SGD(0.05, momentum=0.9, nesterov=True)
    yield "keras2/sgd_decay", gradient_descent.SGD(0.05, momentum=0.9, decay=0.1)
    yield "keras2/rmsprop", rmsprop.RMSprop(0.01, epsilon=1e-2)
    yield "keras2/rmsprop_momentum", rmsprop.RMSprop(0.01, momentum=0.5, epsilon=1e-2)
    yield "keras2/rmsprop_centered", rmsprop.RMSprop(0.01, centered=True, epsilon=1e-2)
    yield "keras2/rmsprop_both", rmsprop.RMSprop(0.01, momentum=0.5, centered=True, epsilon=1e-2)
    yield "keras2/adam", adam.Adam(0.01)
    yield "keras2/adam_amsgrad", adam.Adam(0.01, amsgrad=True, beta_2=0.9, epsilon=1e-2)
    yield "keras2/adam_decay", adam.Adam(0.01, decay=0.1)
    yield "keras2/adadelta", adadelta.Adadelta(0.5, epsilon=1e-3)
    yield "keras2/adagrad", adagrad.Adagrad(0.1, epsilon=1e-2)
    yield "keras2/adamax", adamax.Adamax(0.01, epsilon=1e-2)
    yield "keras2/nadam", nadam.Nadam(0.01)
    yield "keras2/nadam_schedule", nadam.Nadam(0.01, schedule_decay=0.5, epsilon=1e-2)
    yield "keras2/ftrl", ftrl.Ftrl(0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.1, beta=0.1)
    yield "keras2/ftrl_options", ftrl.Ftrl(0.1, learning_rate_power=-0.7, l2_shrinkage_regularization_strength=0.02)
    yield "keras2/adam_clipnorm", adam.Adam(0.01, clipnorm=0.5)
    yield "keras2/adam_clipvalue", adam.Adam(0.01, clipvalue=0.2)
    yield "keras2/adam_global_clipnorm", adam.Adam(0.01, global_clipnorm=0.5)


def older(arrays, table, start, gradients):
    for name, optimizer in older_cases():
        variables, at = [], 0
        for path, shape in VARIABLES:
            n = int(np.prod(shape))
            variables.append(tf.Variable(start[at:at + n].reshape(shape), name=path))
            at += n
        ws, opts = [], []
        for step in range(STEPS):
            grads, at = [], 0
            for path, shape in VARIABLES:
                n = int(np.prod(shape))
                grads.append(tf.constant(gradients[step, at:at + n].reshape(shape)))
                at += n
            optimizer.apply_gradients(zip(grads, variables))
            ws.append(np.concatenate([v.numpy().ravel() for v in variables]))
            opts.append(np.concatenate([np.ravel(w).astype("float64") for w in optimizer.get_weights()]))
        arrays[f"{name}.w"] = np.stack(ws).astype("float32")
        arrays[f"{name}.opt"] = np.stack(opts).astype("float32")
        config = {"class_name": type(optimizer).__name__, "config": {
            k: float(v) if isinstance(v, np.floating) else v for k, v in optimizer.get_config().items()}}
        table.append({"name": name, "config": config, "dtype": "float32", "dialect": "KERAS2",
                      "optimizer_variables": [{"name": w.name, "shape": list(w.shape), "dtype": w.dtype.name}
                                              for w in optimizer.weights]})


def main():
    rng = np.random.default_rng(7)
    size = sum(int(np.prod(s)) for _, s in VARIABLES)
    start = rng.normal(size=size).astype("float32") * 0.5
    gradients = (rng.normal(size=(STEPS, size)) * 0.3).astype("float32")
    indices = rng.integers(0, 4, size=(STEPS, 5)).astype("int32")
    values = (rng.normal(size=(STEPS, 5, 2)) * 0.3).astype("float32")
    arrays = {"start": start, "gradients": gradients, "indices": indices, "values": values}
    table = []
    for name, optimizer, options in cases():
        dtype = options.get("dtype", "float32")
        constraints = options.get("constraints", {})
        variables, at = [], 0
        for path, shape in VARIABLES:
            scope, leaf = path.split("/")
            n = int(np.prod(shape))
            with keras.name_scope(scope):
                v = keras.Variable(start[at:at + n].reshape(shape).astype(dtype) if dtype != "bfloat16" else tf.cast(
                    start[at:at + n].reshape(shape), "bfloat16"), dtype=dtype, name=leaf)
            v.constraint = constraints.get(path)
            assert v.path == path, v.path
            variables.append(v)
            at += n
        optimizer.build(variables)
        config = O.serialize(optimizer)
        ws, opts = [], []
        for step in range(STEPS):
            grads, at = [], 0
            for path, shape in VARIABLES:
                n = int(np.prod(shape))
                g = tf.cast(gradients[step, at:at + n].reshape(shape), dtype)
                if step in options.get("infinite", []) and path == "dense/bias":
                    g = g * np.inf
                if options.get("sparse") and path == "embedding/embeddings":
                    g = tf.IndexedSlices(tf.constant(values[step]), tf.constant(indices[step]), tf.constant(shape))
                    if dtype != "float32":
                        raise ValueError(dtype)
                grads.append(None if path in options.get("missing", []) else g)
                at += n
            try:
                optimizer.apply(grads, variables)
            except tf.errors.InvalidArgumentError as error:
                print(name, "fails in Keras itself:", str(error)[:160])
                ws = None
                break
            flat = lambda vs: np.concatenate([np.asarray(tf.cast(v.value, "float64")).ravel() for v in vs])
            ws.append(flat(variables))
            opts.append(flat(optimizer.variables))
        if ws is None:
            continue
        store = "float64" if dtype == "float64" else "float32"
        arrays[f"{name}.w"] = np.stack(ws).astype(store)
        arrays[f"{name}.opt"] = np.stack(opts).astype(store)
        if "ema" in name or name.startswith("multi"):
            optimizer.finalize_variable_values(variables)
            arrays[f"{name}.final"] = flat(variables).astype(store)
        table.append({"name": name, "config": config, "dtype": dtype,
                      "optimizer_variables": [{"name": v.name, "shape": list(v.shape), "dtype": v.dtype}
                                              for v in optimizer.variables],
                      "constraints": {k: C.serialize(c) for k, c in constraints.items()},
                      **{k: v for k, v in options.items() if k in ("sparse", "missing", "excluded", "infinite")}})
    older(arrays, table, start, gradients)
    np.savez_compressed(HERE / "cases.npz", **arrays)
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in table)
    head = json.dumps({"keras_version": keras.__version__, "variables": [{"path": p, "shape": s} for p, s in VARIABLES]})
    (HERE / "cases.json").write_text(head[:-1] + ', "cases": [\n' + rows + "\n]}\n")


main()
