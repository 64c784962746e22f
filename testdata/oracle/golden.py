"""Makes ../golden/golden.zip: small models of real Keras with golden values, for the tests of the regression kit.

    python golden.py OUT.zip

`<name>/model.keras` beside what posthorn_capture.py records of it; pairs record another model than they save.
"""
import os
import sys
import tempfile
import zipfile

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '0')
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '../../tools/golden/src/main/resources/dev/posthorn/golden'))

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from posthorn_capture import Calls, capture

keras.utils.set_random_seed(7)
R = np.random.default_rng(7)


def settle(model):
    """Weights that no two layers have alike, in the range of trained ones."""
    for w in model.weights:
        if 'float' in str(w.dtype):
            v = R.uniform(-0.6, 0.6, w.shape)
            w.assign(np.abs(v) + 0.3 if 'variance' in w.path or 'gamma' in w.path else v)
    return model


def f(*shape):
    return R.standard_normal(shape).astype(np.float32)


def functional(build, *shapes, dtype='float32'):
    inputs = [keras.Input(s, dtype=dtype, name=f'in{i}') for i, s in enumerate(shapes)]
    return settle(keras.Model(inputs if len(inputs) > 1 else inputs[0], build(*inputs)))


def chain(*layers):
    def build(x):
        for layer in layers:
            x = layer(x)
        return x
    return build


def pair(saved, recorded):
    """Two models of the same weights."""
    recorded.set_weights(saved.get_weights())
    return saved, recorded


class Training(L.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=True, mask=mask)


class Corners(L.Resizing):
    """As TensorFlow 1 resized: pixels are at their corners."""

    def call(self, inputs):
        return tf.raw_ops.ResizeBilinear(images=inputs, size=[self.height, self.width], half_pixel_centers=False)


class Front(L.Conv2D):
    """Pads in front, as PyTorch does, where the padding cannot be the same on both sides."""

    def call(self, inputs):
        padded = tf.pad(inputs, [[0, 0], [1, 0], [1, 0], [0, 0]])
        return tf.nn.conv2d(padded, self.kernel, self.strides, 'VALID') + self.bias


class Blue(L.Conv2D):
    """Takes blue, green, red."""

    def call(self, inputs):
        return super().call(inputs[..., ::-1])


def picture(resizing, padding, first):
    return functional(chain(first(4, 3, name='first'), padding(4, 3, strides=2, padding='same', name='half'),
                            resizing(6, 5, name='to'), L.GlobalAveragePooling2D(name='mean'), L.Dense(2, name='out')), (10, 10, 3))


def nested_norms():
    """Saved as by a reader that takes the weights of a nested model, the trained ones first, for those of one layer after another."""
    def build(x):
        inner = keras.Sequential([L.Dense(4, name='one'), L.BatchNormalization(name='norm1'), L.ReLU(name='relu'),
                                  L.BatchNormalization(name='norm2')], name='inner')
        return L.Dense(2, name='out')(inner(x))
    saved, recorded = functional(build, (4,)), functional(build, (4,))
    inner, right = saved.get_layer('inner'), recorded.get_layer('inner')
    saved.get_layer('out').set_weights(recorded.get_layer('out').get_weights())
    filed = [w.numpy() for w in right.trainable_weights + right.non_trainable_weights]
    for layer in inner.layers:
        n = len(layer.weights)
        layer.set_weights(filed[:n])
        filed = filed[n:]
    return saved, recorded


def norm(layer):
    return functional(chain(L.Conv2D(4, 3, name='conv'), layer(name='norm'), L.ReLU(name='relu'), L.GlobalAveragePooling2D(name='mean'),
                            L.Dense(2, name='out')), (8, 8, 3))


def activated(gelu, sigmoid):
    return functional(chain(L.Dense(6, activation=gelu, name='wide'), L.Dense(5, activation=sigmoid, name='gate'),
                            L.Dense(2, name='out')), (4,))


def models():
    yield 'convolutions', functional(chain(
        L.Conv2D(4, 3, padding='same', activation='relu', name='first'), L.MaxPooling2D(name='pool'),
        L.DepthwiseConv2D(3, name='depth'), L.BatchNormalization(name='norm'), L.LeakyReLU(negative_slope=0.1, name='leak'),
        L.Conv2D(4, 1, name='mix'), L.Flatten(name='flat'), L.Dense(3, activation='softmax', name='out')), (10, 10, 3)), f(2, 10, 10, 3)
    yield 'dense', functional(chain(
        L.Dense(6, activation='gelu', name='a'), L.Dense(6, activation='hard_sigmoid', name='b'),
        L.Dense(6, activation='tanh', name='c'), L.LayerNormalization(name='norm'), L.Dense(2, name='out')), (6,)), f(4, 6)
    yield 'lstm', functional(chain(
        L.LSTM(5, return_sequences=True, name='first'), L.LSTM(4, name='second'), L.Dense(2, name='out')), (7, 3)), f(3, 7, 3)
    yield 'gru', functional(chain(
        L.GRU(5, return_sequences=True, use_bias=False, name='first'), L.GRU(4, reset_after=False, name='second'),
        L.Dense(2, name='out')), (7, 3)), f(3, 7, 3)
    yield 'text', functional(chain(
        L.Embedding(20, 4, name='words'), L.LSTM(5, name='read'), L.Dense(2, activation='sigmoid', name='out')),
        (8,), dtype='int32'), np.array([[5, 3, 0, 0, 0, 7, 0, 0], [1, 2, 3, 4, 5, 6, 0, 0]], np.int32)
    yield 'resizing', functional(chain(
        L.UpSampling2D(3, interpolation='bilinear', name='up'), L.Conv2D(3, 3, strides=2, padding='same', name='conv'),
        L.Resizing(5, 7, interpolation='bicubic', name='to'), L.AveragePooling2D(2, padding='same', name='pool')),
        (4, 5, 2)), f(2, 4, 5, 2)

    def transformer(x):
        y = L.MultiHeadAttention(2, 4, name='attention')(x, x)
        x = L.LayerNormalization(epsilon=1e-6, name='norm1')(L.Add(name='add1')([x, y]))
        y = L.Dense(8, name='down')(L.Dense(16, activation='gelu', name='up')(x))
        x = L.LayerNormalization(epsilon=1e-6, name='norm2')(L.Add(name='add2')([x, y]))
        return L.Softmax(name='soft')(L.Dense(3, name='out')(x))
    yield 'transformer', functional(transformer, (6, 8)), f(2, 6, 8)

    def nested(x):
        inner = keras.Sequential([L.Dense(5, activation='relu', name='one'), L.Dense(5, name='two'),
                                  L.Dense(5, name='three')], name='inner')
        return L.Dense(2, name='out')(inner(L.Dense(5, name='before')(x)))
    yield 'nested', functional(nested, (5,)), f(3, 5)
    yield 'bidirectional', functional(chain(
        L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode='sum', name='both'),
        L.LSTM(4, go_backwards=True, name='back'), L.Dense(2, name='out')), (6, 3)), f(2, 6, 3)
    yield 'masked', settle(keras.Sequential([
        keras.Input((8,), dtype='int32'), L.Embedding(20, 4, mask_zero=True, name='words'), L.GRU(5, name='read'),
        L.Dense(2, name='out')])), np.array([[5, 3, 0, 0, 0, 7, 0, 0], [1, 2, 3, 4, 5, 6, 0, 0]], np.int32)
    yield 'by_chance', functional(chain(
        L.Conv2D(3, 3, name='conv'), L.BatchNormalization(name='norm'), L.Flatten(name='flat'), L.Dense(2, name='out')),
        (6, 6, 2)), f(4, 6, 6, 2)

    yield 'trained_norm', pair(norm(L.BatchNormalization), norm(Training)), f(4, 8, 8, 3)
    yield 'approximate', pair(activated('gelu', 'sigmoid'),
                              activated(lambda x: keras.ops.gelu(x, approximate=True), 'sigmoid')), f(3, 4)
    yield 'old_sigmoid', pair(activated('gelu', 'hard_sigmoid'),
                              activated('gelu', lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1))), f(3, 4)
    for name, layers in {'corners': (Corners, L.Conv2D, L.Conv2D), 'front': (L.Resizing, Front, L.Conv2D),
                         'blue': (L.Resizing, L.Conv2D, Blue)}.items():
        yield name, pair(picture(L.Resizing, L.Conv2D, L.Conv2D), picture(*layers)), f(2, 10, 10, 3)
    yield 'nested_norms', nested_norms(), f(6, 4)
    yield 'stale', (functional(chain(L.Dense(4, name='one'), L.Dense(2, name='two')), (3,)),
                    functional(chain(L.Dense(4, name='one'), L.Dense(2, name='two')), (3,))), f(3, 3)


def main(out):
    with tempfile.TemporaryDirectory() as d:
        for name, model, x in models():
            folder = os.path.join(d, name)
            recorded = model
            if isinstance(model, tuple):
                model, recorded = model
            training = None
            if name in ('dense', 'convolutions', 'by_chance'):
                model.compile('adam', 'mse')
                training = {'x': x, 'y': f(len(x), model.output_shape[-1]), 'batch_size': 2, 'steps': 4}
            capture(recorded, Calls([x, x[:1]]), folder, gradients=name in ('dense', 'nested'), training=training)
            model.save(os.path.join(folder, 'model.keras'))
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
            for root, _, files in sorted(os.walk(d)):
                for file in sorted(files):
                    path = os.path.join(root, file)
                    info = zipfile.ZipInfo(os.path.relpath(path, d), (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    with open(path, 'rb') as content:
                        z.writestr(info, content.read())


if __name__ == '__main__':
    main(sys.argv[1])
