"""The other side of tools/bench/compare.sh: makes models, and times TensorFlow and ONNX Runtime.

  bench.py prepare DIR [NAME...]                      makes DIR/NAME.keras, .h5, .savedmodel, .onnx (needs TensorFlow)
  bench.py serve tf|ort DIR NAME BATCH THREADS KIND   answers the commands that compare.py sends (KIND: predict or train)
  bench.py cold tf|ort DIR NAME                       a whole process: load, predict once

A server prints a line "ready {...}" and then, for every line "run SECONDS" that it reads, a line of JSON: medians of wall and
of processor time in milliseconds, and how many calls there were.
"""
import json
import os
import resource
import sys
import time

SHAPES = {'mobilenetv2': (224, 224, 3), 'resnet50': (224, 224, 3), 'efficientnetb0': (224, 224, 3),
          'lstm': (100, 64), 'transformer': (128, 256), 'mnist': (28, 28, 1)}
HEADS = 8


def build(name):
    import keras
    from keras import layers as L
    keras.utils.set_random_seed(1)
    applications = {'mobilenetv2': keras.applications.MobileNetV2, 'resnet50': keras.applications.ResNet50,
                    'efficientnetb0': keras.applications.EfficientNetB0}
    if name in applications:
        model = applications[name](weights=None)
        settle(model)
        return model
    if name == 'lstm':
        return keras.Sequential([L.Input(SHAPES[name]), L.LSTM(128, return_sequences=True), L.LSTM(128), L.Dense(10)])
    if name == 'mnist':
        return keras.Sequential([
            L.Input(SHAPES[name]), L.Conv2D(32, 3, activation='relu'), L.MaxPooling2D(2),
            L.Conv2D(64, 3, activation='relu'), L.MaxPooling2D(2), L.Conv2D(64, 3, activation='relu'),
            L.Flatten(), L.Dense(64, activation='relu'), L.Dense(10, activation='softmax')])
    x = i = L.Input(SHAPES[name])
    for _ in range(4):
        h = L.MultiHeadAttention(HEADS, 256 // HEADS)(x, x)
        x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, h]))
        h = L.Dense(256)(L.Dense(1024, activation='gelu')(x))
        x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, h]))
    return keras.Model(i, x)


def settle(model):
    """Gives normalisations statistics of their own, so that folding them is not folding ones and zeros."""
    import numpy as np
    r = np.random.default_rng(3)
    for layer in model.layers:
        if type(layer).__name__ == 'BatchNormalization':
            gamma, beta, mean, variance = (w.shape for w in layer.weights)
            layer.set_weights([r.uniform(0.8, 1.2, gamma), r.normal(0, 0.1, beta), r.normal(0, 0.1, mean),
                               r.uniform(0.8, 1.2, variance)])


def data(name, batch):
    """A batch that Java makes alike: see ModelBench.data."""
    import numpy as np
    n = batch * int(np.prod(SHAPES[name]))
    i = np.arange(n, dtype=np.int64)
    return ((i * 7919 % 2003) / 1001.5 - 1).astype('float32').reshape((batch,) + SHAPES[name])


# ---- ONNX, written without its package: field numbers as in onnx.proto ----

def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while True:
        out.append(n & 127 | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        import struct
        return varint(number << 3 | 5) + struct.pack('<f', value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


class Onnx:
    """A graph of float32 tensors. Convolutions keep their weights open until the end, so that what follows can be folded."""

    def __init__(self):
        self.nodes, self.weights, self.count = [], {}, 0

    def weight(self, array):
        name = f'w{len(self.weights)}'
        self.weights[name] = array
        return name

    def add(self, op, inputs, outputs=1, **attributes):
        self.count += 1
        names = [f'v{self.count}_{i}' for i in range(outputs)]
        self.nodes.append([op, list(inputs), names, attributes])
        return names[0] if outputs == 1 else names

    @staticmethod
    def attribute(name, value):
        out = field(1, name)
        if isinstance(value, float):
            return out + field(2, value) + field(20, 1)
        if isinstance(value, int):
            return out + field(3, value) + field(20, 2)
        if isinstance(value, str):
            return out + field(4, value) + field(20, 3)
        return out + b''.join(field(8, int(v)) for v in value) + field(20, 7)

    @staticmethod
    def info(name, shape):
        dims = b''.join(field(1, field(1, d)) for d in shape)
        return field(1, name) + field(2, field(1, field(1, 1) + (field(2, dims) if shape else b'')))

    def model(self, input_name, shape, output):
        graph = b''
        for op, inputs, outputs, attributes in self.nodes:
            node = b''.join(field(1, i) for i in inputs) + b''.join(field(2, o) for o in outputs) + field(4, op)
            node += b''.join(field(5, self.attribute(k, v)) for k, v in attributes.items())
            graph += field(1, node)
        graph += field(2, 'g')
        for name, array in self.weights.items():
            kind = 1 if array.dtype == 'float32' else 7
            tensor = b''.join(field(1, d) for d in array.shape) + field(2, kind) + field(8, name)
            graph += field(5, tensor + field(9, array.tobytes()))
        graph += field(11, self.info(input_name, shape)) + field(12, self.info(output, []))
        return field(1, 8) + field(7, graph) + field(8, field(1, '') + field(2, 17))


def to_onnx(name, model, batch):
    """The graph that suits ONNX Runtime best: channels first, normalisations folded."""
    import numpy as np
    f32 = lambda a: np.ascontiguousarray(a, 'float32')
    i64 = lambda *a: np.array(a, 'int64')
    g = Onnx()
    if name == 'lstm':
        x = 'x'
        for n, layer in enumerate(l for l in model.layers if type(l).__name__ == 'LSTM'):
            k, r, b = (np.asarray(w) for w in layer.get_weights())
            u = r.shape[0]
            order = np.concatenate([np.arange(u) + j * u for j in (0, 3, 1, 2)])  # i f c o → i o f c
            w = g.weight(f32(k.T[order][None]))
            rr = g.weight(f32(r.T[order][None]))
            bb = g.weight(f32(np.concatenate([b[order], np.zeros(4 * u)])[None]))
            y, h = g.add('LSTM', [x, w, rr, bb], 2, hidden_size=u)
            x = g.add('Squeeze', [y, g.weight(i64(1))]) if n == 0 else g.add('Squeeze', [h, g.weight(i64(0))])
        w, b = model.layers[-1].get_weights()
        y = g.add('Gemm', [x, g.weight(f32(w)), g.weight(f32(b))])
        return g.model('x', (100, batch, 64), y)
    made, readers, linear, pads = {}, {}, {}, {}
    for layer in model.layers:
        for node in layer._inbound_nodes:
            for t in node.input_tensors:
                readers[id(t)] = readers.get(id(t), 0) + 1

    def activate(y, fn):
        fn = getattr(fn, '__name__', fn)
        if fn == 'linear':
            return y
        if fn == 'relu':
            return g.add('Relu', [y])
        if fn == 'relu6':
            return g.add('Clip', [y, g.weight(np.float32(0).reshape(())), g.weight(np.float32(6).reshape(()))])
        if fn in ('silu', 'swish'):
            return g.add('Mul', [y, g.add('Sigmoid', [y])])
        if fn == 'sigmoid':
            return g.add('Sigmoid', [y])
        if fn == 'softmax':
            return g.add('Softmax', [y], axis=-1)
        if fn == 'gelu':
            half = g.add('Mul', [y, g.weight(np.float32(0.5).reshape(()))])
            erf = g.add('Erf', [g.add('Div', [y, g.weight(np.float32(2 ** 0.5).reshape(()))])])
            return g.add('Mul', [half, g.add('Add', [erf, g.weight(np.float32(1).reshape(()))])])
        raise ValueError(f'no activation {fn}')

    def same(size, k, s):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        return total // 2, total - total // 2

    def window(layer, x, size):
        k, s = layer.pool_size if hasattr(layer, 'pool_size') else layer.kernel_size, layer.strides
        if layer.padding == 'same':
            (t, b), (l, r) = same(size[0], k[0], s[0]), same(size[1], k[1], s[1])
        else:
            (t, b), (l, r) = pads.get(x, ((0, 0), (0, 0)))
        return {'kernel_shape': k, 'strides': s, 'pads': (t, l, b, r)}

    for layer in model.layers:
        kind = type(layer).__name__
        if kind == 'InputLayer':
            made[id(layer.output)] = 'x'
            continue
        node = layer._inbound_nodes[0]
        tensors = node.input_tensors
        ins = [made.get(id(t), 'x') for t in tensors]  # a Sequential has no layer for its input
        x = ins[0]
        weights = [np.asarray(w) for w in layer.get_weights()]
        shape = tuple(tensors[0].shape)
        if kind in ('Conv2D', 'DepthwiseConv2D'):
            depthwise = kind == 'DepthwiseConv2D'
            w = weights[0].transpose(2, 3, 0, 1) if depthwise else weights[0].transpose(3, 2, 0, 1)
            w = w.reshape((-1, 1) + w.shape[2:]) if depthwise else w
            b = weights[1] if layer.use_bias else np.zeros(w.shape[0])
            names = [g.weight(f32(w)), g.weight(f32(b))]
            group = w.shape[0] if depthwise else 1
            y = g.add('Conv', [x] + names, group=group, **window(layer, x, shape[1:3]))
            if getattr(layer.activation, '__name__', '') == 'linear' and readers.get(id(layer.output)) == 1:
                linear[y] = names
            y = activate(y, layer.activation)
        elif kind == 'BatchNormalization':
            gamma, beta, mean, variance = weights
            s = gamma / np.sqrt(variance + layer.epsilon)
            if x in linear:
                w, b = linear[x]
                g.weights[w] = f32(g.weights[w] * s[:, None, None, None])
                g.weights[b] = f32((g.weights[b] - mean) * s + beta)
                y = x
            else:
                y = g.add('Mul', [x, g.weight(f32(s.reshape(-1, 1, 1)))])
                y = g.add('Add', [y, g.weight(f32((beta - mean * s).reshape(-1, 1, 1)))])
        elif kind == 'ReLU':
            y = activate(x, 'relu6' if layer.max_value == 6 else 'relu')
        elif kind == 'Activation':
            y = activate(x, layer.activation)
        elif kind == 'ZeroPadding2D':
            y = g.add('Identity', [x])
            pads[y] = layer.padding
        elif kind == 'MaxPooling2D':
            y = g.add('MaxPool', [x], **window(layer, x, shape[1:3]))
        elif kind == 'GlobalAveragePooling2D':
            y = g.add('GlobalAveragePool', [x])
            y = y if layer.keepdims else g.add('Flatten', [y])
        elif kind == 'Add':
            y = g.add('Add', ins)
        elif kind == 'Multiply':
            y = g.add('Mul', ins)
        elif kind == 'Reshape':
            y = g.add('Reshape', [x, g.weight(i64(batch, layer.target_shape[-1], 1, 1))])
        elif kind == 'Flatten':
            y = g.add('Flatten', [g.add('Transpose', [x], perm=(0, 2, 3, 1))])
        elif kind == 'Dense':
            if len(shape) == 2:
                y = g.add('Gemm', [x, g.weight(f32(weights[0])), g.weight(f32(weights[1]))])
            else:
                y = g.add('Add', [g.add('MatMul', [x, g.weight(f32(weights[0]))]), g.weight(f32(weights[1]))])
            y = activate(y, layer.activation)
        elif kind == 'Rescaling':
            scale = np.broadcast_to(np.asarray(layer.scale, 'float32'), (shape[-1],)).reshape(-1, 1, 1)
            offset = np.broadcast_to(np.asarray(layer.offset, 'float32'), (shape[-1],)).reshape(-1, 1, 1)
            y = g.add('Add', [g.add('Mul', [x, g.weight(f32(scale))]), g.weight(f32(offset))])
        elif kind == 'Normalization':
            mean = np.asarray(layer.mean).reshape(-1, 1, 1)
            scale = 1 / np.maximum(np.sqrt(np.asarray(layer.variance)), 1e-7).reshape(-1, 1, 1)
            y = g.add('Add', [g.add('Mul', [x, g.weight(f32(scale))]), g.weight(f32(-mean * scale))])
        elif kind == 'Dropout':
            y = x
        elif kind == 'LayerNormalization':
            y = g.add('LayerNormalization', [x, g.weight(f32(weights[0])), g.weight(f32(weights[1]))], axis=-1,
                      epsilon=float(layer.epsilon))
        elif kind == 'MultiHeadAttention':
            q, qb, k, kb, v, vb, o, ob = weights
            d = q.shape[0]
            split = g.weight(i64(batch, SHAPES[name][0], HEADS, d // HEADS))

            def project(w, b, perm):
                p = g.add('Add', [g.add('MatMul', [x, g.weight(f32(w.reshape(d, d)))]), g.weight(f32(b.reshape(d)))])
                return g.add('Transpose', [g.add('Reshape', [p, split])], perm=perm)

            scores = g.add('MatMul', [project(q / np.sqrt(d // HEADS), qb / np.sqrt(d // HEADS), (0, 2, 1, 3)),
                                      project(k, kb, (0, 2, 3, 1))])
            y = g.add('MatMul', [g.add('Softmax', [scores], axis=-1), project(v, vb, (0, 2, 1, 3))])
            y = g.add('Reshape', [g.add('Transpose', [y], perm=(0, 2, 1, 3)), g.weight(i64(batch, -1, d))])
            y = g.add('Add', [g.add('MatMul', [y, g.weight(f32(o.reshape(d, d)))]), g.weight(f32(ob))])
        else:
            raise ValueError(f'no ONNX for {kind}')
        made[id(layer.output)] = y
    s = SHAPES[name]
    shape = (batch, s[2], s[0], s[1]) if len(s) == 3 else (batch,) + s
    return g.model('x', shape, made[id(model.outputs[0])])


def prepare(directory, names):
    os.makedirs(directory, exist_ok=True)
    for name in names or SHAPES:
        if os.path.exists(f'{directory}/{name}_b32.onnx'):
            continue
        model = build(name)
        model.save(f'{directory}/{name}.keras')
        model.save(f'{directory}/{name}.h5')
        model.export(f'{directory}/{name}.savedmodel', verbose=False)
        for batch in (1, 32):
            with open(f'{directory}/{name}_b{batch}.onnx', 'wb') as f:
                f.write(to_onnx(name, model, batch))


# ---- servers ----

def load_tf(directory, name, batch, threads, kind):
    os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
    import numpy as np
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras
    begin = time.perf_counter()
    model = keras.models.load_model(f'{directory}/{name}.keras', compile=False)
    loaded = time.perf_counter() - begin
    x = tf.constant(data(name, batch))
    if kind == 'predict':
        fn = tf.function(lambda v: model(v, training=False))
        return (lambda: fn(x).numpy()), loaded
    classes = model.output_shape[-1]
    labels = tf.constant(np.arange(batch) % classes)
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def step(a, b):
        with tf.GradientTape() as tape:
            value = loss(b, model(a, training=True))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value

    return (lambda: step(x, labels).numpy()), loaded


def load_ort(directory, name, batch, threads, kind):
    import numpy as np
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    begin = time.perf_counter()
    session = ort.InferenceSession(f'{directory}/{name}_b{batch}.onnx', options, providers=['CPUExecutionProvider'])
    loaded = time.perf_counter() - begin
    x = data(name, batch)
    if name == 'lstm':
        x = np.ascontiguousarray(x.transpose(1, 0, 2))
    elif x.ndim == 4:
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    return (lambda: session.run(None, {'x': x})[0]), loaded


def serve(system, directory, name, batch, threads, kind):
    import numpy as np
    call, loaded = (load_tf if system == 'tf' else load_ort)(directory, name, int(batch), int(threads), kind)
    first = np.asarray(call()).ravel()[:8].astype(float)
    print('ready', json.dumps({'load_s': loaded, 'first': first.tolist()}), flush=True)
    for line in sys.stdin:
        seconds = float(line.split()[1])
        wall, cpu, begin = [], time.process_time(), time.perf_counter()
        while time.perf_counter() - begin < seconds or not wall:
            a = time.perf_counter()
            call()
            wall.append(time.perf_counter() - a)
        cpu = (time.process_time() - cpu) / len(wall)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({'wall_ms': float(np.median(wall)) * 1e3, 'cpu_ms': cpu * 1e3,
                          'calls': len(wall), 'rss_mb': peak}), flush=True)


def cold(system, directory, name):
    if system == 'ort':
        call, _ = load_ort(directory, name, 1, 2, 'predict')
    else:
        os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
        import keras
        model = keras.models.load_model(f'{directory}/{name}.h5', compile=False)
        call = lambda: model.predict(data(name, 1), verbose=0)
    print(float(call().ravel()[0]))


if __name__ == '__main__':
    command, rest = sys.argv[1], sys.argv[2:]
    if command == 'prepare':
        os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
        prepare(rest[0], rest[1:])
    else:
        {'serve': serve, 'cold': cold}[command](*rest)
