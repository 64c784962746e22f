"""Windows, recurrent blocks, joined layers, and their gradients."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, node

ROWS = Rows("layers")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops


def real(name, *shape, dtype=np.float32):
    return ROWS.rng(name).normal(size=shape).astype(dtype)


X = real("x", 2, 6, 5, 3)
V = real("v", 2, 4, 5, 4, 2)
for padding in ("VALID", "SAME"):
    pool = dict(ksize=[1, 2, 3, 1], strides=[1, 2, 1, 1], padding=padding)
    y = (2, 3, 3, 3) if padding == "VALID" else (2, 3, 5, 3)
    fn(f"MaxPoolGrad_{padding}", lambda x, d, p=pool: [
        raw.MaxPoolGrad(orig_input=x, orig_output=raw.MaxPool(input=x, **p), grad=d, **p),
        raw.MaxPoolGradV2(orig_input=x, orig_output=raw.MaxPool(input=x, **p), grad=d, **p)], x=X, d=real("d" + padding, *y))
    fn(f"MaxPoolGradGrad_{padding}", lambda x, g, p=pool: [
        raw.MaxPoolGradGrad(orig_input=x, orig_output=raw.MaxPool(input=x, **p), grad=g, **p),
        raw.MaxPoolGradGradV2(orig_input=x, orig_output=raw.MaxPool(input=x, **p), grad=g, **p)], x=X, g=real("g", *X.shape))
    op(f"AvgPoolGrad_{padding}", "AvgPoolGrad", orig_input_shape=Fixed(X.shape), grad=real("d" + padding, *y), **pool)
    for batch in (False, True):
        op(f"MaxPoolWithArgmax_{padding}_{batch}", "MaxPoolWithArgmax", grads=True, input=X, include_batch_in_index=batch,
           **pool)
        fn(f"MaxPoolGradWithArgmax_{padding}_{batch}", lambda x, d, b=batch, p=pool: raw.MaxPoolGradWithArgmax(
            input=x, grad=d, argmax=raw.MaxPoolWithArgmax(input=x, include_batch_in_index=b, **p).argmax,
            include_batch_in_index=b, **p), x=X, d=real("d" + padding, *y))
    three = dict(ksize=[1, 2, 2, 2, 1], strides=[1, 2, 2, 1, 1], padding=padding)
    v = (2, 2, 2, 3, 2) if padding == "VALID" else (2, 2, 3, 4, 2)
    fn(f"MaxPool3DGrad_{padding}", lambda x, d, p=three: raw.MaxPool3DGrad(
        orig_input=x, orig_output=raw.MaxPool3D(input=x, **p), grad=d, **p), x=V, d=real("v" + padding, *v))
    op(f"AvgPool3DGrad_{padding}", "AvgPool3DGrad", orig_input_shape=Fixed(V.shape), grad=real("v" + padding, *v), **three)
    conv = dict(strides=[1, 2, 1, 1], padding=padding)
    k, dk = real("k", 3, 2, 3, 4), real("dk", 3, 2, 3, 2)
    z = (2, 2, 4) if padding == "VALID" else (2, 3, 5)
    op(f"Conv2DBackpropFilter_{padding}", "Conv2DBackpropFilter", tol=1e-4, input=X, filter_sizes=Fixed(k.shape),
       out_backprop=real("z" + padding, *z, 4), **conv)
    op(f"Conv2DBackpropInput_{padding}", "Conv2DBackpropInput", tol=1e-4, grads=True, input_sizes=Fixed(X.shape), filter=k,
       out_backprop=real("z" + padding, *z, 4), **conv)
    same = dict(strides=[1, 1, 1, 1], padding=padding)
    w = (2, 4, 4) if padding == "VALID" else (2, 6, 5)
    op(f"DepthwiseConv2dNativeBackpropFilter_{padding}", "DepthwiseConv2dNativeBackpropFilter", tol=1e-4, input=X,
       filter_sizes=Fixed(dk.shape), out_backprop=real("dw" + padding, *w, 6), **same)
    op(f"DepthwiseConv2dNativeBackpropInput_{padding}", "DepthwiseConv2dNativeBackpropInput", tol=1e-4,
       input_sizes=Fixed(X.shape), filter=dk, out_backprop=real("dw" + padding, *w, 6), **same)
    k3 = real("k3", 2, 2, 2, 2, 3)
    c3 = dict(strides=[1, 1, 1, 1, 1], padding=padding)
    u = (2, 3, 4, 3, 3) if padding == "VALID" else (2, 4, 5, 4, 3)
    op(f"Conv3DBackpropFilterV2_{padding}", "Conv3DBackpropFilterV2", tol=1e-4, input=V, filter_sizes=Fixed(k3.shape),
       out_backprop=real("u" + padding, *u), **c3)
    op(f"Conv3DBackpropInputV2_{padding}", "Conv3DBackpropInputV2", tol=1e-4, input_sizes=Fixed(V.shape), filter=k3,
       out_backprop=real("u" + padding, *u), **c3)
    dilation = dict(strides=[1, 2, 1, 1], rates=[1, 1, 2, 1], padding=padding)
    op(f"Dilation2D_{padding}", "Dilation2D", grads=True, input=X, filter=real("df", 3, 2, 3), **dilation)
    o = (2, 2, 3, 3) if padding == "VALID" else (2, 3, 5, 3)
    fn(f"Dilation2DBackprop_{padding}", lambda x, f, d, p=dilation: [
        raw.Dilation2DBackpropInput(input=x, filter=f, out_backprop=d, **p),
        raw.Dilation2DBackpropFilter(input=x, filter=f, out_backprop=d, **p)],
       x=X, f=real("df", 3, 2, 3), d=real("do" + padding, *o))
op("Conv2DBackpropFilter_explicit", "Conv2DBackpropFilter", tol=1e-4, input=X, filter_sizes=Fixed([3, 2, 3, 4]),
   out_backprop=real("ze", 2, 4, 6, 4), strides=[1, 2, 1, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 2, 2, 0, 0, 0])

for training in (True, False):
    for version in ("", "V2", "V3"):
        more = dict(reserve_space_3=np.zeros(0, np.float32)) if version == "V3" else {}
        mean = X.mean((0, 1, 2)) if training else real("pm", 3)
        variance = X.var((0, 1, 2)) if training else np.abs(real("pv", 3)) + 0.5
        if training:  # as the CPU's forward op hands it on
            variance = variance.astype(np.float32)
        op(f"FusedBatchNormGrad{version}_{training}", f"FusedBatchNormGrad{version}", tol=1e-4, keep=(0, 1, 2),
           y_backprop=real("bn", *X.shape), x=X, scale=real("s", 3), reserve_space_1=mean, reserve_space_2=variance,
           epsilon=1e-3, is_training=training, **more)

B, I, U = 2, 3, 4
for peephole in (False, True):
    weights = dict(w=real("w", I + U, 4 * U), wci=real("wci", U), wcf=real("wcf", U), wco=real("wco", U), b=real("b", 4 * U))
    op(f"LSTMBlockCell_{peephole}", "LSTMBlockCell", x=real("cx", B, I), cs_prev=real("cc", B, U), h_prev=real("ch", B, U),
       forget_bias=0.5, cell_clip=1.0, use_peephole=peephole, **weights)
    for version in ("", "V2"):
        more = {} if version else dict(forget_bias=0.7)
        # TensorFlow's gradient of BlockLSTMV2 is not that of central differences (off by half of it), so none is recorded.
        op(f"BlockLSTM{version}_{peephole}", f"BlockLSTM{version}", grads=not peephole and not version, seq_len_max=Fixed(5, tf.int64),
           x=real("bx", 5, B, I), cs_prev=real("cc", B, U), h_prev=real("ch", B, U), cell_clip=0.0 if version else -1.0,
           use_peephole=peephole, **more, **weights)
op("GRUBlockCell", "GRUBlockCell", x=real("gx", B, I), h_prev=real("gh", B, U), w_ru=real("wru", I + U, 2 * U),
   w_c=real("wc", I + U, U), b_ru=real("bru", 2 * U), b_c=real("bc", U))

for act in (["BiasAdd"], ["BiasAdd", "Relu"], ["BiasAdd", "Relu6"], ["BiasAdd", "Elu"], ["BiasAdd", "LeakyRelu"],
            ["BiasAdd", "Tanh"], ["BiasAdd", "Sigmoid"]):
    fn("FusedMatMul_" + "_".join(act), lambda a, b, c, act=act: node(
        "_FusedMatMul", [a, b, c], T=tf.float32, transpose_a=False, transpose_b=True, num_args=1, fused_ops=act,
        epsilon=1e-4, leakyrelu_alpha=0.3), tol=1e-4, a=real("fa", 3, 4), b=real("fb", 5, 4), c=real("fc", 5))
conv = dict(T=tf.float32, strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 1, 1, 1], explicit_paddings=[],
            data_format="NHWC", filter_format="HWIO", use_cudnn_on_gpu=True, num_host_args=0, epsilon=1e-3,
            leakyrelu_alpha=0.3, TArgs=[tf.float32])
for act in (["BiasAdd"], ["BiasAdd", "Relu"], ["BiasAdd", "LeakyRelu"]):
    fn("FusedConv2D_" + "_".join(act), lambda x, k, b, act=act: node(
        "_FusedConv2D", [x, k, b], num_args=1, fused_ops=act, **conv), tol=1e-4, x=X, k=real("fk", 3, 3, 3, 4),
       b=real("fcb", 4))
fn("FusedConv2D_FusedBatchNorm_Relu", lambda x, k, s, o, m, v: node(
    "_FusedConv2D", [x, k, s, o, m, v], num_args=4, fused_ops=["FusedBatchNorm", "Relu"],
    **{**conv, "TArgs": [tf.float32] * 4}), tol=1e-4, x=X, k=real("fk", 3, 3, 3, 4), s=real("fs", 4), o=real("fo", 4),
   m=real("fm", 4), v=np.abs(real("fv", 4)) + np.float32(0.5))
ROWS.old("BatchNormWithGlobalNormalization", lambda t, m, v, beta, gamma: tf.nn.batch_normalization(t, m, v, beta, gamma, 1e-3),
         attributes=dict(variance_epsilon=1e-3, scale_after_normalization=True), t=X, m=real("gm", 3), v=np.abs(real("gv", 3)),
         beta=real("gb", 3), gamma=real("gg", 3))
op("SpaceToBatch", "SpaceToBatch", input=real("sb", 2, 3, 4, 2), paddings=Fixed([[1, 0], [0, 0]]), block_size=2)
op("BatchToSpace", "BatchToSpace", input=real("bs", 8, 2, 2, 1), crops=Fixed([[1, 0], [0, 1]]), block_size=2)
op("ParallelConcat", "ParallelConcat", values=[real("p0", 1, 3), real("p1", 1, 3)], shape=[2, 3])
CTC = real("ctc", 7, 2, 5)
AT, LABELS = np.array([[0, 0], [0, 1], [0, 2], [1, 0]], np.int64), np.array([1, 1, 3, 0], np.int32)
for merge in (True, False):
    op(f"CTCLoss_{merge}", "CTCLoss", grads=True, keep=(0,), tol=1e-4, inputs=CTC, labels_indices=AT, labels_values=LABELS,
       sequence_length=np.int32([7, 4]), ctc_merge_repeated=merge)
    op(f"CTCGreedyDecoder_{merge}", "CTCGreedyDecoder", inputs=CTC, sequence_length=np.int32([7, 5]), merge_repeated=merge)
    op(f"CTCBeamSearchDecoder_{merge}", "CTCBeamSearchDecoder", tol=1e-4, inputs=CTC * np.float32(2),
       sequence_length=np.int32([7, 5]), beam_width=6, top_paths=3, merge_repeated=merge)
op("CTCGreedyDecoder_blank", "CTCGreedyDecoder", inputs=CTC, sequence_length=np.int32([7, 5]), blank_index=0)
op("Conv", "Conv", tol=1e-4, grads=False, input=X, filter=real("k", 3, 2, 3, 4), strides=[1, 2, 1, 1], padding="EXPLICIT",
   explicit_paddings=[0, 0, 1, 2, 2, 0, 0, 0])
op("Conv_3d", "Conv", tol=1e-4, input=V, filter=real("k3", 2, 2, 2, 2, 3), strides=[1, 1, 1, 1, 1], padding="SAME")
for feed in ("IteratorGetNext", "QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"):
    ROWS.fed(feed, feed, lambda x, k: tf.nn.relu(tf.matmul(x, k)), x=real("fx", 2, 3), k=real("fk", 3, 4))
