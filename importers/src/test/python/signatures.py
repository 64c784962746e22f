"""Writes signatures.txt: how the functions of keras.ops and of TensorFlow take their arguments.

    python signatures.py > ../../main/resources/dev/posthorn/keras/custom/signatures.txt

A line of keras.ops: `ops.NAME CLASS parameters | arguments of the call | options=parameters`, where a parameter may have
a default and `*p` takes all that are left; of TensorFlow: `tf.NAME parameters`. Made by reading Keras's source and TensorFlow's signatures.
"""
import ast
import inspect
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import tensorflow as tf


def functions(module):
    tree = ast.parse(inspect.getsource(module))
    classes = {c.name: [a.arg for m in c.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"
                        for a in m.args.args[1:] + m.args.kwonlyargs]
               for c in tree.body if isinstance(c, ast.ClassDef)}
    for f in tree.body:
        if not isinstance(f, ast.FunctionDef) or f.name.startswith("_"):
            continue
        params = [a.arg for a in f.args.posonlyargs + f.args.args]
        defaults = dict(zip(reversed(params), reversed(f.args.defaults)))
        if f.args.vararg:
            params.append("*" + f.args.vararg.arg)
        params += [a.arg for a in f.args.kwonlyargs]
        for node in ast.walk(f):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "symbolic_call" and isinstance(node.func.value, ast.Call)
                    and isinstance(node.func.value.func, ast.Name)):
                make = node.func.value
                init = classes.get(make.func.id, [])
                options = dict(zip(init, make.args))
                options.update({k.arg: k.value for k in make.keywords if k.arg})
                call = list(node.args) + [k.value for k in node.keywords if k.arg]
                call = ["*" + a.value.id if isinstance(a, ast.Starred) else getattr(a, "id", "?") for a in call]
                if all(a in params for a in call):
                    given = [f"{k}={v.id}" for k, v in options.items() if isinstance(v, ast.Name) and v.id in params]
                    used = {g.split("=")[1] for g in given}
                    yield f.name, make.func.id, [p + default(defaults.get(p)) * (p in used) for p in params], call, given
                break


def default(node):
    value = node.value if isinstance(node, ast.Constant) else None
    text = repr(value)
    return "" if value is None or " " in text else "=" + text


def keras_ops():
    from keras.src.ops import core, image, linalg, math, nn, numpy
    for module, prefix in ((numpy, ""), (nn, ""), (math, ""), (core, ""), (linalg, ""), (image, "image.")):
        seen = set()
        for name, cls, params, call, options in functions(module):
            public = getattr(keras.ops.image if prefix else keras.ops, name, None)
            if public is not None and name not in seen:
                seen.add(name)
                print(f"ops.{prefix}{name} {cls} {' '.join(params)} | {' '.join(call)} | {' '.join(options)}".strip())


def tensorflow():
    for prefix, module in (("", tf), ("math.", tf.math), ("nn.", tf.nn), ("linalg.", tf.linalg), ("image.", tf.image),
                           ("strings.", tf.strings), ("signal.", tf.signal)):
        for name in sorted(dir(module)):
            f = getattr(module, name)
            if name.startswith("_") or inspect.isclass(f) or inspect.ismodule(f) or not callable(f):
                continue
            try:
                params = [p.name for p in inspect.signature(f).parameters.values()
                          if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
            except (TypeError, ValueError):
                continue
            if params and params[-1] == "name":
                params = params[:-1]
            print(f"tf.{prefix}{name} {' '.join(params)}".strip())


keras_ops()
tensorflow()
