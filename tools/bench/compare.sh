#!/usr/bin/env bash
# Times Posthorn, TensorFlow and ONNX Runtime side by side on the same models and data, in one run.
#
#   tools/bench/compare.sh [--quick] [--json FILE] [--markdown FILE] [--only WORD,WORD…] [--rounds N] [--models DIR]
#
#   BENCH_JDKS     homes of JDKs, parted by blanks; default: those of /usr/lib/jvm that are 17 or 25, else JAVA_HOME
#   BENCH_TF       a Python with TensorFlow and Keras; default: .oracle-venv/bin/python (testdata/oracle/setup.sh makes it)
#   BENCH_ORT      a Python with onnxruntime; default: .bench-venv/bin/python, made here where it is missing
#
# All of it takes about 40 minutes, --quick (batch 1, one thread) 10. --only mnist, --only 'b1 t1', --only cold,train: parts.
# The history is tools/bench/target/history.json: a row a figure, and whether all are within the marks. Stopped, a run keeps
# the figures that it has.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tf=${BENCH_TF:-$home/.oracle-venv/bin/python}
ort=${BENCH_ORT:-$home/.bench-venv/bin/python}
[ -x "$tf" ] || { echo "compare: expected a Python with TensorFlow but was nothing, at $tf (testdata/oracle/setup.sh)" >&2; exit 2; }
if ! "$ort" -c 'import onnxruntime' 2>/dev/null; then
    ort=$home/.bench-venv/bin/python
    python3 -m venv "$home/.bench-venv"
    "$home/testdata/oracle/install.sh" "$home/.bench-venv" numpy onnxruntime
fi
exec "$tf" "$home/tools/bench/compare.py" --home "$home" --tf "$tf" --ort "$ort" "$@"
