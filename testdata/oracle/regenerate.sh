#!/usr/bin/env bash
# Makes the committed fixtures anew with real Keras and TensorFlow:
#   regenerate.sh [cases] [digits]     (default: both)
# cases:  testdata/cases/<suite>.zip, about 12 minutes on a free core
# digits: testdata/digits, about 2 minutes, needs npm
# Inputs come out the same, expected values up to rounding; model files hold
# dates and random names, so bytes differ: commit only when cases changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../.oracle-venv
suites=(layers models legacy training)
"$here/setup.sh" "$venv"
python=$(cd "$venv" && pwd)/bin/python
for part in ${@:-cases digits}; do
  case $part in
    cases)
      out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
      (cd "$here" && for suite in "${suites[@]}"; do
         "$python" -m oracle generate --out "$out" --suite "$suite"
       done && "$python" -m oracle pack --out "$out" --to ../cases) ;;
    digits) "$python" "$here/../digits/train.py" ;;
    *) echo "regenerate: expected cases or digits but was $part" >&2; exit 2 ;;
  esac
done
