"""The ops of TensorFlow: tensorflow_ops.txt beside this file.

    ../.oracle-venv/bin/python tensorflow_ops.py PEERS.json

A line an op of `tf.raw_ops`: its name; G where Python registers a gradient, else -; a letter for each other runtime that
imports it: D DL4J, J TensorFlow.js, O tf2onnx, T tract. PEERS.json holds the names that each of them has in its source.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf
from tensorflow.python.framework import ops

PEERS = {"dl4j": "D", "tfjs": "J", "tf2onnx": "O", "tract": "T"}


def main(peers):
    imports = json.loads(pathlib.Path(peers).read_text())
    gradients = ops.gradient_registry.list()
    lines = [f"# TensorFlow {tf.__version__}; see tensorflow_ops.py"]
    for name in sorted(n for n in dir(tf.raw_ops) if n[0].isupper()):
        letters = "".join(letter for peer, letter in PEERS.items() if name in imports[peer])
        lines.append(f"{name} {'G' if name in gradients else '-'} {letters}".rstrip())
    pathlib.Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
