#!/usr/bin/env bash
# Makes a virtual environment with real TensorFlow, Keras and h5py in DIR
# (default: .oracle-venv at the root of the repository). Does nothing if it is
# there. CPU is enough. The numbers in the cases name the versions that made them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-$here/../../.oracle-venv}
check='import tensorflow as tf, keras, h5py, scipy, PIL; print("oracle: TensorFlow", tf.__version__, "Keras", keras.__version__)'
export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0
if [ -x "$dir/bin/python" ] && "$dir/bin/python" -c "$check" 2>/dev/null; then exit 0; fi
python3 -m venv "$dir"
"$here/install.sh" "$dir" -r "$here/requirements.txt"
"$dir/bin/python" -c "$check"
