#!/usr/bin/env bash
# Ten networks of keras.applications, saved by real Keras as .keras and as .h5
# beside their architecture: each file gives what Keras gave, at the output and
# at every layer. Takes some minutes and 1 GB; not a part of .ci/run.
#   applications.sh [SEED] [DIR]   SEED: of the weights (default 0); DIR: where
#                                  the cases go and stay (default: a temporary
#                                  folder)
set -euo pipefail
testdata=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$testdata/../.oracle-venv" && pwd)/bin/python
if [ $# -ge 2 ]; then
  mkdir -p "$2" && out=$(cd "$2" && pwd)
else
  out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
fi
only=()
for name in MobileNet EfficientNetB0 EfficientNetV2B0 DenseNet121 NASNetMobile ResNet50; do
  only+=(--only "applications/$name") # MobileNet: four, ResNet50: two
done
(cd "$testdata/oracle" && "$python" -m oracle generate --suite applications \
  --with-weights --saved-model none --seed "${1:-0}" --out "$out" "${only[@]}")
"$testdata/../posthorn" verify "$out/applications"
