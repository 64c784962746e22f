#!/usr/bin/env bash
# Trains the digits network for two epochs with --tensorboard, starts the real
# TensorBoard on what came of it, and asks it for its curves: they must be the
# numbers of --log. Needs pip's registry for TensorBoard itself.
set -euo pipefail
testdata=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$testdata/../.oracle-venv" && pwd)/bin/python
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
if ! "$testdata/oracle/install.sh" "$testdata/../.oracle-venv" --target "$out/packages" \
    "tensorboard==2.21.*" "setuptools<81" 2>"$out/pip.log"; then
  echo "tensorboard: skipped, it cannot be installed here: $(tail -1 "$out/pip.log")"
  exit 0
fi
"$testdata/../posthorn" train "$testdata/digits/digits.keras" --data "$testdata/digits/handwriting.npz" \
  --scale 1/255 --validation-split 0.2 --epochs 2 --learning-rate 3e-4 --tensorboard "$out/events" \
  --log "$out/log.csv" --output "$out/tuned.keras"
PYTHONPATH=$out/packages TF_CPP_MIN_LOG_LEVEL=3 "$python" - "$out/events" "$out/log.csv" <<'END'
import csv, json, math, sys, time, urllib.parse, urllib.request
from tensorboard import program

folder, log = sys.argv[1:]
board = program.TensorBoard()
board.configure(argv=[None, "--logdir", folder, "--port", "0", "--load_fast", "false"])
url = board.launch()

def get(path):
    with urllib.request.urlopen(url.rstrip("/") + path) as answer:
        return json.load(answer)

tags = {}
for _ in range(60):  # it reads in the background
    tags = get("/data/plugin/scalars/tags")
    if tags:
        break
    time.sleep(1)
rows = list(csv.DictReader(open(log)))
compared = 0
for run, names in tags.items():
    for tag in names:
        column = ("val_" if "validation" in run else "") + tag.replace("epoch_", "")
        if column not in rows[0]:
            continue
        query = urllib.parse.urlencode({"run": run, "tag": tag})
        points = get("/data/plugin/scalars/scalars?" + query)
        for (_, step, value), row in zip(points, rows, strict=True):
            assert math.isclose(value, float(row[column]), rel_tol=1e-5), (run, tag, step, value, row)
            compared += 1
assert compared >= 4 * len(rows), (tags, rows)
print(f"TensorBoard shows {compared} points of {sorted(tags)} as they were logged")
END
