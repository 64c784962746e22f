#!/usr/bin/env bash
# Lets the pip of a virtual environment install packages:
#   install.sh VENV PIP-INSTALL-ARGUMENTS...
# Where pip is configured with extra indexes, those are asked first and the others not at all: an index that cannot be
# reached would be asked again and again.
set -euo pipefail
venv=${1:?install.sh: expected a virtual environment}; shift
args=()
for url in $(pip config get global.extra-index-url 2>/dev/null || true); do
  if [ ${#args[@]} = 0 ]; then args+=(--index-url "$url"); else args+=(--extra-index-url "$url"); fi
done
PIP_EXTRA_INDEX_URL='' exec "$venv/bin/pip" install -qq --disable-pip-version-check ${args[@]+"${args[@]}"} "$@"
