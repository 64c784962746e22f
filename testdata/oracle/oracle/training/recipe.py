"""What a training was made with that Keras's own files do not keep.

It stands in ``case.json`` under ``recipe``:

* ``fit``: arguments of ``fit`` other than data, epochs and batch size;
* ``callbacks``: class name and arguments each; a LearningRateScheduler has
  the ``rates`` of the epochs in the place of its function;
* ``exclude_from_weight_decay``: patterns of names of weights;
* ``options``: arguments of a loss or an initializer that its ``get_config``
  leaves out;
* ``amplifies``: a change of a first weight by 1e-7 changes the last ones by
  more than 1e-2, in Keras too.
"""

from __future__ import annotations

import inspect
import math
from typing import Any

import keras

C = keras.callbacks

#: The arguments of callbacks, by the attribute that keeps each.
ARGUMENTS = {
    C.EarlyStopping: ("monitor", "min_delta", "patience", "baseline",
                      "restore_best_weights", "start_from_epoch"),
    C.ReduceLROnPlateau: ("monitor", "factor", "patience", "min_delta",
                          "cooldown", "min_lr"),
    C.SwapEMAWeights: ("swap_on_epoch",),
    C.TerminateOnNaN: (),
}


def callback(value: C.Callback, epochs: int) -> dict[str, Any]:
    if isinstance(value, C.LearningRateScheduler):
        config = {"rates": [float(value.schedule(e, math.nan))
                            for e in range(epochs)]}
    else:
        config = {n: getattr(value, n) for n in ARGUMENTS[type(value)]}
        if "min_delta" in config:  # Keras keeps it with a sign
            config["min_delta"] = abs(config["min_delta"])
    return {"class_name": type(value).__name__, "config": config}


def options(value: Any, serialized: Any) -> dict[str, Any]:
    """Arguments that are not at their defaults and not in the configuration."""
    if not isinstance(serialized, dict):
        return {}
    kept = serialized["config"]
    given = getattr(value, "_fn_kwargs", None) or {}
    lost = {}
    for name, parameter in inspect.signature(type(value)).parameters.items():
        was = given.get(name, getattr(value, name, parameter.default))
        if name not in kept and was != parameter.default and name != "dtype":
            lost[name] = was
    return lost


def of_fit(compiled: dict[str, Any], fit: dict[str, Any], epochs: int,
           amplifies: bool) -> dict[str, Any]:
    """The recipe of a compile + fit case; empty where files say it all."""
    out: dict[str, Any] = {}
    arguments = {k: v for k, v in fit.items() if k != "callbacks"}
    if arguments:
        out["fit"] = arguments
    if "callbacks" in fit:
        out["callbacks"] = [callback(c, epochs) for c in fit["callbacks"]]
    pattern = getattr(compiled["optimizer"],
                      "_exclude_from_weight_decay_pattern", None)
    if pattern is not None:
        out["exclude_from_weight_decay"] = pattern.pattern.split("|")
    loss = compiled["loss"]
    if isinstance(loss, keras.losses.Loss):
        lost = options(loss, keras.losses.serialize(loss))
        if lost:
            out["options"] = lost
    if amplifies:
        out["amplifies"] = True
    return out
