"""The arguments of every class of keras.layers with their defaults, as signatures say them: testdata/keras_arguments.json.

    python arguments.py ../keras_arguments.json
"""
import inspect
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras


def plain(value):
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)


classes = {name: c for name, c in sorted(vars(keras.layers).items()) if inspect.isclass(c)}
arguments = {name: {p.name: "required" if p.default is p.empty else plain(p.default)
                    for p in list(inspect.signature(c.__init__).parameters.values())[1:]
                    if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)} for name, c in classes.items()}
pathlib.Path(sys.argv[1]).write_text(json.dumps(arguments, indent=0) + "\n")
