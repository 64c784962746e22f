"""Writes the fixtures beside this script, with NumPy. Values are in values.json."""
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
values = {}


def plain(x):
    if isinstance(x, (bytes, np.bytes_)):
        return x.decode()
    if isinstance(x, str):
        return x
    return [x.real, x.imag] if isinstance(x, complex) else x


def note(name, a):
    flat = [plain(x) for x in a.flatten().tolist()]
    values[name] = {"dtype": a.dtype.name.rstrip("0123456789") if a.dtype.kind in "SU" else a.dtype.name,
                    "shape": list(a.shape), "values": flat}


def save(name, a, version=(1, 0)):
    with open(here / (name + ".npy"), "wb") as f:
        np.lib.format.write_array(f, a, version=version)
    if a.dtype.kind != "O":
        note(name, a)


arrays = {}
base = np.arange(-3, 9).reshape(2, 3, 2)
for t in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "S3", "U3"]:
    for endian in "<>":
        if t[0] in "SU":
            a = np.array([["a", "é" if t[0] == "U" else "bcd", ""], ["x\0y", "zz", "ß𝄞" if t[0] == "U" else "q"]], endian + t)
        elif t[0] == "u":
            a = (base.astype("i8") & (2 ** 63 - 1)).astype(endian + t)
            a[0, 0, 0] = np.iinfo(t).max
        elif t[0] in "fc":
            a = (base / 4).astype(endian + t)
            a[1, 2, 1] = np.inf
            if t[0] == "c":
                a[0] += 2j
        else:
            a = base.astype(endian + t)
        for order in "CF":
            key = f"{t}/{'little' if endian == '<' else 'big'}.{order}"
            arrays[key] = np.array(a, order=order)
            note(key, a)
np.savez(here / "types.npz", **arrays)
np.savez_compressed(here / "types_compressed.npz", **arrays)
save("v1", np.arange(10, dtype="f4").reshape(5, 2))
save("v2", np.arange(10, dtype="f4").reshape(5, 2), (2, 0))
save("v3", np.arange(10, dtype="f4").reshape(5, 2), (3, 0))
save("fortran", np.asfortranarray(np.arange(24, dtype=">i4").reshape(4, 3, 2)))
save("scalar", np.array(2.5))
save("empty", np.zeros((0, 3), "f4"))
save("strings", np.array(["one", "zwölf", ""]).astype("U"))
save("bytes", np.array([b"one", b"twelve", b""]))
save("long", np.arange(40, dtype="f8").reshape(20, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
objects = np.empty(2, object)
objects[:] = [1, "a"]
with open(here / "objects.npy", "wb") as f:
    np.lib.format.write_array(f, objects, allow_pickle=True)
np.save(here / "records.npy", np.zeros(2, [("a", "i4"), ("b", "f4")]))
np.save(here / "times.npy", np.zeros(2, "M8[s]"))
np.save(here / "raw.npy", np.zeros(2, "V2"))
(here / "python2.npy").write_bytes(
    b"\x93NUMPY\x01\x00" + (70).to_bytes(2, "little")
    + b"{'descr': '<i4', 'fortran_order': False, 'shape': (3L,), }".ljust(69) + b"\n" + np.array([1, 2, 3], "<i4").tobytes())
values["python2"] = {"dtype": "int32", "shape": [3], "values": [1, 2, 3]}
for v in values.values():
    v["values"] = ["inf" if x == np.inf else [repr(y) for y in x] if isinstance(x, list) else x for x in v["values"]]
(here / "values.json").write_text(
    "{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v, ensure_ascii=False) for k, v in values.items()) + "\n}\n")
