"""The trainer's side: trains the model, saves it and records what it computes.

    posthorn capture-script > posthorn_capture.py
    python train.py
"""
import os

import keras
import numpy as np

from posthorn_capture import capture

keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../src/test/resources/golden/recommendations')

customers = rng.standard_normal((64, 6)).astype(np.float32)
bought = (customers[:, :3].sum(1) > 0).astype(np.int32) + (customers[:, 3] > 1)
model = keras.Sequential([
    keras.Input((6,), name='customer'),
    keras.layers.Dense(8, name='tastes'),
    keras.layers.BatchNormalization(name='norm'),
    keras.layers.Activation('gelu', name='bend'),
    keras.layers.Dense(3, activation='softmax', name='shelf'),
], name='recommendations')
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(customers, bought, epochs=3, verbose=0)

os.makedirs(folder, exist_ok=True)
model.save(os.path.join(folder, 'model.keras'))
capture(model, customers[:4], folder, gradients=True, training={'x': customers, 'y': bought, 'batch_size': 16, 'steps': 5})
