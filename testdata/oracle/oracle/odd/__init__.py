"""Odd cases: layers inside of options, quantized layers in odd places, operations with arguments that nobody gives.

The suite ``odd`` holds those that tell most, the suite ``odder`` all others."""

import fnmatch

from ..combinations import Few
from . import graphs, layers

KEPT = (
    "activations/*", "wrapped/*int8", "wrapped/*int4", "wrapped/*float8", "wrapped/dense_half_in_*", "wrapped/layer_normalization_half_in_*",
    "wrapped/gru_half_in_mixed", "wrapped/*activity_training", "wrapped/embedding_half", "wrapped/single_in_half", "quantized/reversible_*",
    "quantized/*_mask_*", "quantized/int*", "quantized/filtered", "quantized/nested_*", "quantized/einsum_float8", "calls/attention_*",
    "spectral_mask/*", "operations/rot_roll", "operations/segments", "signals/rfft_lengths", "signals/istft*", "integers/mixed",
    "integers/bool", "recurrent/stacked_*", "recurrent/cells_alone", "models/dictionary_inside", "models/wrapper_of_shared_model",
    "mask/unroll_backwards", "mask/conv_lstm", "preprocessing/integer_invert", "preprocessing/hash_mask", "policies/group_*", "policies/lstm_*")

FAMILIES = (layers.activations, layers.wrapped, layers.quantized, layers.policies, layers.masks, layers.preprocessing, layers.recurrent,
            layers.others, graphs.operations, graphs.integers, graphs.signals, graphs.pictures, graphs.calls, graphs.models)


def gathered(suite, kept):
    c = Few(suite)
    for family in FAMILIES:
        family(c)
    return [case for case in c.cases if any(fnmatch.fnmatch(case.name, p) for p in KEPT) == kept]


def cases():
    return gathered("odd", True)
