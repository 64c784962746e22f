#!/usr/bin/env bash
# Interoperability check against real Keras: generates well-known networks and
# a random sample of layer cases that no fixture holds, and lets the launcher
# verify all of them.
#   interop.sh [SEED] [DIR]   SEED: of the sample (default 1); DIR: where the
#                             cases go and stay (default: a temporary folder)
set -euo pipefail
testdata=$(cd "$(dirname "$0")" && pwd)
oracle=$testdata/oracle
venv=$testdata/../.oracle-venv
seed=${1:-1}
if [ $# -ge 2 ]; then
  mkdir -p "$2" && out=$(cd "$2" && pwd)
else
  out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
fi

families=(
  dense conv1d conv2d depthwise_conv1d depthwise_conv2d separable_conv1d separable_conv2d
  max_pooling1d max_pooling2d average_pooling1d average_pooling2d
  global_max_pooling1d global_max_pooling2d global_average_pooling1d global_average_pooling2d
  zero_padding1d zero_padding2d cropping1d cropping2d up_sampling1d up_sampling2d
  batch_normalization layer_normalization
  activation activation_wide relu leaky_relu prelu elu softmax
  dropout spatial_dropout1d spatial_dropout2d gaussian_dropout gaussian_noise alpha_dropout
  flatten reshape permute repeat_vector
  add subtract multiply average maximum minimum concatenate dot
  rescaling embedding lstm gru simple_rnn bidirectional time_distributed)
only=()
for family in "${families[@]}"; do only+=(--only "layers/$family/*"); done

"$oracle/networks.sh" "$out" --seed "$seed"
(cd "$oracle" && "$(cd "$venv" && pwd)/bin/python" -m oracle generate --suite layers \
  --out "$out" --seed "$seed" --sample 3 --saved-model none "${only[@]}")
"$testdata/../posthorn" verify "$out/networks" "$out/layers"

# What Posthorn saves is what it read, and real Keras loads it: a sample of the
# committed cases (ROUNDTRIP=all: every one), in every format.
python=$(cd "$venv" && pwd)/bin/python
for suite in layers models legacy training; do
  "$python" - "$testdata/cases/$suite.zip" "$out/cases" "$seed" "${ROUNDTRIP:-}" <<'EOF'
import os, random, sys, zipfile
archive, out, seed, extent = sys.argv[1:]
with zipfile.ZipFile(archive) as z:
    names = [n for n in z.namelist() if not n.endswith("/")]
    cases = sorted({os.path.dirname(n) for n in names if n.endswith("/case.json")})
    if extent != "all" and not archive.endswith("training.zip"):
        cases = random.Random(seed).sample(cases, min(len(cases), 120))
    kept = tuple(c + "/" for c in cases)
    z.extractall(out, [n for n in names if n.startswith(kept)])
EOF
done
# roundtrip SUITES FROM TO MADE_OF OPTIONS...: converts, and lets Keras check
# the result. What a format cannot hold is refused (SavingTest lists it).
roundtrip() {
  local suites=$1 from=$2 to=$3 made_of=$4 saved
  shift 4
  saved=$(mktemp -d "$out/saved.XXXXXX")
  for suite in $suites; do
    { "$testdata/../posthorn" convert "$out/cases/$suite" --from "$from" --to "$to" \
        --out-dir "$saved/$suite" "$@" || [ $? -eq 2 ]; } | tail -1
  done
  local sample=(--sample 40)
  [ "${ROUNDTRIP:-}" != all ] || sample=()
  (cd "$oracle" && "$python" -m oracle roundtrip --cases "$out/cases" --saved "$saved" \
    --made-of "$made_of" --seed "$seed" ${sample[@]+"${sample[@]}"})
}
roundtrip "layers models" model.keras .keras ""
roundtrip "layers models" model.keras .h5 .keras
roundtrip "layers models" model.h5 .h5 ""
roundtrip "layers models" model.h5 .keras .h5
roundtrip "layers models" model.keras .weights.h5 ""
roundtrip legacy model.h5 .keras keras2 --no-optimizer
roundtrip training trained.keras .keras ""
roundtrip "layers models" model.keras _saved_model ""
roundtrip "layers models" model.keras _saved_model xla --batch 2 --xla

# Training goes on in Keras where Java left it; exported steps train in
# TensorFlow; SavedModels are saved with other values. A sample of each.
"$python" -m zipfile -e "$testdata/cases/savedmodel.zip" "$out/cases"
sampled() { # CHECK CASES N
  local sample=(--sample "$3")
  [ "${ROUNDTRIP:-}" != all ] || sample=()
  (cd "$oracle" && "$python" -m oracle "$1" --cases "$out/cases/$2" \
    --posthorn "$testdata/../posthorn" --seed "$seed" ${sample[@]+"${sample[@]}"})
}
sampled continued training 3
sampled stepped training 6
sampled resaved savedmodel/module 6

# The loader of TensorFlow 1 answers too.
"$testdata/../posthorn" convert "$testdata/digits/digits.keras" "$out/digits"
"$python" -c 'import sys, numpy as np
np.save(sys.argv[1], np.zeros((1, 28, 28, 1), np.float32))' "$out/zeros.npy"
TF_CPP_MIN_LOG_LEVEL=3 "$(dirname "$python")/saved_model_cli" run --dir "$out/digits" --tag_set serve \
  --signature_def serving_default --inputs "image=$out/zeros.npy" 2>/dev/null | tail -3

"$testdata/tensorboard.sh"

"$testdata/kills.sh" "${KILLS:-10}"
