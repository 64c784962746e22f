"""Graphs as people write them: loops and choices of autograph, text, pictures, tables that change, functions written out."""

import tensorflow as tf

from .runner import B, Arg, Collector, Fixed, Int, N, Signature, Str, U

X = N(None, 6)
WORDS = ["one two three", "", "a b", "Ünïcode größe x", "tab\there now", "  leading", "same same same"]
v1 = tf.compat.v1


def cases():
    c = Collector("odd")
    loops(c)
    lists(c)
    texts(c)
    pictures(c)
    shapes(c)
    functions(c)
    states(c)
    return c.cases


def loops(c):
    @tf.function
    def collatz(n):
        steps = tf.zeros_like(n)
        while tf.reduce_any(n > 1):
            odd = n % 2 == 1
            n = tf.where(n <= 1, n, tf.where(odd, 3 * n + 1, n // 2))
            steps = steps + 1
        return steps

    c.op("collatz", collatz, Int(None, low=1, high=20), grads=False)

    @tf.function
    def until(x):
        total = tf.zeros([6])
        for row in x:
            if tf.reduce_sum(row) > 2.0:
                break
            if tf.reduce_sum(row) < -2.0:
                continue
            total += row
        return total

    c.op("for_break_continue", until, X)

    @tf.function
    def newton(x):
        y = tf.ones_like(x)
        for _ in tf.range(20):
            step = (y * y - x) / (2.0 * y)
            y -= step
            if tf.reduce_max(tf.abs(step)) < 1e-6:
                break
        return y

    c.op("newton", newton, U(None, 3), tol=1e-4)

    @tf.function
    def fibonacci(n):
        a, b = tf.constant(0, tf.int64), tf.constant(1, tf.int64)
        while n > 0:
            a, b, n = b, a + b, n - 1
        return a

    c.op("fibonacci", fibonacci, Int(low=3, high=40), grads=False)

    def scanned(x):
        return {"sum": tf.scan(lambda a, r: a + r, x), "right": tf.foldr(lambda a, r: 0.5 * a + r, x),
                "mapped": tf.map_fn(lambda r: (r[0], tf.reduce_max(r)), x, fn_output_signature=(tf.float32, tf.float32))[1],
                "vector": tf.vectorized_map(lambda r: tf.tensordot(r, r, 1), x)}

    c.op("scan_fold_map", scanned, X)

    @tf.function
    def nested(x):
        out = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(tf.shape(x)[0]):
            s = 0.0
            j = 0
            while j <= i:
                s += x[j, 0]
                j += 1
            out = out.write(i, s)
        return out.stack()

    c.op("nested_dynamic_array", nested, X, grads=False)

    @tf.function
    def beam(x):
        state = tf.zeros([tf.shape(x)[0], 6])
        seen = tf.TensorArray(tf.int64, size=4)
        for t in tf.range(4):
            state = tf.tanh(state @ tf.eye(6) + x)
            seen = seen.write(t, tf.argmax(state, -1))
        return tf.transpose(seen.stack()), state

    c.op("decode_loop", beam, X, grads=False)
    batched = tf.nondifferentiable_batch_function(1, 8, 10)(lambda x: tf.tanh(x) * 2.0 + 1.0)
    c.op("batched", lambda x: tf.reduce_sum(batched(x), 1), X, grads=False)
    c.op("switch_case", lambda i, x: tf.switch_case(i[0], [lambda: x, lambda: -x, lambda: tf.exp(x)], default=lambda: x * 0.0),
         Int(1, low=-1, high=5), X)
    c.op("case_ordered", lambda x: tf.case([(tf.reduce_sum(x) > 1.0, lambda: x + 1.0), (tf.reduce_sum(x) < -1.0, lambda: x - 1.0)],
                                           default=lambda: x), X)
    c.op("cond_of_shapes", lambda x: tf.cond(tf.shape(x)[0] > 2, lambda: tf.reduce_sum(x, 0, keepdims=True), lambda: x), X)


def lists(c):
    def array(x):
        ta = tf.TensorArray(tf.float32, size=tf.shape(x)[0], element_shape=[6]).unstack(x)
        back = tf.TensorArray(tf.float32, size=tf.shape(x)[0], clear_after_read=False)
        back = back.scatter(tf.range(tf.shape(x)[0])[::-1], x)
        return ta.gather([0, 1]), back.stack(), back.size()

    c.op("array_scatter_gather", array, X)

    def split(x):
        ta = tf.TensorArray(tf.float32, size=2, infer_shape=False).split(x[0], [2, 4])
        return ta.concat(), ta.read(1)

    c.op("array_split", split, X)
    raw = tf.raw_ops

    def rawlist(x):
        shape = tf.constant([6])
        a = raw.TensorListFromTensor(tensor=x, element_shape=shape)
        a = raw.TensorListResize(input_handle=a, size=4)
        b = raw.TensorListScatter(tensor=x, indices=tf.range(tf.shape(x)[0])[::-1], element_shape=shape)
        d = raw.TensorListScatterV2(tensor=x, indices=tf.range(tf.shape(x)[0]) * 2, element_shape=shape, num_elements=-1)
        f = raw.TensorListConcatLists(input_a=a, input_b=b, element_dtype=tf.float32)

        def out(h):
            return raw.TensorListStack(input_handle=h, element_shape=shape, element_dtype=tf.float32)
        return {"resized": out(a), "scattered": out(b), "gaps": out(d), "joined": out(f),
                "shape": raw.TensorListElementShape(input_handle=a, shape_type=tf.int32), "n": raw.TensorListLength(input_handle=f)}

    c.op("list_ops", rawlist, X, grads=False)


def texts(c):
    s = tf.strings

    def words(t):
        r = s.split(t)
        return {"words": r.flat_values, "lengths": r.row_lengths(), "dense": r.to_tensor("-"), "ngrams": s.ngrams(r, 2).flat_values,
                "first": r[:, :1].flat_values, "joined": s.reduce_join(r, axis=1, separator="_"), "utf": s.unicode_decode(t, "UTF-8").flat_values}

    c.op("words", words, Str(None, values=WORDS), grads=False)

    def tidy(t):
        t = s.strip(s.lower(t, encoding="utf-8"))
        t = s.regex_replace(t, r"[^a-z\s]+", "")
        t = s.regex_replace(t, r"(\w+)\s+(\w+)", r"\2 \1", replace_global=False)
        return {"text": t, "hash": s.to_hash_bucket_fast(t, 97), "long": s.length(t) > 5, "part": s.substr(t, 0, 3),
                "full": s.regex_full_match(t, r"(same ?)+"), "bytes": s.bytes_split(t).row_lengths()}

    c.op("tidy", tidy, Str(None, values=WORDS), grads=False)

    def make(seed):
        m = tf.Module()
        m.table = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(["one", "two", "same"], tf.constant([0, 1, 2], tf.int64)), 3)

        def call(t):
            ids = tf.ragged.map_flat_values(m.table.lookup, s.split(t))
            return {"ids": ids.flat_values, "bag": tf.math.bincount(tf.cast(ids.to_tensor(5), tf.int32), minlength=6, axis=-1)}
        return m, {"serving_default": Signature(call, {"t": Str(None, values=WORDS)})}
    c.module("vocabulary", make, grads=False)
    c.op("numbers_of_text", lambda t: (s.to_number(t), s.as_string(s.to_number(t), precision=2), s.to_number(t, tf.float64)),
         Str(None, values=["1", "-2.5", "3e4", "007"]), grads=False)
    c.op("format", lambda x: s.join([s.as_string(tf.cast(x[:, 0] * 10, tf.int32)), "px"], separator=" "), X, grads=False)

    def examples(serialized):
        f = tf.io.parse_example(serialized, {"a": tf.io.FixedLenFeature([2], tf.float32, [0.5, 1.5]), "b": tf.io.VarLenFeature(tf.int64),
                                             "c": tf.io.RaggedFeature(tf.string), "d": tf.io.FixedLenSequenceFeature([], tf.int64, True)})
        return {"a": f["a"], "b": tf.sparse.to_dense(f["b"], -1), "c": f["c"].to_tensor("?"), "d": f["d"]}

    def example(**kw):
        def feature(v):
            if isinstance(v[0], float):
                return tf.train.Feature(float_list=tf.train.FloatList(value=v))
            if isinstance(v[0], int):
                return tf.train.Feature(int64_list=tf.train.Int64List(value=v))
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=v))
        return tf.train.Example(features=tf.train.Features(feature={k: feature(v) for k, v in kw.items()})).SerializeToString(deterministic=True)

    three = [example(a=[1.0, 2.0], b=[3], c=[b"x", b"yy"]), example(b=[4, 5], d=[7, 8, 9]), example(a=[-1.0, 0.0], c=[b"z"], d=[1])]
    c.op("estimator_examples", examples, Fixed(three, "string"), grads=False)


def pictures(c):
    im = tf.image

    def prepared(x):
        x = im.convert_image_dtype(x, tf.float32)
        x = im.central_crop(x, 0.75)
        x = im.resize(x, [7, 9], antialias=True)
        return (x - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]

    c.op("prepared", prepared, Int(None, 12, 16, 3, low=0, high=255, dtype="uint8"), grads=False, tol=1e-4)
    c.op("resized_and_padded", lambda x: (im.resize_with_pad(x, 10, 10), im.resize_with_crop_or_pad(x, 5, 20)), N(None, 8, 12, 3), tol=1e-4)
    c.op("boxes", lambda x: (im.crop_and_resize(x, [[0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]], [0, 1], [4, 4]), im.flip_left_right(x), im.rot90(x)),
         N(None, 8, 8, 2), tol=1e-4)
    c.op("colours", lambda x: (im.rgb_to_hsv(x), im.rgb_to_grayscale(x), im.adjust_gamma(x, 0.5), im.adjust_saturation(x, 0.7), im.per_image_standardization(x)),
         U(None, 5, 5, 3, low=0.05, high=0.95), grads=False, tol=1e-4)

    def detect(b, s):
        boxes = tf.stack([b[:, 0], b[:, 1], b[:, 0] + 1.0, b[:, 1] + 1.0], 1)
        keep = im.non_max_suppression(boxes, s, 4, 0.3)
        return tf.gather(boxes, keep), im.non_max_suppression_padded(boxes, s, 4, pad_to_max_output_size=True)[0]

    c.op("detected", detect, U(8, 2, low=0.0, high=2.0), U(8, low=0.0, high=1.0), grads=False)

    def grids(x):
        n = tf.shape(x)[1]
        yy, xx = tf.meshgrid(tf.range(n), tf.range(tf.shape(x)[2]), indexing="ij")
        g = tf.cast(tf.stack([yy, xx], -1), tf.float32)
        return tf.reduce_sum(g[tf.newaxis] * x[..., :2], [1, 2]), tf.nn.space_to_depth(x, 2), tf.image.extract_patches(
            x, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")

    c.op("grids", grids, N(None, 6, 4, 2))


def shapes(c):
    c.op("unknown_time", lambda x: tf.reshape(x, [tf.shape(x)[0], -1, 2, 3])[:, ::-1, :, 1:], Arg((None, 4, 6)))
    c.op("masked", lambda x: (tf.boolean_mask(x, x[:, 0] > 0.0), tf.where(x > 0.5), tf.unique(tf.cast(tf.reshape(x, [-1]), tf.int32)).y), X, grads=False)
    c.op("einsums", lambda x, y: (tf.einsum("bij,bkj->bik", x, y), tf.einsum("...i,i...->...", x, tf.ones([3, 1])), tf.einsum("bii->bi", x[:, :3, :3])),
         N(None, 3, 3), N(None, 4, 3))
    c.op("scattered", lambda x: (tf.tensor_scatter_nd_add(x, [[0], [1], [0]], tf.ones([3, 6])), tf.scatter_nd([[1], [3]], x[:2], [5, 6]),
                                 tf.tensor_scatter_nd_max(x, [[0, 1]], [9.0])), X)
    c.op("segments", lambda x, i: (tf.math.unsorted_segment_mean(x, i, 4), tf.math.segment_max(x, tf.sort(i)), tf.math.unsorted_segment_sqrt_n(x, i, 3)),
         N(5, 3), Int(5, low=0, high=3))
    c.op("sorted", lambda x: (tf.argsort(x, direction="DESCENDING", stable=True), tf.math.top_k(x, 3).indices, tf.searchsorted(tf.sort(x), x[:, :2])), X, grads=False)

    def ragged(x, n):
        r = tf.RaggedTensor.from_row_lengths(x, n)
        d = tf.concat([r, r * 2.0], 1)
        return {"d": d, "mean": tf.reduce_mean(r, 1), "cut": r[:, :2], "soft": tf.nn.softmax(r.to_tensor(-1e9)), "rev": tf.reverse(r.to_tensor(), [1])}

    c.op("ragged", ragged, N(7, 2), Fixed([3, 1, 3], "int64"), grads=False)

    def sparse(x):
        sp = tf.sparse.from_dense(tf.where(x > 0.0, x, 0.0))
        return {"dense": tf.sparse.to_dense(tf.sparse.reorder(sp)), "dot": tf.sparse.sparse_dense_matmul(sp, tf.ones([6, 2])),
                "sum": tf.sparse.reduce_sum(sp, 1), "soft": tf.sparse.softmax(sp), "turned": tf.sparse.transpose(sp)}

    c.op("sparse", sparse, X, grads=False)
    c.op("windows", lambda x: tf.signal.frame(x, 4, 2), Arg((None, 11)))
    c.op("spectrum", lambda x: tf.math.log(tf.abs(tf.signal.stft(x, 16, 8, 16)) + 1e-3), Arg((None, 50)), tol=1e-4)
    c.op("mixed_logic", lambda x, b: tf.where(b, tf.cast(x, tf.int32), tf.bitwise.bitwise_xor(tf.cast(x * 8.0, tf.int32), 5)), N(None, 4), B(None, 4), grads=False)


def functions(c):
    """What optimised models write out, in the forms in which it is met."""
    gamma = tf.linspace(0.5, 2.0, 6)
    beta = tf.linspace(-1.0, 1.0, 6)

    def keras3(x):
        m, v = tf.nn.moments(x, [-1], keepdims=True)
        return tf.nn.batch_normalization(x, m, v, beta, gamma, 1e-3)

    def classic(x):
        m = tf.reduce_mean(x, -1, keepdims=True)
        v = tf.reduce_mean(tf.square(x - m), -1, keepdims=True)
        return gamma * ((x - m) / tf.sqrt(v + 1e-5)) + beta

    def bare(x):
        m = tf.reduce_mean(x, -1, keepdims=True)
        return (x - m) * tf.math.rsqrt(tf.math.reduce_variance(x, -1, keepdims=True) + 1e-6)

    def fused(x):
        flat = tf.reshape(x, [1, -1, 6, 1])
        n = tf.shape(flat)[1]
        y, _, _ = v1.nn.fused_batch_norm(flat, tf.ones([n]), tf.zeros([n]), epsilon=1.001e-3, data_format="NCHW")
        return tf.reshape(y, tf.shape(x)) * gamma + beta

    A = Arg((None, 3, 6))
    for name, f in (("keras3", keras3), ("classic", classic), ("bare", bare), ("fused", fused)):
        c.op(f"layer_norm_{name}", f, A, tol=1e-4)
    c.op("layer_norm_not_quite", lambda x: (x - tf.reduce_mean(x, -1, keepdims=True)) * tf.math.rsqrt(tf.reduce_mean(tf.square(x), -1, keepdims=True) + 1e-3), A, tol=1e-4)
    c.op("gelu", lambda x: (tf.nn.gelu(x), tf.nn.gelu(x, approximate=True)), A)
    c.op("gelu_forms", lambda x: (0.5 * x * (1.0 + tf.math.erf(x * 0.70710678)), x * (0.5 * (1.0 + tf.tanh(0.79788456 * (x + 0.044715 * x * x * x)))),
                                  x * 0.5 * tf.math.erfc(-x / 1.41421356), 0.5 * x * (1.0 + tf.tanh(0.8 * (x + 0.05 * x ** 3)))), A)
    c.op("one_hot_embedding", lambda i: tf.one_hot(i, 6) @ tf.reshape(tf.range(12.0), [6, 2]), Int(None, low=0, high=8))
    c.op("in_top", lambda x, i: tf.cast(tf.math.in_top_k(i, x, 2), tf.float32), N(4, 6), Int(4, low=0, high=6), grads=False)
    raw = tf.raw_ops
    c.op("uniform_codes", lambda x: {"y": tf.cast(raw.UniformDequantize(input=raw.UniformQuantize(
        input=x, scales=0.05, zero_points=3, Tout=tf.qint8, quantization_min_val=-128, quantization_max_val=127), scales=0.05, zero_points=3,
        Tout=tf.float32, quantization_min_val=-128, quantization_max_val=127), tf.float32)}, X, grads=False)


def states(c):
    """What calls change stays changed."""
    def tables(seed):
        m = tf.Module()
        m.table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
        keys = ["a", "b", "c", "d", "e"]

        def insert(k, v):
            m.table.insert(k, v)
            return m.table.size()

        def remove(k):
            m.table.remove(k)
            return m.table.size()

        def look(k):
            return m.table.lookup(k)
        K = Str(None, values=keys)
        return m, {"serving_default": Signature(look, {"k": K}),
                   "insert": Signature(insert, {"k": K, "v": Int(None, dtype="int64")}),
                   "look_again": Signature(look, {"k": Fixed(keys, "string")}),
                   "remove": Signature(remove, {"k": K}),
                   "see": Signature(lambda k: m.table.lookup(k), {"k": Fixed(keys, "string")})}

    c.module("table_that_changes", tables, grads=False, notes="signatures in this order on one loaded model")

    def dense(seed):
        m = tf.Module()
        m.table = tf.lookup.experimental.DenseHashTable(tf.int64, tf.float32, default_value=-1.0, empty_key=-7, deleted_key=-8)
        m.count = tf.Variable(0, dtype=tf.int64)

        def add(k):
            m.table.insert(k, tf.cast(m.count, tf.float32) + tf.cast(k, tf.float32))
            m.count.assign_add(1)
            return m.table.lookup(k), m.count.read_value()
        return m, {"serving_default": Signature(add, {"k": Int(None, dtype="int64")})}

    c.module("dense_table_and_counter", dense, grads=False)

    def generator(seed):
        m = tf.Module()
        m.random = tf.random.Generator.from_seed(5)

        def draw(x):
            return {"u": m.random.uniform([2, 3]), "n": m.random.normal([5]), "t": m.random.truncated_normal([3]), "k": x,
                    "i": m.random.uniform([4], 0, 50, tf.int32), "f": m.random.uniform_full_int([2], tf.int64)}
        return m, {"serving_default": Signature(draw, {"x": Int(1)})}

    c.module("generator", generator, grads=False)

    def slices(seed):
        m = tf.Module()
        m.v = tf.Variable(tf.zeros([4, 6]))

        def put(x):
            m.v[1:3, ::2].assign(x[:2, :3])
            m.v[0].assign(x[0])
            m.v[3, 4].assign(7.0)
            m.v.scatter_nd_sub([[0, 0]], [1.0])
            return m.v.read_value()
        return m, {"serving_default": Signature(put, {"x": X})}

    c.module("slices_of_variable", slices, grads=False)

    def scatter(seed):
        m = tf.Module()
        m.v = tf.Variable(tf.ones([4, 2]) * 8.0)

        def div(x):
            m.v.scatter_div(tf.IndexedSlices(tf.constant([[2.0, 4.0], [2.0, 8.0], [4.0, 1.0]]), tf.constant([0, 0, 3])))
            return m.v.read_value() + tf.reduce_sum(x) * 0.0
        return m, {"serving_default": Signature(div, {"x": X})}

    c.module("scatter_div", scatter, grads=False)

    def average(seed):
        m = tf.Module()
        m.mean = tf.Variable(tf.zeros([6]))
        m.seen = tf.Variable(0)

        @tf.function
        def call(x):
            m.seen.assign_add(tf.shape(x)[0])
            for row in x:
                m.mean.assign(0.9 * m.mean + 0.1 * row)
            if m.seen > 3:
                return m.mean * 2.0
            return m.mean.read_value()
        return m, {"serving_default": Signature(call, {"x": X}), "zero": Signature(lambda x: m.mean.assign(x[0] * 0.0), {"x": X})}

    c.module("running_average", average, grads=False)

    def optional(seed):
        m = tf.Module()
        m.w = [tf.Variable(tf.random.normal([6, 6]), name=f"w{i}") for i in range(3)]
        m.cache = {"bias": tf.Variable(tf.random.normal([6]), name="bias"), "step": tf.Variable(3, trainable=False, name="step")}

        @tf.function
        def block(x, w):
            return tf.nn.swish(x @ w) + x

        def call(x):
            for w in m.w:
                x = block(x, w)
            return tf.nest.map_structure(lambda t: t * 2.0, {"y": x, "z": x + m.cache["bias"] * tf.cast(m.cache["step"], tf.float32)})
        return m, {"serving_default": Signature(call, {"x": X}), "first": Signature(lambda x: block(x, m.w[0]), {"x": X})}

    c.module("shared_function", optional)
