"""Records odd models with posthorn_capture.py, as trainers would: what capture.sh lets Posthorn verify.

    python captured.py OUT [NAME...]             # NAME: some of them; default: all

`OUT/<name>/golden` is what was recorded, `OUT/<name>/model.*` the model.
"""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '0')
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '../../tools/golden/src/main/resources/dev/posthorn/golden'))

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

from posthorn_capture import Calls, capture

R = np.random.default_rng(3)
MODELS = {}


def f(*shape):
    return R.standard_normal(shape).astype(np.float32)


def recorded(function):
    MODELS[function.__name__] = function
    return function


def keep(folder, model, name='model.keras'):
    model.save(os.path.join(folder, name))
    return model


@recorded
def dictionaries(folder):
    a, b = keras.Input((4,), name='a'), keras.Input((3,), name='b')
    x = L.Concatenate(name='both')([b, a])
    model = keras.Model({'b': b, 'a': a}, {'sum': L.Dense(2, name='sum')(x), 'product': L.Dense(3, 'tanh', name='product')(x)})
    capture(keep(folder, model), Calls([{'a': f(2, 4), 'b': f(2, 3)}, {'b': f(5, 3), 'a': f(5, 4)}]), folder + '/golden', gradients=True)


@recorded
def lists(folder):
    inputs = [keras.Input((6, 3), name='left'), keras.Input((6, 3), name='right')]
    dense = L.Dense(4, activation='relu', name='twice')
    both = L.Add(name='add')([dense(inputs[0]), dense(inputs[1])])
    model = keras.Model(inputs, [L.LSTM(3, name='last')(both), L.GlobalMaxPooling1D(name='most')(both), both])
    capture(keep(folder, model), [f(2, 6, 3).astype(np.float64), f(2, 6, 3)], folder + '/golden', gradients=True)


@recorded
def strings(folder):
    x = keras.Input((3,), dtype='string', name='words')
    y = L.StringLookup(vocabulary=['größe', '中', 'a'], name='look')(x)
    model = keras.Model(x, [L.Embedding(5, 2, name='embed')(y), y])
    capture(keep(folder, model), np.array([['größe', 'b', 'a'], ['中', '中', '']]), folder + '/golden')


@recorded
def masked(folder):
    x = keras.Input((5,), dtype='int32', name='tokens')
    y = L.Embedding(9, 4, mask_zero=True, name='embed')(x)
    y = L.GRU(4, return_sequences=True, name='gru')(y)
    model = keras.Model(x, [L.Bidirectional(L.LSTM(3), name='both')(y), y])
    capture(keep(folder, model), np.array([[1, 2, 0, 0, 0], [3, 4, 5, 6, 0]]), folder + '/golden', gradients=True)


@recorded
def nested(folder):
    inner = keras.Sequential([L.Dense(4, 'gelu', name='one'), L.BatchNormalization(name='norm')], name='inner')
    shell = keras.Sequential([inner, L.Dense(4, name='out')], name='shell')
    x = keras.Input((4,), name='x')
    y = L.Subtract(name='minus')([shell(x), inner(shell(x))])
    model = keras.Model(x, L.Dense(1, name='end')(y))
    model.compile(keras.optimizers.Adam(0.01), 'mse', metrics=['mae'])
    capture(keep(folder, model), f(3, 4), folder + '/golden', gradients=True,
            training={'x': f(10, 4), 'y': f(10, 1), 'batch_size': 4, 'steps': 5})


@recorded
def unicode_names(folder):
    x = keras.Input((4, 4, 2), name='Eingabe_größe')
    y = L.Conv2D(3, 2, name='層_一')(x)
    model = keras.Model(x, L.Dense(2, name='Ausgabe_ß')(L.Flatten(name='flach')(y)))
    capture(keep(folder, model), f(2, 4, 4, 2), folder + '/golden/größe', gradients=True)
    os.rename(folder + '/golden', folder + '/g')
    os.rename(folder + '/g/größe', folder + '/golden')
    os.rmdir(folder + '/g')


@recorded
def half(folder):
    policy = keras.DTypePolicy('mixed_float16')
    x = keras.Input((6, 6, 3), name='x')
    y = L.Conv2D(4, 3, dtype=policy, name='conv')(x)
    y = L.BatchNormalization(dtype=policy, name='norm')(y)
    y = L.ReLU(dtype=policy, name='relu')(y)
    model = keras.Model(x, L.Dense(2, name='out')(L.GlobalAveragePooling2D(dtype=policy, name='mean')(y)))
    capture(keep(folder, model), f(2, 6, 6, 3), folder + '/golden')


@recorded
def brain(folder):
    model = keras.Sequential([keras.Input((5,), name='x'), L.Dense(8, 'gelu', dtype='mixed_bfloat16', name='wide'),
                              L.LayerNormalization(dtype='mixed_bfloat16', name='norm'), L.Dense(2, dtype='bfloat16', name='out')])
    capture(keep(folder, model), f(3, 5), folder + '/golden')


@recorded
def double(folder):
    model = keras.Sequential([keras.Input((5,), dtype='float64', name='x'), L.Dense(8, 'selu', dtype='float64', name='wide'),
                              L.Dense(2, dtype='float64', name='out')])
    capture(keep(folder, model), f(3, 5).astype(np.float64), folder + '/golden', rtol=1e-12, atol=1e-12)


@recorded
def stateful(folder):
    x = keras.Input(batch_shape=(2, 3, 2), name='x')
    model = keras.Model(x, L.Dense(1, name='out')(L.LSTM(3, stateful=True, name='memory')(x)))
    capture(keep(folder, model), Calls([f(2, 3, 2), f(2, 3, 2)]), folder + '/golden')


@recorded
def attention(folder):
    x, m = keras.Input((4, 6), name='x'), keras.Input((4, 4), dtype='bool', name='m')
    y = L.MultiHeadAttention(2, 3, name='attend')(x, x, attention_mask=m)
    y = L.TimeDistributed(L.Dense(3, 'softmax'), name='each')(L.LayerNormalization(name='norm')(x + 2 * y))
    model = keras.Model([x, m], y)
    capture(keep(folder, model), [f(2, 4, 6), np.tril(np.ones((2, 4, 4), bool))], folder + '/golden', gradients=True)


@recorded
def budget(folder):
    x = keras.Input((16, 16, 3), name='x')
    y = L.Conv2D(4, 3, padding='same', activation='relu', name='wide')(x)
    y = L.Conv2D(2, 3, strides=2, name='less')(y)
    model = keras.Model(x, L.Dense(1, name='out')(L.Flatten(name='flat')(y)))
    model.compile('sgd', 'mse')
    capture(keep(folder, model), f(2, 16, 16, 3), folder + '/golden', budget=1500,
            training={'x': f(4, 16, 16, 3), 'y': f(4, 1), 'steps': 3, 'batch_size': 2})


@recorded
def trained(folder):
    model = keras.Sequential([keras.Input((8,), name='x'), L.Dense(16, name='wide'), L.BatchNormalization(momentum=0.9, name='norm'),
                              L.ReLU(name='relu'), L.Dropout(0.3, name='drop'), L.Dense(3, 'softmax', name='out')])
    model.compile(keras.optimizers.AdamW(0.01), 'sparse_categorical_crossentropy', metrics=['accuracy'])
    model.fit(f(8, 8), R.integers(0, 3, 8), verbose=0)  # the file holds no seed, and numbers have been drawn
    capture(keep(folder, model), f(4, 8), folder + '/golden', gradients=True,
            training={'x': f(20, 8), 'y': R.integers(0, 3, 20), 'batch_size': 8, 'steps': 6, 'sample_weight': np.linspace(0.1, 2, 20)})


@recorded
def two_heads(folder):
    x = keras.Input((6,), name='x')
    y = L.Dense(5, 'relu', name='body')(x)
    model = keras.Model(x, {'kind': L.Dense(3, 'softmax', name='kind')(y), 'size': L.Dense(1, name='size')(y)})
    model.compile('rmsprop', {'kind': 'categorical_crossentropy', 'size': 'mae'}, loss_weights={'kind': 1.0, 'size': 0.2},
                  metrics={'size': ['mse']})
    capture(keep(folder, model), f(2, 6), folder + '/golden',
            training={'x': f(9, 6), 'y': {'kind': np.eye(3, dtype=np.float32)[R.integers(0, 3, 9)], 'size': f(9, 1)},
                      'batch_size': 4, 'steps': 4})


@recorded
def operations(folder):
    x = keras.Input((4,), name='x')
    y = keras.ops.relu(x * 2 - 1)
    y = keras.ops.concatenate([y, keras.ops.sum(x, axis=1, keepdims=True)], axis=-1)
    model = keras.Model(x, L.Dense(2, name='out')(y))
    capture(keep(folder, model), f(3, 4), folder + '/golden', gradients=True)


@recorded
def spectrum(folder):
    x = keras.Input((64, 1), name='x')
    model = keras.Model(x, L.STFTSpectrogram(mode='log', frame_length=16, frame_step=8, name='stft')(x))
    capture(keep(folder, model), f(2, 64, 1), folder + '/golden')


@recorded
def subclassed(folder):
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name='own')
            self.one, self.two = L.Dense(3, 'tanh', name='one'), L.Dense(2, name='two')

        def call(self, x):
            return self.two(self.one(x)) + 1

    model = Own()
    capture(model, f(3, 4), folder + '/golden')
    tf.saved_model.save(model, folder + '/model', tf.function(model.call).get_concrete_function(tf.TensorSpec([None, 4], tf.float32, 'x')))


@recorded
def signature(folder):
    class Module(tf.Module):
        def __init__(self):
            self.w = tf.Variable(f(3, 2))

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, 'x'), tf.TensorSpec([], tf.int32, 'n')])
        def call(self, x, n):
            return {'y': tf.nn.softmax(x @ self.w), 'z': tf.cast(n, tf.float32) * tf.reduce_sum(x)}

    module = Module()
    tf.saved_model.save(module, folder + '/model', {'serving_default': module.call})
    loaded = tf.saved_model.load(folder + '/model')
    capture(loaded.signatures['serving_default'], Calls([{'x': f(2, 3), 'n': np.int32(3)}, {'x': f(4, 3), 'n': np.int32(-1)}]),
            folder + '/golden', gradients=True)


@recorded
def function(folder):
    w = f(4, 4)

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, 'a'), tf.TensorSpec([None, 4], tf.float32, 'b')])
        def call(self, a, b):
            return {'y': tf.tanh(a @ w) + b}

    module = Module()
    tf.saved_model.save(module, folder + '/model', {'serving_default': module.call})
    capture(lambda a, b: np.tanh(a @ w) + b, [f(2, 4), f(2, 4)], folder + '/golden')


def keras2():
    """Keras 2 as tf_keras, where it is installed, else as the reduced copy that TensorFlow holds."""
    from oracle.legacy.backend import k2
    return k2()


@recorded
def keras2_functional(folder):
    K = keras2()
    x = K.Input((8, 8, 2), name='x')
    y = K.layers.Conv2D(3, 3, padding='same', name='conv')(x)
    y = K.layers.Activation('relu', name='relu')(K.layers.BatchNormalization(name='norm')(y))
    y = K.layers.Flatten(name='flat')(K.layers.MaxPooling2D(name='pool')(y))
    dense = K.layers.Dense(4, activation='hard_sigmoid', name='twice')
    one = K.Model(x, K.layers.Dense(4, name='to')(y), name='inner')
    a = K.Input((8, 8, 2), name='a')
    model = K.Model(a, [K.layers.Dense(2, name='out')(dense(dense(one(a)))), one(a)])
    model.compile(K.optimizers.Adam(0.01), 'mse')
    capture(keep(folder, model, 'model.h5'), f(2, 8, 8, 2), folder + '/golden', gradients=True,
            training={'x': f(6, 8, 8, 2), 'y': [f(6, 2), f(6, 4)], 'batch_size': 3, 'steps': 4})


@recorded
def keras2_sequential(folder):
    K = keras2()
    model = K.Sequential([K.layers.Embedding(10, 4, mask_zero=True, input_length=5, name='words'),
                          K.layers.GRU(5, return_sequences=True, name='gru'), K.layers.LSTM(3, name='lstm'),
                          K.layers.Dense(1, activation='sigmoid', name='out')])
    model.build((None, 5))
    model.compile(K.optimizers.SGD(0.1), 'binary_crossentropy', metrics=['accuracy'])
    capture(keep(folder, model, 'model.h5'), np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0]]), folder + '/golden',
            training={'x': R.integers(0, 10, (8, 5)), 'y': R.integers(0, 2, (8, 1)), 'batch_size': 4, 'steps': 3})


@recorded
def keras2_subclassed(folder):
    K = keras2()

    class Own(K.Model):
        def __init__(self):
            super().__init__(name='own')
            self.one, self.two = K.layers.Dense(3, activation='tanh', name='one'), K.layers.Dense(2, name='two')

        def call(self, x):
            return self.two(self.one(x)) + 1

    model = Own()
    x = f(3, 4)
    capture(model, x, folder + '/golden', gradients=True)
    tf.saved_model.save(model, folder + '/model', tf.function(model.call).get_concrete_function(tf.TensorSpec([None, 4], tf.float32, 'x')))


def main(out, names):
    for name in names or MODELS:
        folder = os.path.join(out, name)
        os.makedirs(folder)
        keras.utils.set_random_seed(7)
        try:
            MODELS[name](folder)
        except Exception as e:
            raise SystemExit(f'captured: expected {name} to be recorded but was {type(e).__name__}: {e}') from e


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
