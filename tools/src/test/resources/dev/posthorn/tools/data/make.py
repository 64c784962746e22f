"""Writes pictures of every kind, and what Keras's load_img makes of them (loaded.npz, keys <file>/<mode>[/<resize>])."""
import pathlib

import keras
import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
rgb = rng.integers(0, 256, (5, 7, 3), np.uint8)
grey = rng.integers(0, 256, (5, 7), np.uint8)
smooth = np.add.outer(np.add.outer(np.arange(24) * 6, np.arange(32) * 3), [0, 20, 10]).astype(np.uint8)
alpha = rng.integers(0, 256, (5, 7), np.uint8)

pictures = {
    "rgb.png": Image.fromarray(rgb),
    "rgba.png": Image.fromarray(np.dstack([rgb, alpha])),
    "grey.png": Image.fromarray(grey),
    "grey_alpha.png": Image.fromarray(np.dstack([grey, alpha]), "LA"),
    "palette.png": Image.fromarray(rgb).quantize(16),
    "one_bit.png": Image.fromarray(grey).convert("1"),
    "rgb.bmp": Image.fromarray(rgb),
    "palette.gif": Image.fromarray(rgb).quantize(16),
    "smooth.jpg": Image.fromarray(smooth),
    "grey.jpg": Image.fromarray(smooth[..., 0]),
}
loaded = {}
for name, picture in pictures.items():
    picture.save(here / name, **({"quality": 95} if name.endswith("jpg") else {}))
    for mode in ("grayscale", "rgb", "rgba"):
        load = lambda **kw: keras.utils.img_to_array(
            keras.utils.load_img(here / name, color_mode=mode, **kw), dtype="uint8")
        loaded[f"{name}/{mode}"] = load()
        if name in ("rgb.png", "grey.png"):
            for how in ("nearest", "bilinear"):
                for size in ((3, 4), (11, 9), (5, 16)):
                    loaded[f"{name}/{mode}/{how}/{size[0]}x{size[1]}"] = load(target_size=size, interpolation=how)
Image.fromarray(grey.astype(np.uint16) * 257).save(here / "grey16.png")
np.savez_compressed(here / "loaded.npz", **loaded)
