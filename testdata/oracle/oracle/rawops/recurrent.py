"""Recurrent layers that cuDNN computes, on a GPU alone: what a GPU gave (cudnn.py), or Keras's own layers with the same weights."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from . import cudnn
from .base import Rows

ROWS = Rows("recurrent")
T, B, I, U = 4, 2, 3, 5
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def real(name, *shape):
    return (ROWS.rng(name).normal(size=shape) * 0.5).astype(np.float32)


def layer(mode, back):
    more = dict(return_sequences=True, return_state=True, go_backwards=back, zero_output_for_mask=True)
    if mode == "lstm":
        return keras.layers.LSTM(U, **more)
    if mode == "gru":
        return keras.layers.GRU(U, reset_after=True, **more)
    return keras.layers.SimpleRNN(U, activation=mode[4:], **more)


def computed(mode, layers, directions, major, x, h, c, params, lengths):
    """The layers of Keras, one after the other, on the weights that ``params`` holds."""
    g = GATES[mode]
    seen = x.transpose(1, 0, 2) if major else x
    h, c = (h, c) if major else (h.transpose(1, 0, 2), c.transpose(1, 0, 2))
    mask = None if lengths is None else np.arange(seen.shape[1]) < lengths[:, None]
    widths = [I] + [directions * U] * (layers - 1)
    at, bias = 0, sum(directions * g * (U * w + U * U) for w in widths)
    order = [1, 0, 2] if mode == "gru" else range(g)
    hs, cs = [], []
    for number, width in enumerate(widths):
        outputs = []
        for d in range(directions):
            own = []
            for n in (width, U):
                parts = params[at:at + g * U * n].reshape(g, U, n)
                at += g * U * n
                own.append(np.concatenate([parts[k].T for k in order], 1))
            both = params[bias:bias + 2 * g * U].reshape(2, g, U)
            bias += 2 * g * U
            both = both[:, list(order)].reshape(2, g * U)
            made = layer(mode, d == 1)
            made.build((B, None, width))
            made.set_weights([*own, both if mode == "gru" else both.sum(0)])
            state = number * directions + d
            first = [h[state], c[state]] if mode == "lstm" else [h[state]]
            y, *last = made(seen, initial_state=[tf.constant(s) for s in first], mask=mask)
            outputs.append(np.asarray(y)[:, ::-1] if d else np.asarray(y))
            hs.append(np.asarray(last[0]))
            cs.append(np.asarray(last[-1]))
        seen = np.concatenate(outputs, 2)
    axis = 0 if major else 1
    return [seen.transpose(1, 0, 2) if major else seen, np.stack(hs, axis)] + ([np.stack(cs, axis)] if mode == "lstm" else [])


def row(name, mode, layers=1, directions=1, version="", major=True, lengths=None):
    """One node of ``CudnnRNN``, its version behind."""
    states = (layers * directions, B, U) if major else (B, layers * directions, U)
    g = GATES[mode]
    size = sum(directions * (g * (U * w + U * U) + 2 * g * U) for w in [I] + [directions * U] * (layers - 1))
    given = dict(input=real(name, *((T, B, I) if major else (B, T, I))), input_h=real(name + "h", *states),
                 input_c=real(name + "c", *states), params=real(name + "p", size))
    if version == "V3":
        given["sequence_lengths"] = np.int32(lengths)

    out = computed(mode, layers, directions, major, given["input"], given["input_h"], given["input_c"], given["params"],
                   np.int32(lengths) if version == "V3" else None)

    place(name, mode, directions, version, major, given, out)


def place(name, mode, directions, version, major, given, out):
    def stand_in(**_):
        return [tf.constant(y) for y in out]
    attributes = dict(rnn_mode=mode, input_mode="linear_input", is_training=False, dropout=0.0, seed=0, seed2=0,
                      direction="bidirectional" if directions == 2 else "unidirectional")
    if version == "V3":
        attributes.update(num_proj=0, time_major=major)
    ROWS.old(name, stand_in, attributes=attributes, op=f"CudnnRNN{version}", **given)


for kind in GATES:
    row(f"CudnnRNN_{kind}", kind)
    row(f"CudnnRNNV2_{kind}_two", kind, layers=2, directions=2, version="V2")
    row(f"CudnnRNNV3_{kind}", kind, layers=2, directions=2, version="V3", lengths=[4, 2])
row("CudnnRNNV3_full", "lstm", version="V3", major=False, lengths=[4, 4])
row("CudnnRNNV3_batch_major", "gru", directions=2, version="V3", major=False, lengths=[1, 3])

with np.load(Path(__file__).with_name("cudnn.npz")) as recorded:
    for kind in cudnn.MODES:
        for sizes in cudnn.SIZES:
            key = "_".join(map(str, (kind, *sizes)))
            of = {k.split(".")[1]: recorded[k] for k in recorded.files if k.startswith(key + ".")}
            inputs = {k: of[k] for k in ("input", "input_h", "input_c", "params")}
            states = ("output_h", "output_c") if kind == "lstm" else ("output_h",)
            place(f"CudnnRNN_gpu_{key}", kind, sizes[3], "", True, inputs, [of["output"], *(of[s] for s in states)])
            place(f"CudnnRNNV3_gpu_{key}", kind, sizes[3], "V3", True, dict(inputs, sequence_lengths=np.int32(cudnn.LENGTHS)),
                  [of["short"], *(of["short_" + s] for s in states)])
