"""Strings and bytes: formats, parts, code points, hashes, fields."""

from __future__ import annotations

import gzip
import zlib

import numpy as np

from .base import Fixed, Rows, f32, i32, i64, text

ROWS = Rows("strings")
op = ROWS.op

REAL = f32([0, -0.0, 1.5, -2.25, 1e10, 123456.789, 1e-7, 0.5, 2.5, 1 / 3, np.inf, -np.inf, np.nan, 999999.5])
for name, kw in {
    "": {}, "_precision0": dict(precision=0), "_precision3": dict(precision=3), "_scientific": dict(scientific=True),
    "_scientific2": dict(scientific=True, precision=2), "_shortest": dict(shortest=True), "_shortest3": dict(shortest=True, precision=3),
    "_width": dict(width=14), "_zeros": dict(width=14, fill="0"), "_plus": dict(width=12, precision=1, fill="+"),
    "_left": dict(width=12, precision=1, fill="-"), "_space": dict(precision=1, fill=" "), "_alternate": dict(precision=0, fill="#"),
}.items():
    op(f"as_string{name}", "AsString", input=REAL, **kw)
op("as_string_double", "AsString", input=np.asarray([0.1, 1e22, -1 / 3]), precision=17)
op("as_string_half", "AsString", input=np.asarray([0.1, -65504], np.float16))
op("as_string_int8", "AsString", input=np.asarray([-128, 5], np.int8), width=6, fill="0")
op("as_string_uint64", "AsString", input=np.asarray([2**64 - 1, 0], np.uint64))
op("as_string_int_plus", "AsString", input=i32([-3, 0, 44]), width=4, fill="+")
op("as_string_bool", "AsString", input=np.asarray([True, False]))
op("as_string_complex", "AsString", input=Fixed(np.asarray([1 + 2j, -0.5j], np.complex64)), precision=2)

for name, xs, kw in [
    ("float", [f32([[1.5, 2, 1e10], [3, 1 / 3, np.inf]])], {}), ("double", [np.asarray([1 / 3, 1e10, 0.1])], {}),
    ("string", [text(["a", 'b\n"é', "x'\\"])], {}), ("bool", [np.asarray([True, False])], {}), ("range", [i32(np.arange(20))], {}),
    ("matrix", [i32(np.arange(64).reshape(8, 8))], dict(summarize=2)), ("all", [i32(np.arange(8).reshape(2, 2, 2))], dict(summarize=-1)),
    ("cube", [i32(np.arange(27).reshape(3, 3, 3))], dict(summarize=1)), ("half", [np.asarray([1.5, 0.1], np.float16)], {}),
    ("empty", [f32([])], {}),
]:
    op(f"format_{name}", "StringFormat", inputs=xs, template="a %s b", **kw)
op("format_two", "StringFormat", inputs=[f32(3.25), i32(7)], template="{} and {}", placeholder="{}")

X = text([["a", "bc", ""], ["d", "é", "fgh"]])
op("add", "Add", x=X, y=text(["1", "2", ""]))
op("add_scalar", "Add", x=text("-"), y=X)
for name, axes in {"0": [0], "1": [1], "01": [0, 1], "10": [1, 0], "-1": [-1], "none": []}.items():
    op(f"reduce_join_{name}", "ReduceJoin", inputs=X, reduction_indices=Fixed(i32(axes)), separator="|")
op("reduce_join_keep", "ReduceJoin", inputs=X, reduction_indices=Fixed(i32([1])), keep_dims=True)
op("segment_join", "UnsortedSegmentJoin", inputs=text(["a", "b", "c", "d"]), segment_ids=i32([2, 0, 2, 3]), num_segments=Fixed(i32(4)), separator="+")
op("segment_join_rows", "UnsortedSegmentJoin", inputs=X, segment_ids=i32([1, 1]), num_segments=Fixed(i32(2)), separator=",")
op("segment_join_matrix", "UnsortedSegmentJoin", inputs=X, segment_ids=i32([[1, 0, 1], [0, 2, 1]]), num_segments=i32(3))

WORDS = ["Hello", "naïve Café", "", "日本語", "a\tb\nc", "😀!"]
UTF8 = text([w.encode() for w in WORDS])
BAD = text([b"a\xffb", b"\xe2\x82", b"\xf0\x9f\x98x", b"\xc0\x80", b"\xed\xa0\x80", b"ok"])
for errors in ("replace", "ignore"):
    op(f"transcode_bad_{errors}", "UnicodeTranscode", input=BAD, input_encoding="UTF-8", output_encoding="UTF-8", errors=errors, replacement_char=63)
    op(f"decode_bad_{errors}", "UnicodeDecodeWithOffsets", input=BAD, input_encoding="UTF-8", errors=errors)
    op(f"encode_bad_{errors}", "UnicodeEncode", input_values=i32([97, 0xD800, 0x10FFFF, -1, 0x110000, 98]), input_splits=i64([0, 3, 6]), output_encoding="UTF-8", errors=errors)
op("transcode_control", "UnicodeTranscode", input=UTF8, input_encoding="UTF-8", output_encoding="UTF-8", replace_control_characters=True, replacement_char=95)
for to in ("UTF-16-BE", "UTF-32-BE"):
    op(f"transcode_{to}", "UnicodeTranscode", input=UTF8, input_encoding="UTF-8", output_encoding=to)
    op(f"encode_{to}", "UnicodeEncode", input_values=i32([97, 0x1F600, 98]), input_splits=i64([0, 1, 3]), output_encoding=to)
    op(f"decode_{to}", "UnicodeDecodeWithOffsets", input=text([w.encode(to[:-3] + to[-2:]) for w in WORDS]), input_encoding=to)
op("transcode_latin", "UnicodeTranscode", input=text([b"caf\xe9", b"\xa4"]), input_encoding="ISO-8859-1", output_encoding="UTF-8")
op("transcode_ascii", "UnicodeTranscode", input=BAD, input_encoding="US-ASCII", output_encoding="UTF-8")
op("decode", "UnicodeDecode", input=UTF8, input_encoding="UTF-8")
op("decode_offsets", "UnicodeDecodeWithOffsets", input=UTF8, input_encoding="UTF-8")
op("decode_control", "UnicodeDecodeWithOffsets", input=UTF8, input_encoding="UTF-8", replace_control_characters=True)
op("script", "UnicodeScript", input=i32([97, 0xE9, 0x3B1, 0x416, 0x5D0, 0x627, 0x905, 0x4E2D, 0x3042, 0x30A2, 0xAC00, 33, 0x301, 0x378, -1, 0x110000, 0x1F600]))
op("split_v1", "StringSplit", input=text(["a bc  d", "", " x ", "y"]), delimiter=text(" "))
op("split_v1_empty", "StringSplit", input=text(["a,b;;c", "", ";", "y"]), delimiter=text(",;"), skip_empty=False)
op("split_v1_bytes", "StringSplit", input=text(["abc", "", "日"]), delimiter=Fixed(""))
op("split_v2", "StringSplitV2", input=text(["a--b----c", "", "--x"]), sep=Fixed("--"), maxsplit=2)
op("ngrams_pad", "StringNGrams", data=text(["a", "b", "c", "d", "e"]), data_splits=i64([0, 3, 3, 5]), separator="|", ngram_widths=[2, 3], left_pad="<", right_pad=">", pad_width=-1, preserve_short_sequences=False)
op("ngrams_pad1", "StringNGrams", data=text(["a", "b", "c", "d", "e"]), data_splits=i64([0, 3, 3, 5]), separator="|", ngram_widths=[3], left_pad="<", right_pad=">", pad_width=1, preserve_short_sequences=False)
op("ngrams_short", "StringNGrams", data=text(["a", "b", "c", "d", "e"]), data_splits=i64([0, 3, 3, 5]), separator="|", ngram_widths=[3, 4], left_pad="", right_pad="", pad_width=0, preserve_short_sequences=True)
LONG = text(["", "a", "abcdefg", "abcdefgh", "abcdefghi", "the quick brown fox jumps over the lazy dog", "日本語" * 40])
op("hash_legacy", "StringToHashBucket", string_tensor=LONG, num_buckets=2**40)
op("hash_fast", "StringToHashBucketFast", input=LONG, num_buckets=2**40)
op("hash_strong", "StringToHashBucketStrong", input=LONG, num_buckets=2**40, key=[-5, 12345678901])
op("fingerprint", "Fingerprint", data=i32([[1, 2], [3, 4]]), method=Fixed("farmhash64"))
op("fingerprint_string", "Fingerprint", data=LONG, method=Fixed("farmhash64"))
op("fingerprint_strings", "Fingerprint", data=X, method=Fixed("farmhash64"))
op("fingerprint_float", "Fingerprint", data=f32([[1, 2], [3, 4]]), method=Fixed("farmhash64"))
H = i64([[0, 0], [0, 1], [0, 2], [2, 0]])
T = i64([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1]])
for normalize in (True, False):
    op(f"edit_distance_{normalize}", "EditDistance", hypothesis_indices=H, hypothesis_values=i32([1, 2, 3, 4]), hypothesis_shape=i64([4, 3]), truth_indices=T, truth_values=i32([1, 3, 5, 4, 4]), truth_shape=i64([4, 2]), normalize=normalize)
op("edit_distance_missing", "EditDistance", hypothesis_indices=i64([[0, 0, 0], [0, 1, 0]]), hypothesis_values=text(["a", "b"]), hypothesis_shape=i64([1, 2, 1]), truth_indices=i64([[0, 0, 0]]), truth_values=text(["a"]), truth_shape=i64([1, 2, 1]))

RAW = text([bytes(range(1, 17)), bytes(range(200, 216))])
for t in ("uint8", "int8", "int16", "uint16", "int32", "int64", "float32", "float64", "float16", "complex64", "bool"):
    op(f"decode_raw_{t}", "DecodeRaw", bytes=text([bytes([0, 1] * 8), bytes([1, 1] * 8)]) if t == "bool" else RAW, out_type=t)
op("decode_raw_big", "DecodeRaw", bytes=RAW, out_type="int32", little_endian=False)
op("decode_raw_scalar", "DecodeRaw", bytes=text(b"abcd"), out_type="uint16")
op("decode_padded_raw", "DecodePaddedRaw", input_bytes=text([b"ab", b"abcdefgh", b"abcdefghij"]), fixed_length=Fixed(i32(8)), out_type="int16")
op("decode_padded_raw_big", "DecodePaddedRaw", input_bytes=text([b"ab", b"abcdefgh", b"abcdefghij"]), fixed_length=Fixed(i32(8)), out_type="int32", little_endian=False)
op("decompress_zlib", "DecodeCompressed", bytes=text([zlib.compress(b"hello " * 20), zlib.compress(b"x")]), compression_type="ZLIB")
op("decompress_gzip", "DecodeCompressed", bytes=Fixed([gzip.compress(b"hello " * 20, mtime=0)]), compression_type="GZIP")
op("decompress_none", "DecodeCompressed", bytes=text([b"abc"]))

CSV = text(['1,2.5,abc,9', '-3,,"x,""y""",', ',1e3,,7'])
DEFAULTS = [Fixed([7], "int32"), Fixed([0.5], "float32"), Fixed(["?"], "string"), Fixed([-1], "int64")]
op("csv", "DecodeCSV", records=CSV, record_defaults=DEFAULTS)
op("csv_select", "DecodeCSV", records=CSV, record_defaults=DEFAULTS[1:3], select_cols=[1, 2])
op("csv_delim", "DecodeCSV", records=text(['a;NA;"b', ';3;']), record_defaults=[Fixed([""], "string"), Fixed([5.0], "float64"), Fixed(["z"], "string")], field_delim=";", use_quote_delim=False, na_value="NA")
op("csv_required", "DecodeCSV", records=text([["1,a"], ["2,b"]]), record_defaults=[Fixed([], "int32"), Fixed([], "string")])
op("base64", "EncodeBase64", input=UTF8, pad=True)
op("to_number", "StringToNumber", string_tensor=text(["1", " 2.5 ", "-inf", "NaN", "1e-3", "+4"]))
op("substr_utf8", "Substr", input=UTF8[[1, 3]], pos=i32([-3, 1]), len=i32([2, 9]), unit="UTF8_CHAR")

LINES = text(["", "aaa", "abcabc abd", "The Quick\nBrown 42 fox-7", "naïve Ünï x=1;yy=22", "a.b*c[d]", "αβγ ДЖ 日本", "  \t two  ", "foo_bar9 Foo"])
REGEXES = {
    "star": r"a*", "lazy": r"a+?", "class": r"[a-cx-z]+", "not": r"[^a-z\s]+", "posix": r"[[:alpha:]_]+", "notposix": r"[[:^alnum:]]", "digits": r"\d+",
    "words": r"\b\w", "noboundary": r"\Bb", "group": r"(a)(b)?(c)?", "either": r"ab|abc|a", "nested": r"((a|b)+c?)+", "count": r"[a-z]{2,3}", "countlazy": r"[a-z]{2,}?",
    "fold": r"(?i)foo|QUICK", "foldgroup": r"x(?i:Y)|(?i:T)he", "dot": r"a.", "dotall": r"(?s)k.B", "lines": r"(?m)^\w+", "linesend": r"(?m)\w$", "textend": r"\w$", "start": r"^.",
    "script": r"\p{Greek}+", "letters": r"\pL+", "upper": r"\p{Lu}", "notletters": r"\PL+", "hex": r"\x61|\x{65e5}", "quoted": r"\Q.b*\E", "empty": r"", "optional": r"b?",
    "named": r"(?P<k>\w)=(?P<v>\d+)", "anchors": r"\Aa|c\z", "brace": r"a{,2}|\{", "ungreedy": r"(?U)a+", "slow": r"(a*)*$|(a|aa)+$", "space": r"\s+",
}
for name, pattern in REGEXES.items():
    op(f"regex_replace_{name}", "StaticRegexReplace", input=LINES, pattern=pattern, rewrite="<\\0>")
    op(f"regex_first_{name}", "RegexReplace", input=LINES, pattern=Fixed(pattern), rewrite=Fixed("-"), replace_global=False)
    op(f"regex_match_{name}", "StaticRegexFullMatch", input=LINES, pattern=pattern)
op("regex_groups", "StaticRegexReplace", input=LINES, pattern=r"(a)(b)?(c)?", rewrite=r"[\3\2\1\\]")
op("regex_long", "StaticRegexFullMatch", input=text(["a" * 200 + "b", "a" * 200]), pattern="(a|aa|a*a)*")
