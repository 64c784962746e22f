#!/usr/bin/env bash
# Models of Keras 3, Keras 2, a SavedModel's signature and plain functions, recorded by posthorn_capture.py, must agree.
#   capture.sh [NAME...]   NAME: of captured.py; default: those that CI tries; all: every one
set -euo pipefail
testdata=$(cd "$(dirname "$0")" && pwd)
python=$testdata/../.oracle-venv/bin/python
names=("$@")
[ $# -gt 0 ] || names=(dictionaries nested trained strings signature function
  keras2_functional keras2_sequential keras2_subclassed)
[ "${names[*]}" != all ] || names=()
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore "$python" "$testdata/oracle/captured.py" "$out" ${names[@]+"${names[@]}"}
failed=0
for folder in "$out"/*; do
  if "$testdata/../posthorn" verify --model "$(echo "$folder"/model*)" --golden "$folder/golden" --quiet; then
    echo "PASS $(basename "$folder")"
  else
    echo "FAIL $(basename "$folder")"; failed=1
  fi
done
exit $failed
