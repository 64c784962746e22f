#!/usr/bin/env bash
# A save that is killed at any moment leaves the old file whole:
#   kills.sh [N]    N: how often (default 200)
# A model of 96 MB is saved over another one; the saving process is killed
# (SIGKILL) after a random time between its start and its usual end. The file
# must then be the old one or the new one, byte for byte.
set -euo pipefail
testdata=$(cd "$(dirname "$0")" && pwd)
n=${1:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(cd "$testdata/../.oracle-venv" && pwd)/bin/python

TF_CPP_MIN_LOG_LEVEL=3 "$python" - "$work" 2>/dev/null <<'PYTHON'
import sys
import keras
for name, units in (("old", 50), ("source", 8000)):
    model = keras.Sequential([keras.Input((3000,)), keras.layers.Dense(units)])
    model.save(f"{sys.argv[1]}/{name}.keras")
PYTHON

posthorn() { exec "$testdata/../posthorn" "$@"; }
now() { date +%s%N; }
(posthorn convert "$work/source.keras" "$work/new.keras")
begun=$(now)
(posthorn convert "$work/source.keras" "$work/new.keras")
usual=$(($(now) - begun))

export POSTHORN_NO_BUILD=1
before=0 after=0 left=0
for ((i = 0; i < n; i++)); do
  cp "$work/old.keras" "$work/target.keras"
  posthorn convert "$work/source.keras" "$work/target.keras" >/dev/null 2>&1 &
  pid=$!
  # most of the usual time passes before the first byte is written
  sleep "$(awk -v t="$usual" -v r="$RANDOM" 'BEGIN { printf "%.4f", (0.5 + 0.6 * r / 32767) * t / 1e9 }')"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  if cmp -s "$work/target.keras" "$work/old.keras"; then
    before=$((before + 1))
  elif cmp -s "$work/target.keras" "$work/new.keras"; then
    after=$((after + 1))
  else
    echo "kill $((i + 1)): the file is neither the old one nor the new one" >&2
    exit 1
  fi
  for rest in "$work"/.target.keras.*.tmp; do
    [ ! -e "$rest" ] || { left=$((left + 1)); rm -f "$rest"; }
  done
done
echo "$n kills: $before left the old file, $after the new one; $left of them fell into the writing"
