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
