"""Rows of OpRows.java for mathematics beyond element by element, from TensorFlow: writes math.txt, in the format of ops.py.

    python math_ops.py > ../resources/dev/posthorn/ir/math.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
rand = ops.rand
F32, F64, I32, I64 = np.float32, np.float64, np.int32, np.int64
raw = tf.raw_ops


def case(name, fn, *operands):
    """An array may be taken for another type than its own, a tensor not."""
    ops.case(name, lambda *xs: fn(*(tf.constant(x) for x in xs)), *operands)


def complex_(key, *shape, dtype=np.complex64):
    part = F32 if dtype is np.complex64 else F64
    return (rand(key, *shape, dtype=part) + 1j * rand(key + " i", *shape, dtype=part)).astype(dtype)


case("Complex float32", lambda x, y: tf.complex(x, y), rand("cx", 2, 3), rand("cy", 2, 3))
case("Complex broadcast float64", tf.complex,
     rand("cx", 2, 1, dtype=F64), rand("cy", 3, dtype=F64))
for dtype in (np.complex64, np.complex128):
    name = np.dtype(dtype).name
    z = complex_("z", 2, 3, dtype=dtype)
    z[0, 0] = 0
    case(f"Part real {name}", tf.math.real, z)
    case(f"Part imaginary {name}", tf.math.imag, z)
    case(f"Magnitude {name}", tf.abs, z)
    for inverse, one, two in ((False, tf.signal.fft, tf.signal.fft2d), (True, tf.signal.ifft, tf.signal.ifft2d)):
        flag = str(inverse).lower()
        for n in (1, 5, 8, 12, 37):
            case(f"Fft {flag} {n} {name}", one, complex_("f", 2, n, dtype=dtype))
        case(f"Fft {flag} 2d {name}", two, complex_("f2", 2, 3, 4, dtype=dtype))
        case(f"Fft {flag} first {name}", lambda x: tf.transpose(one(tf.transpose(x))),
             complex_("f1", 6, 2, dtype=dtype))

KEY, COUNTER = (x.numpy() for x in raw.StatelessRandomGetKeyCounter(seed=np.array([3, -7], I32)))
SEED = np.array([3, -7], I32)
LOGITS = rand("logits", 3, 4)
for n in (1, 5):
    for dtype in (I32, I64):
        case(f"RandomCategorical {n} {np.dtype(dtype).name}", lambda k, c, x: raw.StatelessMultinomial(
            logits=x, num_samples=n, seed=SEED, output_dtype=dtype), KEY, COUNTER, LOGITS)
for n in (1, 7):
    case(f"RandomPermutation {n}", lambda m, k, c: raw.StatelessShuffle(value=tf.range(n), key=k, counter=c, alg=1),
         np.array(n, I32), KEY, COUNTER)
for dtype in (F32, I32):
    case(f"RandomPoisson {np.dtype(dtype).name}", lambda s, k, c, rate: raw.StatelessRandomPoisson(
        shape=s, seed=SEED, lam=rate, dtype=dtype), np.array([5, 2], I32), KEY, COUNTER, np.array([3, 40], F32))
    case(f"RandomBinomial {np.dtype(dtype).name}", lambda s, k, c, m, p: raw.StatelessRandomBinomial(
        shape=s, seed=SEED, counts=m, probs=p, dtype=dtype),
        np.array([5, 4], I32), KEY, COUNTER, np.array([5, 200, 60, 9], F32), np.array([0.3, 0.2, 0.75, 0.5], F32))
for dtype in (F32, F64):
    name = np.dtype(dtype).name
    case(f"Lu {name}", lambda x: list(raw.Lu(input=x, output_idx_type=tf.int64)), rand("lu", 2, 4, 4, dtype=dtype))
    case(f"TridiagonalSolve {name}", lambda d, b: raw.TridiagonalSolve(diagonals=d, rhs=b),
         rand("tri", 2, 3, 5, dtype=dtype) + np.array([[0], [4], [0]], dtype), rand("tb", 2, 5, 2, dtype=dtype))
    case(f"NextAfter {name}", lambda x, y: raw.NextAfter(x1=x, x2=y), rand("na", 2, 3, dtype=dtype), rand("nb", 3, dtype=dtype))
    for exclusive in (False, True):
        for reverse in (False, True):
            flags = dict(exclusive=exclusive, reverse=reverse)
            words = f"{str(exclusive).lower()} {str(reverse).lower()} {name}"
            case(f"Cumulative PROD {words}", lambda x: raw.Cumprod(x=x, axis=1, **flags), rand("cp", 2, 4, 3, dtype=dtype))
            case(f"Cumulative LOGSUMEXP {words}", lambda x: raw.CumulativeLogsumexp(x=x, axis=1, **flags),
                 rand("cl", 2, 4, 3, dtype=dtype))
case("Cumulative PROD int32", lambda x: raw.Cumprod(x=x, axis=0), np.array([[2, -3], [0, 5], [7, 11]], I32))
for dtype in (np.int8, np.uint16, I32, np.uint64):
    case(f"PopulationCount {np.dtype(dtype).name}", lambda x: raw.PopulationCount(x=x), np.array([0, 1, 77, -1]).astype(dtype))

POSITIVE = np.array([0.125, 0.5, 0.75, 1.25, 2.5, 3, 5.5, 9, 21, 47], F64)
for name, op in (("BESSEL_Y0", raw.BesselY0), ("BESSEL_Y1", raw.BesselY1), ("FRESNEL_COS", raw.FresnelCos),
                 ("FRESNEL_SIN", raw.FresnelSin)):
    case(f"Special {name}", lambda x: op(x=x), POSITIVE)
CTC = rand("ctc", 7, 2, 5)
AT, LABELS = np.array([[0, 0], [0, 1], [0, 2], [1, 0]], I64), np.array([1, 1, 3, 0], I32)
for collapse, ignore in ((False, False), (True, True)):
    case(f"CtcLoss {str(collapse).lower()} true {str(ignore).lower()}", lambda x, i, v, n: [
        tf.stop_gradient(t) for t in raw.CTCLoss(inputs=x, labels_indices=i, labels_values=v, sequence_length=n,
                                                 preprocess_collapse_repeated=collapse,
                                                 ignore_longer_outputs_than_inputs=ignore)],
         CTC, AT, LABELS, np.array([7, 0 if ignore else 4], I32))
for width, paths, merge in ((4, 1, True), (6, 3, False)):
    def decoded(x, n):
        r = raw.CTCBeamSearchDecoder(inputs=x, sequence_length=n, beam_width=width, top_paths=paths, merge_repeated=merge)
        return [*r.decoded_indices, *r.decoded_values, *r.decoded_shape, tf.stop_gradient(r.log_probability)]
    case(f"BeamSearch {width} {paths} {str(merge).lower()}", decoded, CTC * 2, np.array([7, 5], I32))
for dim, dtype in ((1, F32), (5, F64), (40, F32)):
    case(f"Sobol {dim} {np.dtype(dtype).name}", lambda n, skip: raw.SobolSample(
        dim=dim, num_results=n, skip=skip, dtype=dtype), np.array(9, I32), np.array(dim // 5, I32))
for dtype in (np.complex64, np.complex128):
    name = np.dtype(dtype).name
    case(f"Eig {name}", lambda a: list(raw.Eig(input=a, Tout=dtype, compute_v=True)), complex_("eig", 2, 4, 4, dtype=dtype))
    case(f"MatrixLogarithm {name}", lambda a: raw.MatrixLogarithm(input=a),
         complex_("log", 2, 3, 3, dtype=dtype) + 5 * np.eye(3, dtype=dtype))
case("EncodeWav", lambda x, rate: raw.EncodeWav(audio=x, sample_rate=rate),
     np.array([[0.5, -1], [1, -2], [0.25, 3], [1 / 65536, -1 / 32768]], F32), np.array(8000, I32))
#: The key, and a counter whose upper half is the second seed, of an op with these seeds.
SEEDS, FIRST = dict(seed=5, seed2=9), (np.array([5], np.uint64), np.array([0, 9], np.uint64))
for pseudo in (False, True):
    case(f"PoolingSequences {str(pseudo).lower()}", lambda m, n, k, c: list(raw.FractionalMaxPool(
        value=tf.zeros([1, m, n, 1]), pooling_ratio=[1.0, 1.44, 1.73, 1.0], pseudo_random=pseudo, deterministic=True, **SEEDS)[1:]),
        np.array(23, I32), np.array(19, I32), *FIRST)
TRUE = np.array([[0, 3], [7, 1]], I64)
case("SampleCandidates ALL 18 18 true", lambda x, k, c: list(raw.AllCandidateSampler(
    true_classes=x, num_true=2, num_sampled=18, unique=True, **SEEDS)), TRUE, *FIRST)
for kind, sampler in (("UNIFORM", raw.UniformCandidateSampler), ("LOG_UNIFORM", raw.LogUniformCandidateSampler)):
    for unique in (False, True):
        case(f"SampleCandidates {kind} 6 20 {str(unique).lower()}", lambda x, k, c: list(sampler(
            true_classes=x, num_true=2, num_sampled=6, unique=unique, range_max=20, **SEEDS)), TRUE, *FIRST)
