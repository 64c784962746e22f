"""Records what a model computes in Python, so that Posthorn can check that Java computes the same.

    from posthorn_capture import capture
    capture(model, inputs, "golden/")

`posthorn verify --model model.keras --golden golden/` or the JUnit kit repeat it. Needs NumPy and the Keras (2 or 3) or
TensorFlow that the model is of, nothing else. `model` is a Keras model, a signature of a SavedModel that is kept loaded
(`loaded.signatures["serving_default"]`) or any function of arrays or tensors.

Licence: Apache-2.0.
"""
import json
import os
import zipfile

import numpy as np

FORMAT = 1
SAMPLES = 64


def capture(model, inputs, directory, layers=True, gradients=False, training=None, budget=64 << 20, rtol=1e-4, atol=1e-5):
    """Writes `directory`: `case.json`, `expected.npz`, and what is asked for of `layers.npz`, `grads.npz`, `training/`.

    inputs: an array, or a list, tuple or dictionary of arrays; or a list of such, one a call, as `Calls([...])`.
    layers: also what every layer gives in the first call, in the order of computing (Keras models only).
    gradients: also the gradients of the outputs, weighted with fixed numbers, by inputs and weights (first call).
    training: {"x": ..., "y": ..., "batch_size": 32, "steps": 10, "sample_weight": None} - steps of `train_on_batch` of a
        compiled model, whose weights and optimizer are then as they were: the losses, and the weights after the last.
    budget: bytes of activations kept whole, smallest first; of larger ones 64 samples and the statistics are kept.
    rtol, atol: what Java may differ by: |java - python| <= atol + rtol * |python|.
    """
    kind = _kind(model)
    calls = [_named(model, kind, c) for c in (inputs if isinstance(inputs, Calls) else [inputs])]
    os.makedirs(directory, exist_ok=True)
    arrays, names = {}, {}
    traced = []
    for k, call in enumerate(calls):
        recorder = _Recorder(model) if layers and k == 0 and kind == 'keras' else None
        with recorder or _Nothing():
            outputs = _call(model, kind, call)
        traced = recorder.rows if recorder else traced
        for side, values in (('in', call), ('out', outputs)):
            flat = _flatten(values)
            names[side + 'puts'] = [name for name, _ in flat]
            for i, (name, value) in enumerate(flat):
                key = f'serving_default.b{k}.{side}.{name}' if kind == 'signature' else f'b{k}.{side}.{i}'
                arrays[key] = _numpy(value)
    case = {
        'golden': FORMAT,
        'id': os.path.basename(os.path.abspath(directory)),
        'made_with': _versions(),
        'model': {'kind': kind, 'name': _name(model),
                  'class': type(model).__name__},
        'tolerance': {'rtol': rtol, 'atol': atol},
        **names,
    }
    files = {'expected.npz': arrays}
    if kind == 'keras':
        case['weights'] = [{'key': key, 'shape': list(v.shape), 'dtype': _dtype(v), 'trainable': bool(v.trainable),
                            **_sketch(_numpy(v))} for key, v in _weights(model)]
    if traced:
        case['layers'], files['layers.npz'] = _activations(traced, budget)
    if gradients:
        files['grads.npz'] = _gradients(model, kind, calls[0])
    for name, content in files.items():
        _save(os.path.join(directory, name), content)
    if training:
        _training(model, training, os.path.join(directory, 'training'), case)
    _write(os.path.join(directory, 'case.json'), case)
    return directory


class Calls(list):
    """Several calls of a model, each with inputs of its own."""


# ---- models ----

def _kind(model):
    if hasattr(model, 'structured_input_signature'):
        return 'signature'
    return 'keras' if hasattr(model, 'layers') and hasattr(model, 'weights') else 'function'


def _name(model):
    name = getattr(model, 'name', getattr(model, '__name__', ''))
    return name.decode() if isinstance(name, bytes) else str(name)


def _named(model, kind, inputs):
    """Inputs as the model takes them: those of a signature by their names."""
    if kind != 'signature' or isinstance(inputs, dict):
        return inputs
    return dict(zip(sorted(model.structured_input_signature[1]), _list(inputs)))


def _call(model, kind, inputs):
    if kind == 'keras':
        return model(inputs, training=False)
    if kind == 'signature':
        import tensorflow as tf
        specs = model.structured_input_signature[1]
        return model(**{name: tf.convert_to_tensor(v, dtype=specs[name].dtype) for name, v in inputs.items()})
    return model(*inputs) if isinstance(inputs, (list, tuple)) else model(inputs)


def _list(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _flatten(values, name=''):
    """Leaves with their names, dictionaries by sorted keys, as Keras flattens them."""
    if isinstance(values, dict):
        return [leaf for key in sorted(values) for leaf in _flatten(values[key], f'{name}.{key}' if name else str(key))]
    if isinstance(values, (list, tuple)):
        return [leaf for i, v in enumerate(values) for leaf in _flatten(v, f'{name}.{i}' if name else str(i))]
    return [(name or '0', values)]


def _numpy(value):
    """An array as `.npz` holds it: text as UTF-8 bytes, types that NumPy lacks as float32."""
    if hasattr(value, 'detach'):
        value = value.detach().cpu()
    value = value.numpy() if hasattr(value, 'numpy') else value
    a = np.asarray(value)
    if a.dtype.kind in 'OU':
        flat = [s if isinstance(s, bytes) else str(s).encode() for s in a.ravel()]
        return np.array(flat, dtype='S').reshape(a.shape) if flat else np.zeros(a.shape, 'S1')
    if a.dtype.kind == 'V' or str(a.dtype).startswith(('bfloat16', 'float8')):
        return a.astype(np.float32)
    return a


def _dtype(v):
    return getattr(v.dtype, 'name', str(v.dtype))


def _weights(model):
    """The weights with their keys: the path in Keras 3, the name in Keras 2; a second of the same key gets #1."""
    seen, keyed = {}, []
    for v in model.weights:
        key = getattr(v, 'path', None) or v.name.split(':')[0]
        n = seen.get(key, 0)
        seen[key] = n + 1
        keyed.append((key if n == 0 else f'{key}#{n}', v))
    return keyed


def _versions():
    import sys
    names = ('keras', 'tf_keras', 'tensorflow', 'torch', 'jax', 'numpy')
    return {n: getattr(sys.modules[n], '__version__', '') for n in names if n in sys.modules}


def _sketch(a):
    """The statistics of numbers and some of them."""
    if a.dtype.kind not in 'fiub' or not a.size:
        return {}
    a = a.astype(np.float64).ravel()
    at = [j * a.size // SAMPLES for j in range(SAMPLES)]
    return {'mean': float(a.mean()), 'std': float(a.std()), 'absmax': float(np.abs(a).max()), 'samples': a[at].tolist()}


# ---- activations ----

class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class _Recorder:
    """Notes what each layer gets and gives while a model is called.

    A layer's path is the names of the models and layers around it. What a layer gets is mostly what another gave: it is
    noted by that one's key, `<row>.<output>`, and kept as `<row>.in.<i>` only where nobody gave it.
    """

    def __init__(self, model):
        self.model = model
        self.rows = []
        self.keys = {}
        self.alive = []
        self.closed = False  # inside of a layer that calls others step by step
        self.path = []
        self.patched = []

    def __enter__(self):
        for layer in self._all(self.model, set()):
            self._patch(layer)
        return self

    def _all(self, layer, seen):
        for child in getattr(layer, '_flatten_layers', lambda **_: [])(include_self=False, recursive=False):
            if id(child) not in seen:
                seen.add(id(child))
                yield child
                yield from self._all(child, seen)

    def _patch(self, layer):
        call = layer.call

        def recorded(*args, **kwargs):
            if self.closed:
                return call(*args, **kwargs)
            self.path.append(layer.name)
            self.closed = hasattr(layer, 'cell') or type(layer).__name__ == 'TimeDistributed'
            begun = len(self.rows)
            got = [v for _, v in _flatten([list(args), kwargs]) if hasattr(v, 'shape') and hasattr(v, 'dtype')]
            got = [(self.keys.get(id(v)), v) for v in got]
            try:
                y = call(*args, **kwargs)
            finally:
                path = '/'.join(self.path)
                self.path.pop()
                self.closed = False
            leaves = [v for _, v in _flatten(y) if hasattr(v, 'shape')]
            n = len(self.rows)
            for i, v in enumerate(leaves):
                self.keys.setdefault(id(v), f'{n}.{i}')
            self.alive += [v for _, v in got] + leaves
            self.rows.append({'path': path, 'class': type(layer).__name__, 'inside': n - begun,
                              'got': [(key, None if key else _numpy(v)) for key, v in got],
                              'values': [_numpy(v) for v in leaves]})
            return y

        recorded.__signature__ = _signature(call)
        self.patched.append((layer, 'call' in vars(layer), vars(layer).get('call')))
        object.__setattr__(layer, 'call', recorded)

    def __exit__(self, *_):
        for layer, own, call in self.patched:
            if own:
                object.__setattr__(layer, 'call', call)
            else:
                object.__delattr__(layer, 'call')
        return False


def _signature(call):
    import inspect
    return inspect.signature(call)


def _activations(rows, budget):
    """The table of layers and their arrays: `<n>.<i>` of row n, whole or as samples."""
    sizes = sorted((v.nbytes, n, i) for n, row in enumerate(rows) for i, v in enumerate(row['values']))
    whole, spent = set(), 0
    for size, n, i in sizes:
        spent += size
        if spent <= budget:
            whole.add((n, i))
    table, arrays, calls = [], {}, {}
    for n, row in enumerate(rows):
        call = calls.get(row['path'], 0)
        calls[row['path']] = call + 1
        outputs, inputs = [], []
        for i, (key, v) in enumerate(row['got']):
            if key is None and v.nbytes <= budget:
                key = f'{n}.in.{i}'
                arrays[key] = v
            inputs.append(key)
        for i, v in enumerate(row['values']):
            entry = {'shape': list(v.shape), 'dtype': str(v.dtype), 'kept': 'whole' if (n, i) in whole else 'samples'}
            if v.dtype.kind in 'fiub' and v.size:
                a = v.astype(np.float64)
                entry.update(mean=float(a.mean()), std=float(a.std()), absmax=float(np.abs(a).max()))
            if (n, i) in whole:
                arrays[f'{n}.{i}'] = v
            else:
                at = [j * v.size // SAMPLES for j in range(SAMPLES)]
                arrays[f'{n}.{i}'] = v.ravel()[at]
            outputs.append(entry)
        table.append({'path': row['path'], 'class': row['class'], 'call': call, 'inside': row['inside'],
                      'inputs': inputs, 'outputs': outputs})
    return table, arrays


# ---- gradients ----

def _cotangent(shape, i):
    """Fixed numbers from -1 to 1 in no order."""
    n = int(np.prod(shape, dtype=np.int64))
    return (((np.arange(n, dtype=np.int64) + 31 * i) * 7919 % 2003) / 1001.5 - 1).astype(np.float32).reshape(shape)


def _gradients(model, kind, inputs):
    import tensorflow as tf
    flat = _flatten(inputs)
    tensors = [tf.convert_to_tensor(v) for _, v in flat]
    weights = [(k, v) for k, v in _weights(model) if v.trainable] if kind == 'keras' else []
    arrays = {}
    with tf.GradientTape() as tape:
        for t in tensors:
            if t.dtype.is_floating:
                tape.watch(t)
        rest = iter(tensors)
        outputs = _flatten(_call(model, kind, _rebuild(inputs, rest)))
        loss = 0.0
        for i, (_, y) in enumerate(outputs):
            y = tf.convert_to_tensor(y)
            if y.dtype.is_floating:
                arrays[f'cot.{i}'] = _cotangent(y.shape, i)
                loss += tf.reduce_sum(tf.cast(y, tf.float32) * arrays[f'cot.{i}'])
    sources = [t for t in tensors if t.dtype.is_floating]
    variables = [getattr(v, 'value', v) if not callable(getattr(v, 'value', v)) else v for _, v in weights]
    got = tape.gradient(loss, sources + variables)
    arrays['loss'] = _numpy(loss)
    for (i, t), g in zip([(i, t) for i, t in enumerate(tensors) if t.dtype.is_floating], got):
        if g is not None:
            arrays[f'd.in.{i}'] = _numpy(tf.convert_to_tensor(g))
    for (key, _), g in zip(weights, got[len(sources):]):
        if g is not None:
            arrays[f'd.w.{key}'] = _numpy(tf.convert_to_tensor(g))
    return arrays


def _rebuild(values, leaves):
    if isinstance(values, dict):
        return {k: v for k, v in ((k, _rebuild(values[k], leaves)) for k in sorted(values))}
    if isinstance(values, (list, tuple)):
        return type(values)(_rebuild(v, leaves) for v in values)
    return next(leaves)


# ---- training ----

def _training(model, t, directory, case):
    os.makedirs(directory, exist_ok=True)
    x, y, weight = t['x'], t['y'], t.get('sample_weight')
    size, steps = t.get('batch_size', 32), t.get('steps', 10)
    rows = len(_flatten(x)[0][1])
    before = [np.array(w) for w in model.get_weights()]
    optimizer = _built(model)
    state = [np.array(_numpy(v)) for v in optimizer]
    data = {f'{side}.{name}': np.asarray(v) for side, values in (('x', x), ('y', y)) for name, v in _flatten(values)}
    if weight is not None:
        data['sample_weight.0'] = np.asarray(weight)
    traces = {}
    per_epoch = -(-rows // size)
    for k in range(steps):
        at = slice(k % per_epoch * size, min(rows, (k % per_epoch + 1) * size))
        model.reset_metrics()
        logs = model.train_on_batch(_take(x, at), _take(y, at), None if weight is None else weight[at], return_dict=True)
        for name, value in logs.items():
            traces.setdefault('step.' + name, []).append(np.float32(value))
    arrays = {name: np.array(values, np.float32) for name, values in traces.items()}
    for key, v in _weights(model):
        arrays['final.w.' + key] = _numpy(v)
    model.set_weights(before)
    for v, value in zip(optimizer, state):
        v.assign(value)
    _save(os.path.join(directory, 'data.npz'), data)
    _save(os.path.join(directory, 'expected.npz'), arrays)
    _write(os.path.join(directory, 'case.json'), {
        'golden': FORMAT, 'id': case['id'] + '/training', 'tolerance': case['tolerance'], 'batch_size': size,
        'steps': steps, 'weights': case['weights']})


def _built(model):
    """The variables of the optimizer, which has them from here on."""
    optimizer = model.optimizer
    if not getattr(optimizer, 'built', False):
        optimizer.build(model.trainable_variables)
    variables = optimizer.variables
    return list(variables() if callable(variables) else variables)


def _take(values, at):
    return _rebuild(values, iter([np.asarray(v)[at] for _, v in _flatten(values)]))


# ---- files ----

def _save(path, arrays):
    """An `.npz` whose names may hold any character; whole or not at all."""
    part = path + '.part'
    with zipfile.ZipFile(part, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays.items():
            with z.open(name + '.npy', 'w', force_zip64=True) as f:
                np.lib.format.write_array(f, np.ascontiguousarray(a).reshape(np.shape(a)), allow_pickle=False)
    os.replace(part, path)


def _write(path, content):
    part = path + '.part'
    with open(part, 'w', encoding='utf-8') as f:
        json.dump(content, f, indent=1)
        f.write('\n')
    os.replace(part, path)
