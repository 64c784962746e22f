"""Writes other people's digits, to fine-tune the network of this folder on: handwriting.npz.

    python handwriting.py           (needs scikit-learn, which brings the digits along)

1,200 of the pictures of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak; UCI Machine Learning Repository,
CC BY 4.0) are 8x8 counts of black pixels, 0 to 16. They are enlarged to the 28x28 of the network; `x`, `y` are 800 for
training, `x_test`, `y_test` the 400 after them.
"""
from pathlib import Path

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits

HERE = Path(__file__).resolve().parent
TRAIN, TEST = 800, 400

digits = load_digits()
large = np.stack([ndimage.zoom(image, 3.0, order=1).round() * 255 / 16 for image in digits.images])
x = np.zeros((len(large), 28, 28), "uint8")
x[:, 2:26, 2:26] = large
y = digits.target.astype("uint8")
np.savez_compressed(HERE / "handwriting.npz", x=x[:TRAIN], y=y[:TRAIN], x_test=x[TRAIN:TRAIN + TEST],
                    y_test=y[TRAIN:TRAIN + TEST])
