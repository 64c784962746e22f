"""Makes rehearsal.keras: the layers of everyday models, small. The launcher runs it once, see `posthorn rehearse`.

    python testdata/rehearsal/make.py
"""
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
import keras
from keras import layers as L

keras.utils.set_random_seed(1)
image = L.Input((28, 28, 1))
x = L.Rescaling(1 / 2)(image)
x = L.ZeroPadding2D(1)(x)
x = L.Conv2D(4, 3, use_bias=False)(x)
x = L.BatchNormalization()(x)
x = L.ReLU(6.0)(x)
y = L.DepthwiseConv2D(3, padding='same', use_bias=False)(x)
y = L.BatchNormalization()(y)
y = L.Activation('swish')(y)
s = L.GlobalAveragePooling2D()(y)
s = L.Reshape((1, 1, 4))(s)
s = L.Conv2D(4, 1, activation='sigmoid')(s)
y = L.Multiply()([y, s])
x = L.Add()([x, y])
x = L.MaxPooling2D(2)(x)
x = L.SeparableConv2D(4, 3, activation='relu')(x)
x = L.AveragePooling2D(2)(x)
x = L.Dropout(0.1)(L.Flatten()(x))
t = L.Reshape((28, 28))(image)
t = L.LayerNormalization()(t)
t = L.Add()([t, L.MultiHeadAttention(2, 4)(t, t)])
t = L.Dense(8, activation='gelu')(t)
t = L.Conv1D(4, 3)(t)
t = L.Bidirectional(L.LSTM(3, return_sequences=True))(t)
t = L.GRU(3)(t)
z = L.Dense(10, activation='softmax')(L.Concatenate()([x, t]))
keras.Model(image, z, name='rehearsal').save(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'rehearsal.keras'))
