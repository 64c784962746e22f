"""Models in models, masks through them, states, and names."""

import keras
from keras import layers as L
from keras import ops

from ..inputs import bools, f32, holes, ints, padded, steps


def model(f, *shapes, name="inner", **kw):
    xs = [keras.Input(s, **kw) for s in shapes]
    return keras.Model(xs if len(xs) > 1 else xs[0], f(*xs), name=name)


def nested(c):
    def twice(x):
        m = model(lambda y: L.Dense(4, activation="tanh")(y), (4,))
        return m(m(x))
    c.graph("nested/model_after_itself", twice, f32(4))

    def thrice(x):
        inner = model(lambda y: L.BatchNormalization()(L.Dense(4)(y)), (4,), name="leaf")
        mid = model(lambda y: inner(y) + inner(y * 2.0), (4,), name="mid")
        return [mid(x), inner(mid(x)), mid(inner(x))]
    c.graph("nested/shared_at_three_depths", thrice, f32(4))

    def seq_twice(x):
        s = keras.Sequential([L.Dense(3, activation="relu"), L.Dropout(0.3), L.Dense(4)], name="s")
        return s(s(x)) - s(x)
    c.graph("nested/sequential_after_itself", seq_twice, f32(4))

    def multi_out(x):
        m = model(lambda y: [L.Dense(2)(y), L.Dense(3)(y), y], (4,))
        a, b, d = m(x)
        e, f, g = m(d + 1.0)
        return [L.Concatenate()([a, f]), b - f, e, g]
    c.graph("nested/three_outputs_called_twice", multi_out, f32(4))

    def siamese(a, b):
        enc = keras.Sequential([keras.Input((6, 6, 1)), L.Conv2D(2, 3), L.BatchNormalization(), L.ReLU(), L.Flatten(), L.Dense(3)], name="enc")
        return ops.norm(enc(a) - enc(b), axis=-1, keepdims=True)
    c.graph("nested/siamese_norm", siamese, f32(6, 6, 1), f32(6, 6, 1))

    def part(x):
        base = model(lambda y: L.Dense(3, name="out")(L.Dense(5, activation="relu", name="mid")(y)), (4,), name="base")
        feat = keras.Model(base.input, base.get_layer("mid").output, name="feat")
        return L.Concatenate()([feat(x), base(x)])
    c.graph("nested/cut_of_a_model", part, f32(4))

    def built():
        base = model(lambda y: L.Dense(3, name="out")(L.Dense(5, activation="relu", name="mid")(y)), (4,), name="base")
        return keras.Model(base.input, [base.get_layer("mid").output, base.output, L.Dense(2)(base.get_layer("mid").output)], name="again")
    c.model("nested/head_on_a_models_layers", built, f32(4))

    def mid_start():
        base = model(lambda y: L.Dense(3, name="out")(L.Dense(5, activation="relu", name="mid")(y)), (4,), name="base")
        return keras.Model(base.get_layer("mid").output, base.output, name="tail")
    c.model("nested/tail_of_a_model", mid_start, f32(5))

    c.model("nested/empty_functional", lambda: (lambda x: keras.Model(x, x, name="identity"))(keras.Input((3,))), f32(3))
    c.graph("nested/identity_model", lambda x: L.Dense(2)(model(lambda y: y, (3,))(x)), f32(3))
    c.graph("nested/unused_output", lambda x: model(lambda y: [L.Dense(2)(y), L.Dense(3)(y)], (4,))(x)[1], f32(4))

    def deep(x):
        for i in range(6):
            x = keras.Sequential([model(lambda y: L.Dense(3)(y) + 0.1, (3,), name=f"f{i}"), L.Activation("tanh")], name=f"s{i}")(x)
        return x
    c.graph("nested/six_deep_in_turn", deep, f32(3))

    def russian(x):
        m = model(lambda y: L.Dense(3)(y), (3,), name="m0")
        for i in range(5):
            m = model(lambda y, m=m: L.ReLU()(m(y)) - 0.2, (3,), name=f"m{i+1}")
        return m(x)
    c.graph("nested/one_in_another_six_times", russian, f32(3))

    def frozen_mix():
        m = model(lambda y: L.Dense(3, name="b")(L.BatchNormalization(name="n")(L.Dense(4, name="a")(y))), (4,), name="m")
        m.get_layer("a").trainable = False
        s = keras.Sequential([keras.Input((4,)), m, L.BatchNormalization(trainable=False), L.Dense(2)], name="s")
        return s
    c.model("nested/frozen_here_and_there", frozen_mix, f32(4))

    def shared_bn(a, b):
        n = L.BatchNormalization(name="n", momentum=0.7)
        return [n(a), n(b), n(a + b)]
    c.graph("nested/normalisation_three_calls", shared_bn, f32(4), f32(4))

    def layer_in_dict_order(x):
        d = {k: L.Dense(2, name=k) for k in ("z", "a", "m")}
        return {k: v(x) for k, v in d.items()}
    c.graph("nested/dict_of_heads", layer_in_dict_order, f32(3))


def masks(c):
    c.graph("masks/concat_time", lambda a, b: L.LSTM(3)(L.Concatenate(axis=1)([L.Masking()(a), L.Masking()(b)])), steps(4, 3), steps(5, 3))
    c.graph("masks/concat_features", lambda a, b: L.GRU(3, return_sequences=True)(L.Concatenate()([L.Masking()(a), L.Masking()(b)])), steps(4, 3), steps(4, 2))
    c.graph("masks/add_two", lambda a, b: L.GRU(2)(L.Add()([L.Masking()(a), L.Masking()(b)])), steps(4, 3), steps(4, 3))
    c.graph("masks/maximum_two", lambda a, b: L.Maximum()([L.Embedding(9, 3, mask_zero=True)(a), L.Embedding(9, 3, mask_zero=True)(b)]), holes(4, high=9), padded(4, high=9))
    c.graph("masks/time_distributed_dense", lambda x: L.GRU(2, return_sequences=True)(L.TimeDistributed(L.Dense(3))(L.Masking()(x))), steps(5, 3))
    c.graph("masks/time_distributed_model", lambda x: L.GRU(2)(L.TimeDistributed(model(lambda y: L.Dense(3)(y), (4,)))(L.Masking()(x))), steps(5, 4))
    c.graph("masks/bidirectional_concat_sequences", lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="concat")(L.Masking()(x)), steps(5, 3))
    c.graph("masks/bidirectional_none", lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=None)(L.Masking()(x)), steps(5, 3))
    c.graph("masks/bidirectional_ave_last", lambda x: L.Bidirectional(L.GRU(2), merge_mode="ave")(L.Embedding(7, 3, mask_zero=True)(x)), holes(5, high=7))
    c.graph("masks/zero_output", lambda x: L.RNN(L.SimpleRNNCell(3), return_sequences=True, zero_output_for_mask=True)(L.Masking()(x)), steps(5, 2))
    c.graph("masks/stacked_rnn", lambda x: L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_sequences=True)(L.Embedding(7, 3, mask_zero=True)(x)), holes(5, high=7))
    c.graph("masks/go_backwards", lambda x: L.LSTM(3, go_backwards=True, return_sequences=True)(L.Embedding(7, 3, mask_zero=True)(x)), padded(5, high=7))
    c.graph("masks/unroll", lambda x: L.GRU(3, unroll=True, return_sequences=True)(L.Embedding(7, 3, mask_zero=True)(x)), holes(4, high=7))
    c.graph("masks/pooling_average", lambda x: L.GlobalAveragePooling1D(keepdims=True)(L.Embedding(7, 3, mask_zero=True)(x)), holes(5, high=7))
    c.graph("masks/reshape", lambda x: L.Reshape((5, 3, 1))(L.Embedding(7, 3, mask_zero=True)(x)), holes(5, high=7))
    c.graph("masks/attention_self", lambda x: (lambda e: L.MultiHeadAttention(2, 2)(e, e))(L.Embedding(7, 4, mask_zero=True)(x)), padded(5, high=7))
    c.graph("masks/attention_scores", lambda x: list((lambda e: L.MultiHeadAttention(2, 2)(e, e, return_attention_scores=True))(L.Embedding(7, 4, mask_zero=True)(x))), padded(5, high=7))
    c.graph("masks/dot_attention", lambda q, v: L.Attention(use_scale=True, score_mode="concat")([L.Embedding(7, 4, mask_zero=True)(q), L.Embedding(7, 4, mask_zero=True)(v)]), padded(5, high=7), holes(4, high=7))
    c.graph("masks/additive_attention_keyword", lambda q, v, m: L.AdditiveAttention()([q, v], mask=[None, m]), f32(3, 4), f32(5, 4), bools(5))
    c.graph("masks/batchnorm", lambda x: L.BatchNormalization()(L.Embedding(7, 3, mask_zero=True)(x)), holes(5, high=7))
    c.graph("masks/batchnorm_given", lambda x, m: L.BatchNormalization()(x, mask=m), f32(5, 3), bools(5))
    c.graph("masks/layernorm_dropout_dense_chain", lambda x: L.LSTM(2)(L.Dense(3)(L.Dropout(.1)(L.LayerNormalization()(L.Embedding(7, 3, mask_zero=True)(x))))), holes(5, high=7))
    c.graph("masks/lambda_like_ops_drop", lambda x: L.GlobalAveragePooling1D()(ops.relu(L.Embedding(7, 3, mask_zero=True)(x))), holes(5, high=7))
    c.graph("masks/slice_then_rnn", lambda x: L.GRU(2)(L.Embedding(7, 3, mask_zero=True)(x)[:, 1:]), holes(5, high=7))
    c.graph("masks/nested_two_inputs", lambda a, b: model(lambda x, y: L.Concatenate(axis=1)([L.GRU(3, return_sequences=True)(x), y]), (5, 3), (4, 3))([L.Embedding(7, 3, mask_zero=True)(a), L.Masking()(b)]), holes(5, high=7), steps(4, 3))
    c.graph("masks/mask_given_to_model", lambda x, m: model(lambda y: L.GRU(3)(y), (5, 3))(x, mask=m), f32(5, 3), bools(5))
    c.graph("masks/embedding_compute", lambda x: ops.cast(ops.not_equal(x, 0), "float32") * L.Embedding(7, 1)(x)[..., 0], holes(5, high=7))
    c.graph("masks/activity_in_mask", lambda x: L.Activation("softmax")(L.ActivityRegularization(0.1)(L.Embedding(7, 3, mask_zero=True)(x))), holes(5, high=7))
    c.graph("masks/spatial_dropout_averages", lambda x: L.Average()([L.SpatialDropout1D(.2)(L.Embedding(7, 3, mask_zero=True)(x)), L.Embedding(7, 3)(x)]), holes(5, high=7))


def structures(c):
    def dict_odd():
        a, b, d = keras.Input((3,), name="zeta"), keras.Input((2,), name="alpha"), keras.Input((4,), name="m")
        return keras.Model({"zeta": a, "alpha": b, "m": d}, {"y": L.Dense(2)(a), "x": L.Dense(3)(b), "b": d * 2.0}, name="dicts")
    c.model("structures/dict_unsorted", dict_odd, f32(2), f32(4), f32(3))

    def dict_other_names():
        a, b = keras.Input((3,), name="one"), keras.Input((2,), name="two")
        return keras.Model({"left": a, "right": b}, {"sum": L.Dense(2)(a) + b}, name="dicts")
    c.model("structures/dict_keys_not_names", dict_other_names, f32(3), f32(2))

    def list_of_dicts():
        a, b, d = keras.Input((3,), name="a"), keras.Input((2,), name="b"), keras.Input((4,), name="d")
        return keras.Model([{"q": a, "p": b}, d], [L.Dense(2)(a), {"k": L.Dense(1)(b), "j": [d, d + 1.0]}], name="mixed")
    c.model("structures/list_of_dicts", list_of_dicts, f32(2), f32(3), f32(4))

    def reverse_inputs():
        a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
        return keras.Model([b, a], [L.Dense(2, name="z")(a), L.Dense(3, name="y")(b)], name="rev")
    c.model("structures/reversed_inputs", reverse_inputs, f32(2), f32(3))

    def tuple_inputs():
        a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
        return keras.Model((a, b), (L.Dense(2)(a), L.Dense(2)(b)), name="tup")
    c.model("structures/tuple_ends", tuple_inputs, f32(3), f32(2))

    def one_list():
        a = keras.Input((3,), name="a")
        return keras.Model([a], [L.Dense(2)(a)], name="one")
    c.model("structures/lists_of_one", one_list, f32(3))

    def dict_one():
        a = keras.Input((3,), name="a")
        return keras.Model({"a": a}, {"out": L.Dense(2)(a)}, name="one")
    c.model("structures/dict_of_one", dict_one, f32(3))

    def input_out():
        a = keras.Input((3,), name="a")
        return keras.Model(a, [a, L.Dense(2)(a), a], name="io")
    c.model("structures/input_is_output_twice", input_out, f32(3))
    c.graph("structures/unused_input", lambda a, b: L.Dense(2)(a), f32(3), f32(2))

    def optional():
        a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b", optional=True)
        return keras.Model([a, b], L.Dense(2)(a) + b, name="opt")
    c.model("structures/optional_given", optional, f32(3), f32(2))

    def shape_fixed():
        a = keras.Input(batch_shape=(None, None, 3), name="a")
        return keras.Model(a, L.Dense(2)(ops.mean(a, axis=1)), name="dyn")
    c.model("structures/dynamic_time", shape_fixed, f32(None, 3))

    def scalar_in():
        a = keras.Input((), name="a")
        return keras.Model(a, ops.expand_dims(a, -1) * 3.0, name="scalar")
    c.model("structures/scalars", scalar_in, f32())

    def scalar_out(x):
        return [ops.sum(x), ops.mean(x, axis=-1)]
    c.graph("structures/scalar_output", scalar_out, f32(3))

    def int_only(x):
        return ops.cumsum(x * 2 + 1, axis=-1)
    c.graph("structures/integers_only", int_only, ints(4))
    for dt in ("int64", "uint8", "int8", "int16", "uint16", "uint32", "bool", "float16", "float64"):
        c.graph(f"structures/input_{dt}", lambda x: ops.cast(x, "float32") * 2.0, bools(3) if dt == "bool" else (f32(3, dtype=dt) if "float" in dt else ints(3, dtype=dt)))
    c.graph("structures/float64_into_dense", lambda x: L.Dense(2)(x), f32(3, dtype="float64"))
    c.graph("structures/int_into_dense", lambda x: L.Dense(2)(L.Rescaling(1 / 5.)(x)), ints(3))

    def keras_tensor_kw(x, y):
        return L.Dot(axes=(-1, 1), normalize=True)([x, y])
    c.graph("structures/dot_mixed_axes", keras_tensor_kw, f32(2, 4), f32(4, 3))

    def states(x):
        y, h, cc = L.LSTM(3, return_state=True)(x)
        z = L.LSTM(3)(x, initial_state=[cc, h])
        return {"z": z, "h": h}
    c.graph("structures/states_exchanged", states, f32(4, 2))

    def enc_dec(a, b):
        out = L.Bidirectional(L.LSTM(2, return_state=True), name="enc")(a)
        s = [L.Concatenate()([out[1], out[3]]), L.Concatenate()([out[2], out[4]])]
        y, _, _ = L.LSTM(4, return_sequences=True, return_state=True)(b, initial_state=s)
        return L.TimeDistributed(L.Dense(3, activation="softmax"))(y)
    c.graph("structures/encoder_decoder", enc_dec, f32(4, 2), f32(3, 2))

    def bi_init(x, s):
        return L.Bidirectional(L.GRU(3, return_sequences=True))(x, initial_state=[s, s * 2.0])
    c.graph("structures/bidirectional_initial_state", bi_init, f32(4, 2), f32(3))

    def rnn_kw(x, s):
        return L.SimpleRNN(3)(sequence=x, initial_state=s)


def stateful(c):
    c.graph("stateful/nested", lambda x: model(lambda y: L.LSTM(3, stateful=True)(y), (4, 2), batch_size=2)(x), f32(4, 2), stateful=True)
    c.graph("stateful/two_layers", lambda x: L.GRU(2, stateful=True)(L.LSTM(3, stateful=True, return_sequences=True)(x)), f32(4, 2), stateful=True)
    c.graph("stateful/bidirectional", lambda x: L.Bidirectional(L.GRU(2, stateful=True))(x), f32(4, 2), stateful=True)
    c.graph("stateful/masked", lambda x: L.GRU(2, stateful=True)(L.Masking()(x)), steps(4, 2), stateful=True)
    c.graph("stateful/backwards", lambda x: L.SimpleRNN(2, stateful=True, go_backwards=True)(x), f32(4, 2), stateful=True)
    c.graph("stateful/conv_lstm", lambda x: L.ConvLSTM1D(2, 2, stateful=True)(x), f32(3, 5, 2), stateful=True)
    c.model("stateful/sequential_in_sequential", lambda: keras.Sequential([keras.Input(batch_shape=(2, 4, 2)), keras.Sequential([L.LSTM(3, stateful=True, return_sequences=True)], name="in"), L.GRU(2, stateful=True)], name="out"), f32(4, 2), stateful=True)


def names(c):
    c.graph("names/very_long", lambda x: L.Dense(2, name="n" * 300)(x), f32(3))
    c.graph("names/spaces_dots", lambda x: L.Dense(2, name="a b.c-d:e")(L.Dense(3, name=" lead")(x)), f32(3))
    c.graph("names/greek_emoji", lambda x: L.Dense(2, name="σ😀")(L.Dense(3, name="ß→")(x)), f32(3))
    c.graph("names/like_numbers", lambda x: L.Dense(2, name="1")(L.Dense(3, name="0")(x)), f32(3))
    c.graph("names/like_weights", lambda x: L.Dense(2, name="kernel")(L.Dense(3, name="bias")(L.Dense(3, name="vars")(x))), f32(3))
    c.graph("names/like_containers", lambda x: L.Dense(2, name="layers")(L.Dense(3, name="_layer_checkpoint_dependencies")(x)), f32(3))
    c.graph("names/case_only", lambda x: L.Dense(2, name="Dense")(L.Dense(3, name="dense")(L.Dense(3, name="DENSE")(x))), f32(3))
    c.graph("names/of_other_class", lambda x: L.Dense(2, name="conv2d")(L.Conv2D(2, 2, name="dense")(x)), f32(4, 4, 1))
    c.graph("names/same_in_nests", lambda x: model(lambda y: L.Dense(3, name="d")(y), (3,), name="a")(model(lambda y: L.Dense(3, name="d")(y), (3,), name="b")(L.Dense(3, name="d")(x))), f32(3))
    c.graph("names/nest_like_layer", lambda x: L.Dense(3, name="m_d")(model(lambda y: L.Dense(3, name="d")(y), (3,), name="m")(x)), f32(3))
    c.model("names/input_unicode", lambda: (lambda a: keras.Model(a, L.Dense(2)(a), name="Модель"))(keras.Input((3,), name="вход")), f32(3))
    c.graph("names/many_of_one_class", lambda x: sum((L.Dense(2)(x) for _ in range(12)), x[:, :2]), f32(3))
    c.graph("names/numbers_out_of_order", lambda x: L.Dense(2, name="dense_2")(L.Dense(3, name="dense_10")(L.Dense(3, name="dense_1")(x))), f32(3))
    c.model("names/quotes", lambda: (lambda a: keras.Model(a, L.Dense(2, name="it's \"d\"")(a), name="q"))(keras.Input((3,), name="in'p")), f32(3))


def wrappers(c):
    c.graph("wrappers/td_conv_model", lambda x: L.TimeDistributed(keras.Sequential([keras.Input((5, 5, 1)), L.Conv2D(2, 3), L.BatchNormalization(), L.GlobalAveragePooling2D()], name="cnn"))(x), f32(3, 5, 5, 1))
    c.graph("wrappers/td_td", lambda x: L.TimeDistributed(L.TimeDistributed(L.Dense(2)))(x), f32(2, 3, 4))
    c.graph("wrappers/td_lstm", lambda x: L.TimeDistributed(L.LSTM(2))(x), f32(2, 3, 4))
    c.graph("wrappers/td_bidirectional", lambda x: L.TimeDistributed(L.Bidirectional(L.GRU(2)))(x), f32(2, 3, 4))
    c.graph("wrappers/td_embedding", lambda x: L.TimeDistributed(L.Embedding(9, 2))(x), ints(2, 3, high=9))
    c.graph("wrappers/td_functional_twice", lambda x: (lambda t: t(t(x)))(L.TimeDistributed(model(lambda y: L.Dense(4)(y) + y, (4,)))), f32(3, 4))
    c.graph("wrappers/bidirectional_of_rnn_cells", lambda x: L.Bidirectional(L.RNN([L.GRUCell(2), L.SimpleRNNCell(3)], return_sequences=True), merge_mode="concat")(x), f32(4, 2))
    c.graph("wrappers/bidirectional_backward_layer", lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), backward_layer=L.GRU(2, go_backwards=True, return_sequences=True), merge_mode="mul")(x), f32(4, 2))
    c.graph("wrappers/bidirectional_return_state", lambda x: list(L.Bidirectional(L.LSTM(2, return_state=True, return_sequences=True))(x)), f32(4, 2))
    c.graph("wrappers/bidirectional_convlstm", lambda x: L.Bidirectional(L.ConvLSTM1D(2, 2, return_sequences=True))(x), f32(3, 5, 2))
    c.graph("wrappers/spectral_conv", lambda x: L.SpectralNormalization(L.Conv2D(2, 3, padding="same"), power_iterations=2)(x), f32(5, 5, 2), tags=("spectral",))
    c.graph("wrappers/spectral_dense_shared", lambda x: (lambda s: s(s(x)))(L.SpectralNormalization(L.Dense(4))), f32(4), tags=("spectral",))
    c.graph("wrappers/td_dropout_shared", lambda x: (lambda d: [L.TimeDistributed(d)(x), d(x)])(L.Dropout(0.3)), f32(3, 4))
    c.graph("wrappers/bidirectional_in_model_twice", lambda x: (lambda m: m(m(x)))(model(lambda y: L.Bidirectional(L.GRU(2, return_sequences=True))(y), (5, 4))), f32(5, 4))
    c.graph("wrappers/td_time_unknown", lambda x: L.TimeDistributed(L.Dense(2))(x), f32(None, 4))
