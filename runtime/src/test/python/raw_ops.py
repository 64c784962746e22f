"""Rows of OpRows.java for ops of TensorFlow's graphs, from tf.raw_ops: writes raw.txt, in the format of ops.py.

    python raw_ops.py > ../resources/dev/posthorn/ir/raw.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
F32, I32, I64 = np.float32, np.int32, np.int64
rand = ops.rand
raw = tf.raw_ops


def strings(*all):
    return np.array([s if isinstance(s, bytes) else s.encode() for s in all], object)


WORDS = strings("", "  a b\t", "\n", "Ünïcode ", "x", b"\xff\xfe z")
ops.case("Text STRIP", lambda x: raw.StringStrip(input=x), WORDS)
for pad, name in ((False, "TO_BASE64"), (True, "TO_BASE64_PADDED")):
    ops.case(f"Text {name}", lambda x: raw.EncodeBase64(input=x, pad=pad), WORDS)
ops.case("Text FROM_BASE64", lambda x: raw.DecodeBase64(input=x),
         strings("", "__-A", "YQ", "YQ==", "YWI"))
for unit in ("BYTE", "UTF8_CHAR"):
    ops.case(f"TextLength {unit}", lambda x: raw.StringLength(input=x, unit=unit), WORDS)
    ops.case(f"TextSlice {unit}", lambda x, a, n: raw.Substr(input=x, pos=a, len=n, unit=unit),
             strings("añb", "hello", "日本語"), np.array([1, -2, 0], I32), np.array([2, 9, 1], I32))
ops.case("TextSlice broadcast", lambda x, a, n: raw.Substr(input=x, pos=a, len=n),
         strings("abc", "defg"), np.array(1, I64), np.array(2, I64))
ops.case("TextJoin", lambda *x: raw.StringJoin(inputs=list(x), separator=", "),
         strings("a", ""), strings("b")[0], strings("é", "d"))
ops.case("TextJoin one", lambda x: raw.StringJoin(inputs=[x], separator="-"), strings("a", ""))
ops.case("TextMatch", lambda x: raw.RegexFullMatch(input=x, pattern="[a-c]+.?"),
         strings("abc", "abcd", "abcde", "", "xa"))
for dtype, values in ((F32, ("1", " -2.5e3 ", "+.5", "inf", "-INF", "1e-50")), (np.float64, ("0.1", "1e300", "nan")),
                      (I32, ("12", " -7 ", "2147483647")), (I64, ("-9223372036854775808",))):
    ops.case(f"TextNumber {np.dtype(dtype).name}", lambda x: raw.StringToNumber(string_tensor=x, out_type=dtype),
             strings(*values))

for name, x, axis in [("int32", np.array([3, 1, 3, 2, 1], I32), 0), ("string", strings("b", "a", "b"), 0),
                      ("float32", np.array([[1, 2, 1], [0, -0.0, 0]], F32), 1), ("none", np.zeros(0, I64), 0),
                      ("nan", np.array([np.nan, 1, np.nan], F32), 0)]:
    for out in (I32, I64):
        ops.case(f"Unique {name} {np.dtype(out).name}",
                 lambda x: list(raw.UniqueWithCountsV2(x=x, axis=[axis], out_idx=out)), x)

AT = np.array([3, 0, 3], I32)
MORE = np.array([3, 0, 3, 1, 1], I32)
for name, at, u in [("float32", AT, rand("mu", 3, 3)), ("int64", AT, (rand("mi", 3, 3) * 9).astype(I64)),
                    ("zeros", MORE, np.array([[1.5], [2], [0], [0], [0]], F32))]:
    ones = np.ones((4, u.shape[1]), u.dtype)
    ops.case(f"Scatter MUL {name}", lambda x, i, u: x * raw.UnsortedSegmentProd(
        data=u, segment_ids=i, num_segments=4), ones, at, u)

SPECIAL = {"LGAMMA": raw.Lgamma, "DIGAMMA": raw.Digamma, "DAWSN": raw.Dawsn, "EXPINT": raw.Expint, "SPENCE": raw.Spence,
           "BESSEL_I0": raw.BesselI0, "BESSEL_I1": raw.BesselI1, "BESSEL_I0E": raw.BesselI0e, "BESSEL_I1E": raw.BesselI1e,
           "BESSEL_J0": raw.BesselJ0, "BESSEL_J1": raw.BesselJ1, "BESSEL_K0": raw.BesselK0, "BESSEL_K1": raw.BesselK1,
           "BESSEL_K0E": raw.BesselK0e, "BESSEL_K1E": raw.BesselK1e}
POSITIVE = np.array([0.125, 0.5, 0.75, 1.25, 2.5, 3, 5.5, 9], np.float64)
for name, op in SPECIAL.items():
    ops.case(f"Special {name}", lambda x: op(x=x), POSITIVE)
A, X = np.array([[0.5], [2], [7.5]], np.float64), np.array([0.25, 1.5, 6, 20], np.float64)
ops.case("Special IGAMMA", lambda a, x: raw.Igamma(a=a, x=x), A, X)
ops.case("Special IGAMMAC", lambda a, x: raw.Igammac(a=a, x=x), A, X)
ops.case("Special IGAMMA_GRAD_A", lambda a, x: tf.stop_gradient(raw.IgammaGradA(a=a, x=x)), A, X)
ops.case("Special ZETA", lambda s, q: raw.Zeta(x=s, q=q), A + 1, X)
ops.case("Special POLYGAMMA", lambda n, x: raw.Polygamma(a=n, x=x), np.array([[0], [1], [3]], np.float64), X)
ops.case("Special BETAINC", lambda a, b, x: raw.Betainc(a=a, b=b, x=x), POSITIVE, POSITIVE[::-1].copy(),
         np.array([0, 0.1, 0.25, 0.5, 0.625, 0.75, 0.9, 1], np.float64))
