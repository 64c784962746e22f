"""Every value of every constructor argument, pair by pair.

A table says for each layer which values its arguments take. Rows are chosen
so that each two values of two arguments meet in one row at least; a row that
Keras refuses is skipped and its pairs are met elsewhere where they can be.
"""

import itertools
import zlib

import numpy as np
from keras import layers as L

from ..inputs import f32, holes, ints, padded, strings, uniform
from ..registry import Skip
from .preprocessing import SENTENCES, VOCAB, WORDS, plain

FIRST = ("channels_last", "channels_first")
BOOL = (False, True)
GATES = ("sigmoid", "hard_sigmoid", "relu")
SHAPES = {1: (9, 4), 2: (8, 7, 4), 3: (5, 6, 5, 4)}
PLAIN = plain()
MOST = 6  # rows of a layer: the first ones hold most pairs


def pairwise(domains, seed, limit):
    """Rows that together hold every pair of values, greedily."""
    rng = np.random.default_rng(seed)
    names = list(domains)
    wanted = {((a, i), (b, j)) for a, b in itertools.combinations(names, 2)
              for i in range(len(domains[a])) for j in range(len(domains[b]))}
    wanted |= {((a, i),) for a in names for i in range(len(domains[a]))}
    rows = []
    while wanted and len(rows) < limit:
        best, gain = None, -1
        for _ in range(60):
            row = {n: int(rng.integers(len(domains[n]))) for n in names}
            met = {p for p in wanted if all(row[n] == i for n, i in p)}
            if len(met) > gain:
                best, gain = row, len(met)
        if gain <= 0:
            pair = next(iter(sorted(wanted)))
            best = {**best, **dict(pair)}
        wanted -= {p for p in wanted if all(best[n] == i for n, i in p)}
        row = {n: domains[n][i] for n, i in best.items()}
        if row.get("strides", 1) not in (None, 1) and "dilation_rate" in row:
            row["dilation_rate"] = 1  # Keras takes one of them
        rows.append(row)
    return rows


def every(c, name, make, specs, limit=12, options=None, **domains):
    """``make(**row)`` and ``specs(row)`` for rows of the values in domains."""
    rows = pairwise(domains, zlib.crc32(name.encode()), min(limit, MOST))
    for i, row in enumerate(rows):
        given = specs(row) if callable(specs) else specs
        given = given if isinstance(given, tuple) else (given,)

        def call(*xs, row=row):
            try:
                return make(**row)(*xs)
            except (ValueError, TypeError, NotImplementedError) as error:
                raise Skip(f"{row}: {error}"[:200]) from error
        c.graph(f"options/{name}_{i}", call, *given, **(options or {}),
                notes=str(row))


def formatted(rank, channels=4):
    """An input of a convolution of that rank, by the row's data_format."""
    def specs(row):
        size = SHAPES[rank][:-1]
        first = row.get("data_format") == "channels_first"
        return f32(*((channels,) + size if first else size + (channels,)))
    return specs


def define(c):
    convolution(c)
    pooling(c)
    reshaping(c)
    recurrent(c)
    attention(c)
    normalization(c)
    dense(c)
    preprocessing(c)
    text(c)
    signals(c)


def convolution(c):
    for rank in (1, 2, 3):
        uneven = (2, 3, 2)[:rank]
        common = dict(
            kernel_size=(1, 3, uneven), data_format=FIRST,
            activation=(None, "relu", "tanh"), use_bias=BOOL)
        every(c, f"conv{rank}d", lambda make=getattr(L, f"Conv{rank}D"), **kw:
              make(6, **kw), formatted(rank), limit=14,
              strides=(1, 2, uneven), dilation_rate=(1, 2),
              padding=("valid", "same") + (("causal",) if rank == 1 else ()),
              groups=(1, 2), **common)
        every(c, f"conv{rank}d_transpose",
              lambda make=getattr(L, f"Conv{rank}DTranspose"), **kw:
              make(3, **kw), formatted(rank, 2), limit=14,
              strides=(1, 2, uneven), dilation_rate=(1, 2),
              padding=("valid", "same"), output_padding=(None, 0, 1), **common)
        every(c, f"conv_lstm{rank}d",
              lambda make=getattr(L, f"ConvLSTM{rank}D"), **kw:
              make(2, **kw),
              lambda row, rank=rank: f32(3, *formatted(rank, 2)(row).shape),
              limit=10, kernel_size=(1, 2, uneven), strides=(1, 2),
              padding=("valid", "same"),
              dilation_rate=(1, 2), activation=("tanh", "relu"),
              recurrent_activation=GATES, use_bias=BOOL,
              return_sequences=BOOL, return_state=BOOL, go_backwards=BOOL)
    for rank in (1, 2):
        uneven = (2, 3)[:rank]
        common = dict(
            kernel_size=(1, 3, uneven), strides=(1, 2),
            dilation_rate=(1, 2), depth_multiplier=(1, 2),
            data_format=FIRST, activation=(None, "relu"), use_bias=BOOL)
        every(c, f"depthwise_conv{rank}d",
              getattr(L, f"DepthwiseConv{rank}D"), formatted(rank, 3),
              padding=("valid", "same"), **common)
        every(c, f"separable_conv{rank}d",
              lambda make=getattr(L, f"SeparableConv{rank}D"), **kw:
              make(5, **kw), formatted(rank, 3),
              padding=("valid", "same"), **common)


def pooling(c):
    for rank in (1, 2, 3):
        uneven = (2, 3, 2)[:rank]
        for kind in ("Max", "Average"):
            every(c, f"{kind.lower()}_pooling{rank}d",
                  getattr(L, f"{kind}Pooling{rank}D"), formatted(rank, 3),
                  pool_size=(1, 2, uneven), strides=(None, 1, 3),
                  padding=("valid", "same"), data_format=FIRST)
            every(c, f"adaptive_{kind.lower()}_pooling{rank}d",
                  getattr(L, f"Adaptive{kind}Pooling{rank}D"),
                  formatted(rank, 3), output_size=(1, 3, uneven),
                  data_format=FIRST)
            every(c, f"global_{kind.lower()}_pooling{rank}d",
                  getattr(L, f"Global{kind}Pooling{rank}D"),
                  formatted(rank, 3), keepdims=BOOL, data_format=FIRST)
    c.graph("options/global_average_pooling1d_masked", lambda x:
            L.GlobalAveragePooling1D(keepdims=True)(
                L.Embedding(10, 4, mask_zero=True)(x)), holes(6))


def reshaping(c):
    for rank in (1, 2, 3):
        size = (2, 3, 2)[:rank]
        pairs = ((1, 0), (0, 2), (1, 1))[:rank]
        formats = {} if rank == 1 else {"data_format": FIRST}
        every(c, f"cropping{rank}d", getattr(L, f"Cropping{rank}D"),
              formatted(rank, 2), cropping=(1, pairs if rank > 1 else (1, 0)),
              **formats)
        every(c, f"zero_padding{rank}d", getattr(L, f"ZeroPadding{rank}D"),
              formatted(rank, 2),
              padding=(1, (1, 2, 3)[:rank] if rank > 1 else (0, 2),
                       pairs if rank > 1 else (1, 0)), data_format=FIRST)
        if rank == 2:
            formats["interpolation"] = (
                "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        every(c, f"up_sampling{rank}d", getattr(L, f"UpSampling{rank}D"),
              formatted(rank, 2),
              size=(1, 2, size) if rank > 1 else (1, 2), **formats)
    every(c, "flatten", L.Flatten, formatted(2), data_format=FIRST)
    every(c, "resizing", lambda height, **kw: L.Resizing(height, 5, **kw),
          formatted(2, 3), limit=25, options=PLAIN, height=(3, 13),
          interpolation=("nearest", "bilinear", "bicubic", "lanczos3",
                         "lanczos5", "area"),
          crop_to_aspect_ratio=BOOL, pad_to_aspect_ratio=BOOL,
          fill_value=(0.0, 2.5), antialias=BOOL, data_format=FIRST)
    every(c, "center_crop", L.CenterCrop, formatted(2, 3), options=PLAIN,
          height=(3, 8, 12), width=(4, 7, 9), data_format=FIRST)
    every(c, "dot", lambda axes, normalize: (
        lambda x, y: L.Dot(axes, normalize)([x, y])),
        (f32(4, 4), f32(4, 4)), axes=(1, 2, (1, 2), (2, 1), -1, (-1, -2)),
        normalize=BOOL)
    every(c, "concatenate", lambda axis: (
        lambda x, y: L.Concatenate(axis)([x, y])),
        (f32(4, 4), f32(4, 4)), axis=(-1, 1, 2, -2))
    every(c, "softmax", L.Softmax, f32(3, 4), axis=(-1, 1, -2, (1, 2)))
    every(c, "re_lu", L.ReLU, f32(3, 4), max_value=(None, 1.0),
          negative_slope=(0.0, 0.3), threshold=(0.0, 0.4))
    every(c, "prelu", L.PReLU, f32(3, 4, 5),
          shared_axes=(None, (1,), (1, 2), (3,), (1, 2, 3), -1))
    every(c, "masking", L.Masking, f32(3, 4), mask_value=(0.0, 0.5))
    every(c, "unit_normalization", L.UnitNormalization, f32(3, 4),
          axis=(-1, 1, (1, 2), (0, 1)))


def recurrent(c):
    for name, gated in (("LSTM", True), ("GRU", True), ("SimpleRNN", False)):
        low = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn"}[name]
        domains = dict(
            activation=("tanh", "relu", None), use_bias=BOOL,
            return_sequences=BOOL, return_state=BOOL, go_backwards=BOOL,
            unroll=BOOL)
        if gated:
            domains["recurrent_activation"] = GATES
        if name == "LSTM":
            domains["unit_forget_bias"] = BOOL
        if name == "GRU":
            domains["reset_after"] = BOOL
        make = getattr(L, name)
        every(c, low, lambda make=make, **kw: make(3, **kw), f32(5, 4),
              limit=14, **domains)
        every(c, f"{low}_masked", lambda make=make, **kw: (
            lambda x: make(3, **kw)(L.Embedding(8, 4, mask_zero=True)(x))),
            holes(5, high=8), limit=14, **domains)
        stateful = {k: v for k, v in domains.items() if k != "unroll"}
        every(c, f"{low}_stateful", lambda make=make, **kw:
              make(3, stateful=True, **kw), f32(5, 4), limit=6,
              options={"stateful": True}, **stateful)
        every(c, f"bidirectional_{low}",
              lambda merge_mode, make=make, **kw: (
                  lambda x: L.Bidirectional(make(3, **kw), merge_mode)(
                      L.Masking()(x))),
              f32(5, 4), limit=10,
              merge_mode=("concat", "sum", "mul", "ave", None),
              return_sequences=BOOL, return_state=BOOL, go_backwards=BOOL,
              unroll=BOOL)
    every(c, "rnn", lambda cells, **kw: L.RNN(
        [getattr(L, n + "Cell")(u) for n, u in cells], **kw), f32(5, 4),
        limit=12, cells=((("LSTM", 3),), (("GRU", 3), ("SimpleRNN", 2)),
                         (("SimpleRNN", 2), ("LSTM", 3), ("GRU", 4))),
        return_sequences=BOOL, return_state=BOOL, go_backwards=BOOL,
        unroll=BOOL, zero_output_for_mask=BOOL)
    every(c, "rnn_masked", lambda cells, **kw: (
        lambda x: L.RNN([getattr(L, n + "Cell")(u) for n, u in cells], **kw)(
            L.Embedding(8, 4, mask_zero=True)(x))), holes(5, high=8),
        limit=12, cells=((("LSTM", 3),), (("GRU", 3), ("SimpleRNN", 2))),
        return_sequences=BOOL, return_state=BOOL, go_backwards=BOOL,
        unroll=BOOL, zero_output_for_mask=BOOL)


def attention(c):
    x, y = f32(4, 6), f32(5, 6)
    common = dict(use_causal_mask=BOOL, return_attention_scores=BOOL)

    def called(layer, use_causal_mask, return_attention_scores, masked):
        def call(a, b, ids):
            m = L.Embedding(9, 6, mask_zero=True)(ids) if masked else b
            return layer(a, m, use_causal_mask=use_causal_mask,
                         return_attention_scores=return_attention_scores)
        return call
    every(c, "multi_head_attention",
          lambda use_causal_mask, return_attention_scores, masked, **kw:
          called(L.MultiHeadAttention(2, 3, **kw), use_causal_mask,
                 return_attention_scores, masked),
          (x, y, padded(5, high=9)), limit=16, value_dim=(None, 4),
          use_bias=BOOL, output_shape=(None, 5, (2, 3)),
          sliding_window=(None, 2), use_gate=BOOL, masked=BOOL, **common)
    every(c, "group_query_attention",
          lambda use_causal_mask, return_attention_scores, masked, **kw:
          called(L.GroupQueryAttention(3, **kw), use_causal_mask,
                 return_attention_scores, masked),
          (x, y, padded(5, high=9)), limit=12, num_query_heads=(4, 6),
          num_key_value_heads=(1, 2), use_bias=BOOL,
          sliding_window=(None, 2), use_gate=BOOL, masked=BOOL, **common)

    def listed(layer, use_causal_mask, return_attention_scores, masked):
        def call(a, b, ids):
            m = L.Embedding(9, 6, mask_zero=True)(ids) if masked else b
            q = L.Masking()(a) if masked else a
            return layer([q, m], use_causal_mask=use_causal_mask,
                         return_attention_scores=return_attention_scores)
        return call
    for name, make, more in (
            ("attention", L.Attention, {"score_mode": ("dot", "concat")}),
            ("additive_attention", L.AdditiveAttention, {})):
        every(c, name, lambda use_causal_mask, return_attention_scores,
              masked, make=make, **kw: listed(
                  make(**kw), use_causal_mask, return_attention_scores,
                  masked), (x, y, padded(5, high=9)), limit=10,
              use_scale=BOOL, masked=BOOL, **more, **common)


def normalization(c):
    every(c, "batch_normalization", L.BatchNormalization, f32(3, 4, 5),
          axis=(-1, 1, 2), momentum=(0.99, 0.5), epsilon=(1e-3, 0.1),
          center=BOOL, scale=BOOL, renorm=BOOL,
          renorm_clipping=(None, {"rmax": 1.5, "rmin": 0.5, "dmax": 0.5}),
          renorm_momentum=(0.99, 0.6), limit=14)
    every(c, "layer_normalization", L.LayerNormalization, f32(3, 4, 5),
          axis=(-1, 1, 2, (1, 2), (2, 3), (1, 3)), epsilon=(1e-3, 0.1),
          center=BOOL, scale=BOOL)
    every(c, "group_normalization", L.GroupNormalization, f32(4, 6, 4),
          groups=(1, 2, 4, -1), axis=(-1, 1, 3), epsilon=(1e-3, 0.1),
          center=BOOL, scale=BOOL)
    every(c, "rms_normalization", L.RMSNormalization, f32(4, 4, 4),
          axis=(-1, 3), epsilon=(1e-6, 0.1))
    every(c, "normalization", lambda axis, invert: L.Normalization(
        axis=axis, invert=invert,
        **({"mean": 0.5, "variance": 2.0} if axis is None else
           {"mean": [0.1, 0.2, 0.3], "variance": [1.0, 2.0, 0.5]})),
        f32(4, 3), axis=(-1, 2, None), invert=BOOL)
    every(c, "spectral_normalization", lambda kind, power_iterations:
          L.SpectralNormalization(kind(), power_iterations), f32(5, 4),
          kind=(lambda: L.Dense(3), lambda: L.Conv1D(3, 2, use_bias=False)),
          power_iterations=(1, 3))


def dense(c):
    every(c, "dense", lambda **kw: L.Dense(4, **kw), f32(2, 5),
          activation=(None, "gelu", "softmax", "selu"), use_bias=BOOL,
          lora_rank=(None, 2), lora_alpha=(None, 3))
    every(c, "einsum_dense", lambda equation, **kw: L.EinsumDense(
        equation[0], equation[1], bias_axes=equation[2], **kw), f32(3, 5),
        equation=(("abc,cd->abd", (None, 4), None), ("abc,cd->abd",
                                                     (None, 4), "d"),
                  ("abc,bde->ade", (2, 4), "de"), ("...x,xy->...y", 4, "y"),
                  ("ab...,bcd->acd...", (2, 4, 5), "c"),
                  ("abc,cde->abde", (3, 2, 4), "be")),
        activation=(None, "relu"), lora_rank=(None, 2))
    every(c, "embedding", lambda dtype, **kw: L.Embedding(9, 4, **kw),
          lambda row: ints(5, high=9, dtype=row["dtype"]),
          dtype=("int32", "int64", "float32", "uint8"), mask_zero=BOOL,
          lora_rank=(None, 2))

    def reversible(reverse, **kw):
        def call(x):
            layer = L.ReversibleEmbedding(9, 4, **kw)
            y = layer(x)
            return layer(y, reverse=True) if reverse else y
        return call
    every(c, "reversible_embedding", reversible, ints(5, high=9),
          tie_weights=BOOL, mask_zero=BOOL, logit_soft_cap=(None, 0.5),
          reverse=BOOL)


def preprocessing(c):
    numbers = ints(5, high=6, dtype="int64")
    modes = ("int", "one_hot", "multi_hot", "count")
    every(c, "category_encoding", lambda output_mode: L.CategoryEncoding(
        6, output_mode=output_mode), lambda row: ints(
            1 if row["output_mode"] == "one_hot" else 5, high=6),
        options=PLAIN, output_mode=modes[1:])
    every(c, "discretization", lambda **kw: L.Discretization(
        [-0.5, 0.0, 0.7], **kw), lambda row: f32(4),
        options=PLAIN, output_mode=modes)
    for kind, spec in (("string", strings(4, values=WORDS)),
                       ("int", ints(4, high=1000, dtype="int64"))):
        every(c, f"hashing_{kind}", lambda kind=kind, **kw:
              L.Hashing(5, **kw), spec, options=PLAIN,
              mask_value=(None, "the" if kind == "string" else 3),
              salt=(None, 7, (133, 137)), output_mode=modes)
    every(c, "hashed_crossing", lambda output_mode, num_bins: (
        lambda a, b: L.HashedCrossing(num_bins, output_mode=output_mode)(
            (a, b))), (strings(1, values=WORDS), ints(1, high=9)),
        options=PLAIN, num_bins=(3, 50), output_mode=("int", "one_hot"))
    lookup = dict(
        num_oov_indices=(0, 1, 3), invert=BOOL,
        output_mode=modes + ("tf_idf",), pad_to_max_tokens=BOOL,
        max_tokens=(None, 12))

    def words(row, known):
        if row["invert"]:
            return ints(4, high=3, dtype="int64")
        pool = VOCAB if row["num_oov_indices"] == 0 else WORDS
        numbers = [2, 5, 9] if row["num_oov_indices"] == 0 else list(range(12))
        return strings(4, values=pool) if known else ints(
            4, high=12, dtype="int64") if len(numbers) > 3 else _few(numbers)

    def weighted(kw, n):
        return {**kw, "idf_weights": [0.5 + 0.25 * i for i in range(n)]} \
            if kw["output_mode"] == "tf_idf" else kw
    every(c, "string_lookup", lambda **kw: L.StringLookup(
        vocabulary=VOCAB, **weighted(kw, len(VOCAB))),
        lambda row: words(row, True), limit=24, options=PLAIN,
        mask_token=(None, ""), oov_token=("[UNK]", "?"), **lookup)
    every(c, "integer_lookup", lambda **kw: L.IntegerLookup(
        vocabulary=[2, 5, 9], **weighted(kw, 3)),
        lambda row: words(row, False), limit=20, options=PLAIN,
        mask_token=(None, 0), oov_token=(-1, -7), **lookup)


def _few(values):
    from ..inputs import choice
    return choice(4, values=values, dtype="int64")


def text(c):
    def vectorized(**kw):
        if kw["output_mode"] == "tf_idf":
            kw["idf_weights"] = [0.5 + 0.25 * i for i in range(len(VOCAB))]
        if kw["split"] is None:
            kw["output_sequence_length"] = None
        return L.TextVectorization(vocabulary=VOCAB, **kw)
    every(c, "text_vectorization", vectorized,
          strings(1, values=SENTENCES), limit=30, options=PLAIN,
          standardize=(None, "lower_and_strip_punctuation", "lower",
                       "strip_punctuation"),
          split=("whitespace", "character", None), ngrams=(None, 2, (1, 3)),
          output_mode=("int", "multi_hot", "count", "tf_idf"),
          output_sequence_length=(None, 3, 8), pad_to_max_tokens=BOOL,
          max_tokens=(None, 12))


def signals(c):
    every(c, "stft_spectrogram", lambda **kw: L.STFTSpectrogram(
        frame_length=16, **kw), lambda row: f32(
            *((2, 60) if row["data_format"] == "channels_first"
              else (60, 2))), limit=24,
        mode=("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
        frame_step=(None, 5), fft_length=(None, 32),
        window=("hann", "hamming", None), periodic=BOOL,
        scaling=("density", "spectrum", None), padding=("valid", "same"),
        expand_dims=BOOL, data_format=FIRST)
    every(c, "mel_spectrogram", lambda **kw: L.MelSpectrogram(
        fft_length=32, sampling_rate=800, num_mel_bins=6, min_freq=20.0,
        **kw), uniform(150, low=-1.0), limit=14, options={
            **PLAIN, "tolerance": {"rtol": 1e-5, "atol": 1e-4}},  # decibels
        sequence_stride=(8, 11), sequence_length=(None, 24),
        window=("hann", "hamming"), max_freq=(None, 300.0),
        power_to_db=BOOL, top_db=(80.0, 20.0), mag_exp=(2.0, 1.0),
        min_power=(1e-10, 1e-3), ref_power=(1.0, 0.5))
