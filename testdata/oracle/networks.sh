#!/usr/bin/env bash
# Writes MobileNetV2, ResNet50, a VGG16 with a small head and EfficientNetB0
# with random weights as case folders into OUT/networks (390 MB):
#   networks.sh OUT [further options of "oracle generate", e.g. --seed 1]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?networks.sh: expected a folder to write to}"
out=$(cd "$1" && pwd); shift
venv=$here/../../.oracle-venv
"$here/setup.sh" "$venv"
python=$(cd "$venv" && pwd)/bin/python
cd "$here" && "$python" -m oracle generate --suite networks --out "$out" "$@"
