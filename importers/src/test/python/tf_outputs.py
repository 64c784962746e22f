"""Lists the outputs of TensorFlow's ops that have several output arguments, for names such as "node:indices:0".

A line an op: its name, then its output arguments; "values*N" is as many as the attribute N says, "components**Tout" as
many as the list Tout is long.

    python tf_outputs.py > ../../main/resources/dev/posthorn/tensorflow/outputs.txt
"""

import tensorflow as tf
from tensorflow.python.framework import op_def_registry


def argument(arg):
    if arg.number_attr:
        return f"{arg.name}*{arg.number_attr}"
    return f"{arg.name}**{arg.type_list_attr}" if arg.type_list_attr else arg.name


for name in sorted(n for n in dir(tf.raw_ops) if n[0].isupper()):
    op = op_def_registry.get(name)
    if op is not None and len(op.output_arg) > 1:
        print(name, *map(argument, op.output_arg))
