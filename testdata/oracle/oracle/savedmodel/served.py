"""Models as they are served: text, examples and pictures that come as bytes, tables and lists inside of functions, estimators."""

import tensorflow as tf

from .runner import Collector, Fixed, Int, N, Signature, Str
from .tf1 import graph_case

v1 = tf.compat.v1
X = N(None, 5)
TEXT = ["the cat sat", "", "on THE mat, twice!", "größe naïve", "a  b   c", "Zed 42 zed"]


def cases():
    c = Collector("served")
    captured(c)
    loops(c)
    structures(c)
    inputs(c)
    variables(c)
    old(c)
    return c.cases


def table(keys, values, default):
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), default)


def captured(c):
    def nested(seed):
        m = tf.Module()
        m.table = table(["the", "cat", "mat"], tf.constant([3, 1, 2], tf.int64), -1)
        m.names = table(tf.constant([3, 1, 2], tf.int64), ["THE", "CAT", "MAT"], "?")

        @tf.function
        def inner(words):
            return m.table.lookup(words)

        @tf.function
        def outer(ids):
            return tf.where(ids > 1, m.names.lookup(ids), tf.fill(tf.shape(ids), "low"))

        m.inner, m.outer = inner, outer
        return m, {"serving_default": Signature(lambda t: {"ids": inner(t), "names": outer(inner(t))},
                                                {"t": Str(None, values=["the", "cat", "dog", "mat"])})}

    c.module("tables_of_nested_functions", nested, grads=False)

    def in_branches(seed):
        m = tf.Module()
        m.a = table([1, 2], [10.0, 20.0], 0.0)
        m.b = table([1, 2], [-1.0, -2.0], 5.0)
        return m, {"serving_default": Signature(
            lambda i, x: tf.cond(tf.reduce_sum(x) > 0, lambda: m.a.lookup(i), lambda: m.b.lookup(i)),
            {"i": Int(None, low=0, high=4), "x": X})}

    c.module("tables_in_branches", in_branches, grads=False)

    def in_loop(seed):
        m = tf.Module()
        m.next = table(tf.range(6), [1, 2, 3, 4, 5, 0], 0)

        @tf.function
        def walk(i, n):
            while tf.reduce_max(n) > 0:
                i = tf.where(n > 0, m.next.lookup(i), i)
                n -= 1
            return i

        return m, {"serving_default": Signature(walk, {"i": Int(None, low=0, high=6), "n": Int(None, low=0, high=9)})}

    c.module("table_in_a_loop", in_loop, grads=False)

    def lines(seed):
        m = tf.Module()
        with open("words.txt", "w") as file:
            file.write("the\ncat\nmat")
        L = tf.lookup
        m.numbers = L.StaticHashTable(L.TextFileInitializer(
            "words.txt", tf.string, L.TextFileIndex.WHOLE_LINE, tf.int64, L.TextFileIndex.LINE_NUMBER, value_index_offset=2), 1)
        return m, {"serving_default": Signature(lambda t: {"ids": m.numbers.lookup(t)},
                                                {"t": Str(None, values=["the", "cat", "dog", "mat"])})}

    c.module("lines_from_an_offset", lines, grads=False)

    def words(seed):
        m = tf.Module()
        m.vocabulary = tf.lookup.StaticVocabularyTable(
            tf.lookup.KeyValueTensorInitializer(["the", "cat", "a", "b", "zed"], tf.range(5, dtype=tf.int64)), 2)
        m.embedding = tf.Variable(tf.random.normal([7, 3]), name="embedding")

        def run(t):
            clean = tf.strings.regex_replace(tf.strings.lower(t), r"[^\w\s]", "")
            tokens = tf.strings.split(clean)
            ids = tf.ragged.map_flat_values(m.vocabulary.lookup, tokens)
            vectors = tf.ragged.map_flat_values(lambda i: tf.gather(m.embedding, i), ids)
            return {"ids": ids.to_tensor(-1), "mean": tf.reduce_mean(vectors, 1), "n": ids.row_lengths(),
                    "longest": tf.reduce_max(tf.strings.length(tokens), 1)}

        return m, {"serving_default": Signature(run, {"t": Fixed(TEXT, "string")})}

    c.module("sentence_encoder", words, grads=False)

    def grams(t):
        words = tf.strings.split(t)
        both = tf.strings.ngrams(words, [1, 2], separator="_")
        return {"buckets": tf.strings.to_hash_bucket_fast(both, 50).to_tensor(-1), "text": tf.strings.reduce_join(both, 1, separator="|")}

    c.op("hashed_ngrams", grams, Fixed(TEXT, "string"), grads=False)

    def characters(t):
        points = tf.strings.unicode_decode(t, "UTF-8")
        starts = tf.strings.unicode_split(t, "UTF-8")
        return {"points": points.to_tensor(0), "n": points.row_lengths(), "back": tf.strings.unicode_encode(points, "UTF-8"),
                "first": starts.to_tensor("")[:, :1]}

    c.op("characters", characters, Fixed([t for t in TEXT if t], "string"), grads=False)
    c.op("split_and_number", lambda t: tf.strings.to_number(tf.strings.split(t, ",").to_tensor("0")),
         Fixed(["1,2.5,-3", "4e2", ".5,7"], "string"), grads=False)


def loops(c):
    @tf.function
    def halves(x):
        out = tf.TensorArray(tf.float32, size=0, dynamic_size=True, infer_shape=False, element_shape=[None])
        n = tf.shape(x)[0]
        i = 0
        while n > 0:
            out = out.write(i, x[:n, 0])
            n //= 2
            i += 1
        return out.concat()

    c.op("array_of_unlike_rows", halves, N(None, 3), grads=False)

    @tf.function
    def unlike(x):
        out = tf.TensorArray(tf.float32, size=3, infer_shape=False, element_shape=[None], clear_after_read=False)
        for i in tf.range(3):
            out = out.write(i, x[0, :i + 1])
        total = 0.0
        for i in tf.range(3):
            total += tf.reduce_sum(out.read(i)) * tf.cast(i + 1, tf.float32)
        return {"total": total, "first": out.read(0), "all": out.concat()}

    c.op("array_of_unlike_rows_read", unlike, X, grads=False)

    @tf.function
    def ranges(n):
        out = tf.TensorArray(tf.int32, size=0, dynamic_size=True, infer_shape=False, element_shape=[None])
        for i in tf.range(tf.shape(n)[0]):
            out = out.write(i, tf.range(n[i]))
        rows = tf.map_fn(lambda k: tf.range(k) * k, n, fn_output_signature=tf.RaggedTensorSpec([None], tf.int32))
        return {"ranges": out.concat(), "rows": rows, "largest": tf.sort(rows.to_tensor(-1), direction="DESCENDING")}

    c.op("rows_of_a_loop", ranges, Int(None, low=0, high=5), grads=False)

    @tf.function
    def collected(x):
        parts = tf.TensorArray(tf.float32, size=1, dynamic_size=True, clear_after_read=False)
        parts = parts.write(0, x[0])
        for i in tf.range(1, 4):
            parts = parts.write(i, tf.tanh(parts.read(i - 1)) + x[0])
        return parts.gather([3, 1]), parts.size()

    c.op("array_read_while_written", collected, X, grads=False)

    @tf.function
    def search(x):
        low = tf.zeros_like(x[:, 0])
        high = tf.ones_like(low) * 8.0
        steps = 0
        while tf.reduce_max(high - low) > 1e-3 and steps < 40:
            mid = (low + high) / 2
            above = mid * mid > tf.abs(x[:, 0])
            low, high = tf.where(above, low, mid), tf.where(above, mid, high)
            steps += 1
        return (low + high) / 2, steps

    c.op("bisection", search, X, grads=False)

    def deep(x):
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.while_loop(
            lambda j, z: j < i, lambda j, z: (j + 1, tf.cond(tf.reduce_sum(z) > 0, lambda: z * 0.5, lambda: z + 1.0)),
            (0, y))[1]), (0, x))[1]

    c.op("loop_in_loop_with_choice", deep, X)

    @tf.function
    def leaving(x):
        done = False
        n = 0
        for i in tf.range(10):
            x = x * 0.5 + 0.1
            n = i
            if tf.reduce_max(x) < 0.3:
                done = True
                break
        if done:
            return x, n
        else:
            return x - 1.0, 10

    c.op("return_from_a_loop", leaving, X, grads=False)

    @tf.function
    def choose(x):
        if tf.reduce_sum(x) > 1.0:
            if tf.reduce_max(x) > 1.0:
                return x * 2.0
            else:
                return x + 1.0
        else:
            if tf.reduce_min(x) < -2.0:
                return tf.zeros_like(x)
            else:
                return -x

    c.op("nested_returns", choose, X)
    c.op("map_of_maps", lambda x: tf.map_fn(lambda r: tf.map_fn(lambda v: v * v + tf.reduce_sum(r), r), x), X)
    c.op("ragged_rows_mapped", lambda x, n: tf.map_fn(
        lambda r: tf.reduce_sum(r), tf.RaggedTensor.from_row_lengths(x, n), fn_output_signature=tf.float32),
        N(7), Fixed([3, 0, 4], "int64"), grads=False)

    @tf.function
    def rnn(x, n):
        state = tf.zeros([tf.shape(x)[0], 3])
        outs = tf.TensorArray(tf.float32, tf.shape(x)[1])
        for t in tf.range(tf.shape(x)[1]):
            new = tf.tanh(x[:, t] + 0.5 * state)
            state = tf.where((t < n)[:, None], new, state)
            outs = outs.write(t, state)
        return tf.transpose(outs.stack(), [1, 0, 2]), state

    c.op("masked_rnn", rnn, N(None, 6, 3), Int(None, low=0, high=7), grads=False)


def structures(c):
    class Tree(tf.Module):
        def __init__(self):
            super().__init__()
            self.parts = [{"w": tf.Variable(tf.random.normal([5, 5]), name="w"), "more": [tf.Variable(0.5), tf.Variable([1.0] * 5)]},
                          (tf.Variable(tf.random.normal([5]), name="tuple"),)]
            self.by_name = {"z": {"y": tf.Variable(2.0, name="deep")}}

        def __call__(self, x):
            first = self.parts[0]
            return {"a": (x @ first["w"] + first["more"][1]) * first["more"][0] + self.parts[1][0],
                    "b": x * self.by_name["z"]["y"]}

    def tree(seed):
        m = Tree()
        return m, {"serving_default": Signature(m.__call__, {"x": X})}

    c.module("variables_in_structures", tree)

    def gradients(seed):
        m = tf.Module()
        m.w = tf.Variable(tf.random.normal([5, 3]), name="w")

        @tf.custom_gradient
        def clipped(x):
            def back(dy):
                return tf.clip_by_value(dy, -0.1, 0.1)
            return tf.identity(x), back

        @tf.custom_gradient
        def straight(x):
            return tf.round(x), lambda dy: dy * 2.0

        return m, {"serving_default": Signature(lambda x: clipped(straight(x * 3.0) @ m.w), {"x": X})}

    c.module("two_custom_gradients", gradients)

    def saliency(seed):
        m = tf.Module()
        m.w = tf.Variable(tf.random.normal([5, 3]), name="w")

        def run(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_max(tf.nn.softmax(x @ m.w), 1)
            return {"y": y, "saliency": tape.gradient(y, x)}

        return m, {"serving_default": Signature(run, {"x": X})}

    c.module("gradient_as_output", saliency, grads=False)

    def tuned(seed):
        m = tf.Module()
        m.w = tf.Variable(tf.ones([5]), name="w")
        m.step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")

        def train(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((tf.linalg.matvec(x, m.w) - y) ** 2)
            m.w.assign_sub(0.1 * tape.gradient(loss, m.w))
            m.step.assign_add(1)
            return {"loss": loss, "step": m.step.read_value()}

        return m, {"train": Signature(train, {"x": X, "y": N(None)}),
                   "serving_default": Signature(lambda x: tf.linalg.matvec(x, m.w), {"x": X})}

    c.module("a_signature_that_trains", tuned, grads=False)

    def many(seed):
        m = tf.Module()
        m.v = [tf.Variable(tf.random.normal([2]), name=f"v{i}") for i in range(12)]
        return m, {f"s{i}": Signature(lambda x, i=i: x * m.v[i] + m.v[(i * 5) % 12], {"x": N(None, 2)}) for i in range(12)}

    c.module("twelve_signatures", many)

    def unlike(x):
        return {"none": tf.zeros([0, 3]) + tf.reduce_sum(x), "scalar": tf.reduce_sum(x), "flags": x > 0,
                "count": tf.size(x, tf.int64), "complex": tf.complex(x, -x), "half": tf.cast(x, tf.float16),
                "brain": tf.cast(tf.cast(x, tf.bfloat16), tf.float32), "bytes": tf.cast(tf.abs(x) * 10, tf.uint8)}

    c.op("outputs_of_every_kind", unlike, X, grads=False, tol=1e-3)


def feature(**values):
    kinds = {bytes: lambda v: tf.train.Feature(bytes_list=tf.train.BytesList(value=v)),
             float: lambda v: tf.train.Feature(float_list=tf.train.FloatList(value=v)),
             int: lambda v: tf.train.Feature(int64_list=tf.train.Int64List(value=v))}
    return {k: kinds[type(v[0])](v) if v else tf.train.Feature() for k, v in values.items()}


def example(**values):
    return tf.train.Example(features=tf.train.Features(feature=feature(**values))).SerializeToString(deterministic=True)


def inputs(c):
    records = [example(age=[31.5], city=[b"Rome"], tags=[b"a", b"b"], n=[4, 5]), example(age=[2.0], tags=[b"c"]),
               example(age=[8.0], city=[b"Oslo"], n=[1])]
    spec = {"age": tf.io.FixedLenFeature([], tf.float32), "city": tf.io.FixedLenFeature([], tf.string, "none"),
            "tags": tf.io.VarLenFeature(tf.string), "n": tf.io.RaggedFeature(tf.int64)}

    def scored(seed):
        m = tf.Module()
        m.cities = table(["Rome", "Oslo"], [0, 1], 2)
        m.w = tf.Variable(tf.random.normal([3, 2]), name="w")

        def run(examples):
            f = tf.io.parse_example(examples, spec)
            city = tf.one_hot(m.cities.lookup(f["city"]), 3)
            scores = tf.nn.softmax(city @ m.w + f["age"][:, None] * 0.1)
            return {"scores": scores, "classes": tf.tile([["no", "yes"]], [tf.size(examples), 1]),
                    "tags": tf.sparse.to_dense(f["tags"], ""), "sum": tf.reduce_sum(f["n"], 1)}

        return m, {"serving_default": Signature(run, {"examples": Fixed(records, "string")})}

    c.module("classified_examples", scored, grads=False)
    sequence = tf.train.SequenceExample(
        context=tf.train.Features(feature=feature(id=[7])),
        feature_lists=tf.train.FeatureLists(feature_list={
            "words": tf.train.FeatureList(feature=[feature(w=[b"x"])["w"], feature(w=[b"yz"])["w"]]),
            "values": tf.train.FeatureList(feature=[feature(w=[1.0, 2.0])["w"], feature(w=[3.0, 4.0])["w"]])})).SerializeToString(deterministic=True)

    def one_sequence(s):
        context, lists = tf.io.parse_single_sequence_example(
            s, {"id": tf.io.FixedLenFeature([], tf.int64)},
            {"words": tf.io.FixedLenSequenceFeature([], tf.string), "values": tf.io.FixedLenSequenceFeature([2], tf.float32)})
        return {"id": context["id"], "words": lists["words"], "values": lists["values"]}

    c.op("sequence_example", one_sequence, Fixed(sequence, "string"), grads=False)
    pictures = [tf.io.encode_png(tf.cast(tf.reshape(tf.range(n * n * 3) * k % 256, [n, n, 3]), tf.uint8)).numpy()
                for n, k in ((6, 7), (9, 3), (4, 11))]

    def decoded(seed):
        m = tf.Module()
        m.k = tf.Variable(tf.random.normal([3, 3, 3, 2]), name="k")

        def one(b):
            x = tf.image.resize(tf.io.decode_image(b, 3, expand_animations=False), [8, 8])
            return tf.ensure_shape(x, [8, 8, 3])

        def run(image_bytes):
            x = tf.map_fn(one, image_bytes, fn_output_signature=tf.float32) / 255.0
            return {"mean": tf.reduce_mean(tf.nn.conv2d(x, m.k, 1, "SAME"), [1, 2]), "pixels": x[:, ::4, ::4, 0]}

        return m, {"serving_default": Signature(run, {"image_bytes": Fixed(pictures, "string")})}

    c.module("pictures_as_bytes", decoded, grads=False, tol=1e-4)
    c.op("pictures_resized_smoothly", lambda t: tf.map_fn(
        lambda p: tf.image.resize(tf.io.decode_png(p, 3), [6, 5], antialias=True), t,
        fn_output_signature=tf.TensorSpec([6, 5, 3], tf.float32)), Fixed(pictures, "string"), grads=False, tol=1e-4)
    web = [tf.io.encode_base64(p).numpy() for p in pictures]
    c.op("pictures_as_base64", lambda t: tf.map_fn(
        lambda b: tf.reduce_sum(tf.cast(tf.io.decode_png(tf.io.decode_base64(b)), tf.int32)), t, fn_output_signature=tf.int32),
        Fixed(web, "string"), grads=False)
    rows = ["1,2.5,red", "7,,blue", "-3,0.25,"]

    def csv(t):
        a, b, k = tf.io.decode_csv(t, [[0], [1.5], ["none"]])
        return {"a": a, "b": b, "k": tf.strings.upper(k)}

    c.op("lines_of_csv", csv, Fixed(rows, "string"), grads=False)
    c.op("raw_samples", lambda t: tf.reduce_mean(tf.cast(tf.io.decode_raw(t, tf.int16, fixed_length=8), tf.float32), 1),
         Fixed([b"\1\0\2\0\3\0\4\1", b"\377\377\0\1"], "string"), grads=False)

    def splits(values, row_splits):
        r = tf.RaggedTensor.from_row_splits(values, row_splits, validate=False)
        return {"sum": tf.reduce_sum(r, 1), "max": tf.reduce_max(r, 1), "dense": r.to_tensor(-1.0), "sorted": tf.ragged.map_flat_values(tf.abs, r),
                "joined": tf.concat([r, r[:, :1]], 1)}

    c.op("ragged_as_splits", splits, N(7), Fixed([0, 3, 3, 7], "int64"), grads=False)
    c.op("sparse_as_parts", lambda i, v: tf.sparse.sparse_dense_matmul(tf.SparseTensor(i, v, [3, 5]), tf.eye(5)[:, :2]) + 1.0,
         Fixed([[0, 0], [1, 1], [2, 0]], "int64"), N(3))

    def audio(wave):
        f = tf.abs(tf.signal.stft(wave, 16, 8))
        mel = tf.matmul(f, tf.signal.linear_to_mel_weight_matrix(4, 9, 100, 10.0, 45.0))
        return {"mel": tf.math.log(mel + 1e-3), "frames": tf.shape(f)[1]}

    c.op("log_mel", audio, N(None, 64), grads=False, tol=1e-4)
    c.op("two_unknown_axes", lambda x, y: tf.einsum("bij,bjk->bik", x, y), N(None, 2, None), N(None, None, 3))


def variables(c):
    kinds = ["float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
             "complex64", "complex128"]

    def every(seed):
        m = tf.Module()
        m.v = {k: tf.Variable(tf.cast([0, 1, 3], k), name=k) for k in kinds}

        def run(i):
            read = {k: tf.gather(v, i) for k, v in m.v.items()}
            read["bfloat16"] = tf.cast(read["bfloat16"], tf.float32)
            return read

        return m, {"serving_default": Signature(run, {"i": Int(None, low=0, high=3)})}

    c.module("variables_of_every_type", every, grads=False)

    def updates(seed):
        m = tf.Module()
        m.v = tf.Variable(tf.reshape(tf.range(12.0), [4, 3]), name="v")

        def run(x, i):
            m.v.scatter_nd_update(i[:, None], x)
            m.v.scatter_add(tf.IndexedSlices(x, i))
            m.v[1:3, :1].assign(tf.zeros([2, 1]))
            return {"v": m.v.read_value(), "row": m.v[2]}

        return m, {"serving_default": Signature(run, {"x": N(2, 3), "i": Fixed([3, 1], "int32")})}

    c.module("rows_updated", updates, grads=False)

    def averages(seed):
        m = tf.Module()
        m.total = tf.Variable(tf.zeros([5]), trainable=False, name="total")
        m.count = tf.Variable(0.0, trainable=False, name="count")
        m.on = tf.Variable(True, trainable=False, name="on")

        def run(x):
            def update():
                m.total.assign_add(tf.reduce_sum(x, 0))
                m.count.assign_add(tf.cast(tf.shape(x)[0], tf.float32))
                return tf.constant(1)
            tf.cond(m.on, update, lambda: tf.constant(0))
            return m.total / m.count

        def switch(x):
            return tf.cast(m.on.assign(tf.logical_not(m.on)), tf.float32) + 0.0 * x

        return m, {"serving_default": Signature(run, {"x": X}), "switch": Signature(switch, {"x": N()})}

    c.module("updates_in_a_branch", averages, grads=False)

    def old_draws(seed):
        m = tf.Module()
        m.g = tf.random.Generator.from_seed(17)
        raw = tf.raw_ops

        def run(x):
            h = m.g.state.handle
            one = tf.constant(1, tf.int64)
            shape = tf.constant([2, 3])
            u = raw.StatefulUniform(resource=h, algorithm=one, shape=shape)
            n = raw.StatefulStandardNormalV2(resource=h, algorithm=one, shape=shape)
            with tf.control_dependencies([raw.RngSkip(resource=h, algorithm=one, delta=tf.constant(5, tf.int64))]):
                t = raw.StatefulTruncatedNormal(resource=h, algorithm=one, shape=shape)
            i = raw.StatefulUniformInt(resource=h, algorithm=one, shape=shape, minval=tf.constant(-4), maxval=tf.constant(9))
            f = raw.StatefulUniformFullInt(resource=h, algorithm=one, shape=shape, dtype=tf.int64)
            return {"u": u, "n": n, "t": t, "i": i, "f": f, "state": m.g.state.read_value(), "x": x}

        return m, {"serving_default": Signature(run, {"x": N()})}

    c.module("draws_of_a_resource", old_draws, grads=False)

    def shapes(seed):
        m = tf.Module()
        m.v = tf.Variable([[1.0, 2.0]], shape=[None, 2], name="v")

        def run(x):
            m.v.assign(tf.concat([m.v, x], 0)[-4:])
            return tf.reduce_sum(m.v, 0), tf.shape(m.v)[0]

        return m, {"serving_default": Signature(run, {"x": N(None, 2)})}

    c.module("variable_that_grows", shapes, grads=False)


def old(c):
    def estimator(x):
        w = v1.get_variable("linear/w", initializer=tf.constant([[0.5], [-1.0], [0.25], [2.0], [0.0]]))
        logits = tf.matmul(x, w)
        both = tf.concat([tf.zeros_like(logits), logits], 1)
        return {"probabilities": tf.nn.softmax(both), "class_ids": tf.expand_dims(tf.argmax(both, 1), 1),
                "classes": tf.as_string(tf.expand_dims(tf.argmax(both, 1), 1)), "logistic": tf.sigmoid(logits)}

    graph_case(c, "estimator", estimator, {"x": X})

    def partitioned(x):
        w = v1.get_variable("w", [5, 6], partitioner=v1.fixed_size_partitioner(3, axis=1), initializer=v1.random_normal_initializer(seed=1))
        e = v1.get_variable("e", [7, 5], partitioner=v1.fixed_size_partitioner(2), initializer=v1.random_normal_initializer(seed=2))
        return tf.matmul(x + tf.nn.embedding_lookup(e, [3]), tf.convert_to_tensor(w))

    graph_case(c, "partitioned_by_columns", partitioned, {"x": X})
    graph_case(c, "partitioned_references", partitioned, {"x": X}, ref_variables=True)

    def nested(x):
        def body(i, y):
            y = tf.cond(tf.equal(i % 2, 0), lambda: tf.while_loop(lambda j, z: j < 2, lambda j, z: [j + 1, z * 0.5], [0, y])[1], lambda: y + 1.0)
            return [i + 1, y]
        return tf.while_loop(lambda i, y: i < 5, body, [0, x])[1]

    graph_case(c, "loop_choice_loop_v1", nested, {"x": X}, control_v1=True)

    def rows(x):
        out = tf.TensorArray(tf.float32, size=0, dynamic_size=True)

        def body(i, out):
            return [i + 1, out.write(i, tf.reduce_sum(x[: i + 1], 0))]
        return tf.while_loop(lambda i, o: i < tf.shape(x)[0], body, [0, out])[1].stack()

    graph_case(c, "growing_array_v1", rows, {"x": X}, control_v1=True)

    def choices(x):
        s = tf.reduce_sum(x)
        y = v1.case([(s > 2.0, lambda: x * 2.0), (s < -2.0, lambda: x - 2.0)], default=lambda: tf.cond(s > 0, lambda: tf.exp(x), lambda: tf.nn.relu(x)))
        with tf.control_dependencies([v1.assert_less(s, 1e6)]):
            return tf.identity(y)

    graph_case(c, "case_v1", choices, {"x": X}, control_v1=True)
