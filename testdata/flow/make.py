"""Makes small.keras, the model that docs/flow.md follows: a convolution, its normalisation, a pool, a classifier."""

import keras

keras.utils.set_random_seed(1)
x = inputs = keras.Input((8, 8, 1), name="image")
x = keras.layers.Conv2D(4, 3, use_bias=False, name="conv")(x)
x = keras.layers.BatchNormalization(name="norm")(x)
x = keras.layers.ReLU(name="relu")(x)
x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
x = keras.layers.Dense(3, activation="softmax", name="classes")(x)
model = keras.Model(inputs, x, name="small")
for variable in model.get_layer("norm").weights:
    if "variance" not in variable.name:
        variable.assign_add(0.1 * keras.random.normal(variable.shape, seed=2))
model.save("small.keras")
