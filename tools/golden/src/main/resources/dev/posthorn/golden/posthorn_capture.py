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
import shutil
import zipfile

import numpy as np

FORMAT = 1
SAMPLES = 64
SHAKES = 3


def capture(model, inputs, directory, layers=True, gradients=False, training=None, budget=64 << 20, rtol=None, atol=None,
            signature='serving_default'):
    """Writes `directory`: `case.json`, `expected.npz`, and what is asked for of `layers.npz`, `grads.npz`, `training/`.

    inputs: an array, or a list, tuple or dictionary of arrays; or several calls, as `Calls([...])`.
    layers: also what every layer gives in the first call, in the order of computing (Keras models only).
    gradients: also the gradients of the outputs, weighted with fixed numbers, by inputs and weights (first call).
    training: {"x": ..., "y": ..., "batch_size": 32, "steps": 10, "sample_weight": None} - steps of `train_on_batch` of a
        compiled model: its losses, metrics and weights.
    budget: bytes of activations (and, apart, of weights of steps) that are kept whole, smallest first; of larger ones 64
        samples and the statistics are kept, or the statistics alone.
    rtol, atol: what Java may differ by: |java - python| <= atol + rtol * |python|. By default 1e-4 and 1e-5, or what layers
        that compute in 16 bits round by.
    signature: the name of the signature, where the model is one of a SavedModel.

    The model, its states and its optimizer are afterwards as they were. What was in the directory before is replaced when
    all is recorded; model files in it stay.
    """
    kind = _kind(model)
    if training and (kind != 'keras' or getattr(model, 'optimizer', None) is None):
        raise ValueError(f'capture: expected a compiled Keras model to train but was a {kind}, at {_name(model)!r}'
                         if kind != 'keras' else
                         f'capture: expected a compiled model to train but was one without optimizer, at {_name(model)!r}')
    calls = [_given(model, kind, c) for c in (inputs if isinstance(inputs, Calls) else [inputs])]
    if not calls:
        raise ValueError('capture: expected at least one call but was none, at inputs')
    arrays, names, traced = {}, {}, []
    state = _State(model, kind)
    for k, call in enumerate(calls):
        recorder = _Recorder(model) if layers and k == 0 and kind == 'keras' else None
        with recorder or _Nothing():
            outputs = _call(model, kind, call)
        traced = recorder.rows if recorder else traced
        for side, values in (('in', call), ('out', outputs)):
            flat = _flatten(values)
            names[side + 'puts'] = [{'name': name, 'dtype': _dtype(value)} for name, value in flat]
            for i, (name, value) in enumerate(flat):
                key = f'{signature}.b{k}.{side}.{name}' if kind == 'signature' else f'b{k}.{side}.{i}'
                arrays[key] = _numpy(value)
                mask = getattr(value, '_keras_mask', None) if side == 'out' and kind == 'keras' else None
                if mask is not None:
                    arrays[f'b{k}.mask.{i}'] = _numpy(mask)
    state.restore()
    coarse, place = _coarse(model, kind, outputs)
    case = {
        'golden': FORMAT,
        'id': os.path.basename(os.path.abspath(directory)),
        'made_with': _versions(),
        'model': {'kind': kind, 'name': _name(model), 'class': type(model).__name__},
        'tolerance': {'rtol': coarse or 1e-4 if rtol is None else rtol, 'atol': coarse or 1e-5 if atol is None else atol},
        **names,
    }
    files = {'expected.npz': arrays}
    if kind == 'keras':
        case['weights'] = [{'key': key, 'shape': list(v.shape), 'dtype': _dtype(v), 'trainable': bool(v.trainable),
                            **_sketch(_numpy(v))} for key, v in _weights(model)]
    if traced:
        case['layers'], files['layers.npz'] = _activations(traced, budget)
    if gradients:
        files['grads.npz'] = _gradients(model, kind, calls[0], signature)
        state.restore()
    trained = _training(model, training, case, state, budget, place) if training else None
    state.restore()
    _replace(directory, files, case, trained)
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


def _given(model, kind, inputs):
    """Inputs as the model takes them: those of a signature by their names, numbers of Python as NumPy has them."""
    if kind == 'signature' and not isinstance(inputs, dict):
        names = sorted(model.structured_input_signature[1])
        if len(_list(inputs)) != len(names):
            raise ValueError(f'capture: expected inputs {names} but was {len(_list(inputs))}, at {_name(model)!r}')
        inputs = dict(zip(names, _list(inputs)))
    flat = _flatten(inputs)
    if any(np.ndim(v) == 0 and not hasattr(v, 'shape') for _, v in flat):
        raise ValueError('capture: expected an array, or a list or dictionary of arrays, but was a structure of numbers, '
                         'at inputs')
    wide = [str(getattr(t, 'dtype', '')) for t in getattr(model, 'inputs', None) or []] if kind == 'keras' else ['float64']
    leaves = []
    for _, v in flat:
        v = np.asarray(v) if not hasattr(v, 'dtype') else v
        narrow = kind == 'keras' and isinstance(v, np.ndarray) and v.dtype == np.float64 and 'float64' not in str(wide)
        leaves.append(v.astype(np.float32) if narrow else v)
    return _rebuild(inputs, iter(leaves))


def _call(model, kind, inputs):
    inputs = _rebuild(inputs, iter([_text(v) for _, v in _flatten(inputs)]))
    if kind == 'keras':
        return model(inputs, training=False)
    if kind == 'signature':
        import tensorflow as tf
        specs = model.structured_input_signature[1]
        if set(specs) != set(inputs):
            raise ValueError(f'capture: expected inputs {sorted(specs)} but was {sorted(inputs)}, at {_name(model)!r}')
        return model(**{name: tf.convert_to_tensor(v, dtype=specs[name].dtype) for name, v in inputs.items()})
    return model(*inputs) if isinstance(inputs, (list, tuple)) else model(inputs)


def _text(value):
    """Text as a tensor of TensorFlow, which models take."""
    if getattr(getattr(value, 'dtype', None), 'kind', '') not in ('O', 'U', 'S'):
        return value
    import tensorflow as tf
    return tf.constant(_numpy(value).tolist(), tf.string, value.shape)


class _State:
    """All that calls and training change of a model."""

    def __init__(self, model, kind):
        found = list(getattr(model, 'variables', None) or []) if kind == 'keras' else []
        for layer in _Recorder.below(model) if kind == 'keras' else []:
            states = getattr(layer, 'states', None) if getattr(layer, 'stateful', False) else None
            found += [v for _, v in _flatten(states or []) if hasattr(v, 'assign')]
        self.model = model
        self.variables = list({id(v): v for v in found}.values())
        self.values = [np.array(_numpy(v)) for v in self.variables]

    def restore(self):
        for v, value in zip(self.variables, self.values):
            v.assign(value)

    def shake(self, place, way):
        """Every weight off by a last place, up or down, each way in another pattern."""
        for v, value in zip(self.variables, self.values):
            if value.dtype.kind == 'f':
                sign = np.where((np.arange(value.size) + 101 * way) * 7919 % 2003 % 2 == 0, 1, -1).reshape(value.shape)
                v.assign((value * (1 + sign * place)).astype(value.dtype))


def _coarse(model, kind, outputs):
    """What rounding in 16 bits may make, 0 where nothing is computed so; and the last place of what is computed in."""
    names = {_dtype(v) for _, v in _flatten(outputs)}
    for layer in _Recorder.below(model) if kind == 'keras' else []:
        names.add(str(getattr(layer, 'compute_dtype', '')))
    return (5e-2, 2 ** -7) if 'bfloat16' in names else (5e-3, 2 ** -10) if 'float16' in names else (0, 2 ** -23)


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
    dtype = getattr(v, 'dtype', '')
    name = str(getattr(dtype, 'name', dtype)).replace('torch.', '')
    return 'string' if getattr(dtype, 'kind', '') in ('O', 'U', 'S') else name


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


def _statistics(a):
    """Mean, spread and largest magnitude of numbers, of those that are finite."""
    if a.dtype.kind not in 'fiubc' or not a.size:
        return {}
    v = np.abs(a) if a.dtype.kind == 'c' else a.astype(np.float64)
    finite = v[np.isfinite(v)]
    if not finite.size:
        return {'absmax': 0.0}
    whole = finite.size == v.size and a.dtype.kind != 'c'
    return {**({'mean': float(finite.mean()), 'std': float(finite.std())} if whole else {}),
            'absmax': float(np.abs(finite).max())}


def _samples(a):
    return a.ravel()[[j * a.size // SAMPLES for j in range(SAMPLES)]]


def _sketch(a):
    """The statistics of numbers and some of them."""
    if a.dtype.kind not in 'fiub' or not a.size:
        return {}
    return {**_statistics(a), 'samples': [v if np.isfinite(v) else 0.0 for v in _samples(a.astype(np.float64)).tolist()]}


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
        for layer in self.below(self.model):
            self._patch(layer)
        return self

    @staticmethod
    def below(model, seen=None):
        """The layers in a model, and in these, each once."""
        seen = set() if seen is None else seen
        for child in getattr(model, '_flatten_layers', lambda **_: [])(include_self=False, recursive=False):
            if id(child) not in seen:
                seen.add(id(child))
                yield child
                yield from _Recorder.below(child, seen)

    def _patch(self, layer):
        call = layer.call

        def recorded(*args, **kwargs):
            if self.closed:
                return call(*args, **kwargs)
            self.path.append(layer.name)
            self.closed = hasattr(layer, 'cell') or type(layer).__name__ == 'TimeDistributed'
            begun = len(self.rows)
            masks = [v for name in kwargs if name == 'mask' for _, v in _flatten(kwargs[name])]
            rest = {name: v for name, v in kwargs.items() if not name.endswith('mask') or name == 'attention_mask'}
            got = [v for _, v in _flatten([list(args), rest]) if hasattr(v, 'shape') and hasattr(v, 'dtype')]
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
                              'masks': [None if m is None else _numpy(m) for m in masks],
                              'dtypes': [_dtype(v) for v in leaves], 'values': [_numpy(v) for v in leaves]})
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
    kept, spent = {}, 0
    for size, n, i in sizes:
        some = min(size, SAMPLES * rows[n]['values'][i].itemsize)
        kept[n, i] = 'whole' if spent + size <= budget else 'samples' if spent + some <= budget else 'statistics'
        spent += {'whole': size, 'samples': some, 'statistics': 0}[kept[n, i]]
    table, arrays, calls = [], {}, {}
    for n, row in enumerate(rows):
        call = calls.get(row['path'], 0)
        calls[row['path']] = call + 1
        outputs, inputs, masks = [], [], []
        for i, (key, v) in enumerate(row['got']):
            if key is None and v.nbytes <= budget:
                key = f'{n}.in.{i}'
                arrays[key] = v
            inputs.append(key)
        for i, m in enumerate(row['masks']):
            masks.append(None if m is None else f'{n}.mask.{i}')
            if m is not None:
                arrays[f'{n}.mask.{i}'] = m
        for i, v in enumerate(row['values']):
            how = kept[n, i]
            outputs.append({'shape': list(v.shape), 'dtype': row['dtypes'][i], 'kept': how, **_statistics(v)})
            if how != 'statistics':
                arrays[f'{n}.{i}'] = v if how == 'whole' else _samples(v)
        table.append({'path': row['path'], 'class': row['class'], 'call': call, 'inside': row['inside'],
                      'inputs': inputs, 'masks': masks, 'outputs': outputs})
    return table, arrays


# ---- gradients ----

def _cotangent(shape, i):
    """Fixed numbers from -1 to 1 in no order."""
    n = int(np.prod(shape, dtype=np.int64))
    return (((np.arange(n, dtype=np.int64) + 31 * i) * 7919 % 2003) / 1001.5 - 1).astype(np.float32).reshape(shape)


def _gradients(model, kind, inputs, signature):
    """Of a sum of the outputs, each weighted with fixed numbers."""
    try:
        import tensorflow as tf
    except ImportError as e:
        raise ValueError(f'capture: expected TensorFlow, for gradients, but was {_versions()}') from e
    prefix = signature + '.' if kind == 'signature' else ''
    flat = _flatten(inputs)
    tensors = [tf.convert_to_tensor(_text(v)) for _, v in flat]
    weights = [(k, v) for k, v in _weights(model) if v.trainable] if kind == 'keras' else []
    arrays = {}
    with tf.GradientTape() as tape:
        for t in tensors:
            if t.dtype.is_floating:
                tape.watch(t)
        rest = iter(tensors)
        outputs = _flatten(_call(model, kind, _rebuild(inputs, rest)))
        loss = 0.0
        for i, (name, y) in enumerate(outputs):
            y = tf.convert_to_tensor(y)
            if y.dtype.is_floating:
                factor = _cotangent(y.shape, i)
                arrays[f'{prefix}cot.{name if prefix else i}'] = factor
                loss += tf.reduce_sum(tf.cast(y, tf.float32) * factor)
    sources = [t for t in tensors if t.dtype.is_floating]
    variables = [getattr(v, 'value', v) if not callable(getattr(v, 'value', v)) else v for _, v in weights]
    got = tape.gradient(loss, sources + variables)
    arrays['loss'] = _numpy(loss)
    floating = [(name if prefix else i) for i, ((name, _), t) in enumerate(zip(flat, tensors)) if t.dtype.is_floating]
    for name, g in zip(floating, got):
        if g is not None:
            arrays[f'{prefix}d.in.{name}'] = _numpy(tf.convert_to_tensor(g))
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

def _training(model, t, case, state, budget, place):
    """Some steps; and by how much they differ, at most, in `SHAKES` repetitions in which every weight begins with another last
    place of what layers compute in: so much rounding alone makes."""
    for side in ('x', 'y'):
        if side not in t:
            raise ValueError(f'capture: expected x and y but was {sorted(t)}, at training')
    x, y, weight = t['x'], t['y'], t.get('sample_weight')
    size, steps = t.get('batch_size', 32), t.get('steps', 10)
    optimizer = _built(model)
    before = [np.array(_numpy(v)) for v in optimizer]
    data = {f'{side}.{name}': _numpy(v) for side, values in (('x', x), ('y', y)) for name, v in _flatten(values)}
    if weight is not None:
        data['sample_weight.0'] = np.asarray(weight)
    data.update({f'seed.{key}': np.array(_numpy(v)) for key, v in _seeds(model)})
    whole = sum(_numpy(v).nbytes for v in model.weights) * steps <= budget
    arrays = _steps(model, x, y, weight, size, steps, whole)
    noise = {}
    for way in range(SHAKES):
        state.restore()
        state.shake(place, way)
        for v, value in zip(optimizer, before):
            v.assign(value)
        for key, value in _steps(model, x, y, weight, size, steps, whole).items():
            off = np.abs(arrays[key].astype(np.float64) - value)
            off = np.where(np.isfinite(off), off, 0).astype(np.float32)
            off = off.reshape(steps, -1).max(1) if key.startswith('step.') else off.max(initial=0)
            noise['noise.' + key] = np.maximum(noise.get('noise.' + key, 0), off)
    arrays.update(noise)
    for v, value in zip(optimizer, before):
        v.assign(value)
    described = {'golden': FORMAT, 'id': case['id'] + '/training', 'tolerance': case['tolerance'], 'batch_size': size,
                 'steps': steps, 'weights': case['weights']}
    return {'data.npz': data, 'expected.npz': arrays}, described


def _steps(model, x, y, weight, size, steps, whole):
    """`step.<metric>`, a row each step; `after<k>.w.<key>` from k = 1, of the first step or all; `final.w.<key>`."""
    rows = len(_flatten(x)[0][1])
    per_epoch = -(-rows // size)
    arrays, traces = {}, {}
    for k in range(steps):
        at = slice(k % per_epoch * size, min(rows, (k % per_epoch + 1) * size))
        model.reset_metrics()
        logs = model.train_on_batch(_take(x, at), _take(y, at), None if weight is None else weight[at], return_dict=True)
        for name, value in logs.items():
            traces.setdefault('step.' + name, []).append(np.asarray(value, np.float32))
        if k == steps - 1 or whole or k == 0:
            prefix = 'final.w.' if k == steps - 1 else f'after{k + 1}.w.'
            arrays.update({prefix + key: np.array(_numpy(v)) for key, v in _weights(model)})
    return {**{name: np.stack(values) for name, values in traces.items()}, **arrays}


def _seeds(model, path=''):
    """The states of random generators by the paths of their layers: model files do not hold them."""
    for layer in getattr(model, '_flatten_layers', lambda **_: [])(include_self=False, recursive=False):
        for generator in getattr(layer, '_seed_generators', []):
            yield f'{path}{layer.name}', generator.state
        yield from _seeds(layer, f'{path}{layer.name}/')


def _built(model):
    """The variables of the optimizer, which has them from here on."""
    optimizer = model.optimizer
    if not getattr(optimizer, 'built', False):
        if hasattr(optimizer, 'build'):
            optimizer.build(model.trainable_variables)
        else:  # of Keras 2 before 2.11
            optimizer._create_all_weights(model.trainable_variables)
    variables = optimizer.variables
    return list(variables() if callable(variables) else variables)


def _take(values, at):
    return _rebuild(values, iter([_text(np.asarray(v)[at]) for _, v in _flatten(values)]))


# ---- files ----

WRITTEN = ('case.json', 'expected.npz', 'layers.npz', 'grads.npz', 'training')


def _replace(directory, files, case, trained):
    """Writes all beside the directory and then puts it there, what says that it is whole last."""
    part = os.path.abspath(directory) + '.part'
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    try:
        for name, content in files.items():
            _save(os.path.join(part, name), content)
        if trained:
            os.mkdir(os.path.join(part, 'training'))
            for name, content in trained[0].items():
                _save(os.path.join(part, 'training', name), content)
            _write(os.path.join(part, 'training', 'case.json'), trained[1])
        _write(os.path.join(part, 'case.json'), case)
        os.makedirs(directory, exist_ok=True)
        for name in WRITTEN:
            old = os.path.join(directory, name)
            shutil.rmtree(old) if os.path.isdir(old) else os.path.exists(old) and os.remove(old)
        for name in reversed(WRITTEN):
            if os.path.exists(os.path.join(part, name)):
                os.replace(os.path.join(part, name), os.path.join(directory, name))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _save(path, arrays):
    """An `.npz` whose names may hold any character."""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays.items():
            with z.open(name + '.npy', 'w', force_zip64=True) as f:
                np.lib.format.write_array(f, np.ascontiguousarray(a).reshape(np.shape(a)), allow_pickle=False)


def _write(path, content):
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(content, f, indent=1, ensure_ascii=False, allow_nan=False)
        f.write('\n')
