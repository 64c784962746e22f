#!/usr/bin/env bash
# Whether SavedModels of keras.applications compute here what Keras computes: makes one after the other with generated
# weights, verifies it and removes it again.
#   applications.sh [NAME…]      (default: all 40, two hours on a free core and 3 GB of disk)
# POSTHORN names the launcher; default: that of this repository. Exit code 1: one differs, or could not be made.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
posthorn=${POSTHORN:-$here/../../posthorn}
venv=$here/../../.oracle-venv
"$here/setup.sh" "$venv" || exit 2
python=$(cd "$venv" && pwd)/bin/python
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
cd "$here" || exit 2
if [ $# -eq 0 ]; then
  mapfile -t names < <("$python" -m oracle list --suite applications 2>/dev/null | grep -o 'applications/[A-Za-z0-9]*' | cut -d/ -f2 | sort -u)
else
  names=("$@")
fi
failed=0
for name in "${names[@]}"; do
  "$python" -m oracle generate --out "$out" --suite applications --only "applications/$name" --saved-model all >"$out/log" 2>&1 \
    && "$posthorn" verify --quiet --format savedmodel "$out/applications/$name" \
    || { failed=$((failed + 1)); echo "FAIL $name"; tail -n 3 "$out/log"; }
  rm -rf "$out/applications/$name"
done
echo "$((${#names[@]} - failed)) of ${#names[@]} are equal"
[ "$failed" -eq 0 ]
