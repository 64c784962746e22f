#!/usr/bin/env bash
# Reads made-up model files for as long as you like, guided by coverage: Jazzer on FileFuzzer, from small whole files of each kind.
# What is not refused by one of our errors, takes 20 s or 2 GB, is reported, and kept as an input. Not a part of .ci/run.
#   fuzz.sh SECONDS [DIR]   DIR: where the corpus and what was found stay (default: a temporary folder)
set -euo pipefail
seconds=${1:?fuzz.sh SECONDS [DIR]}
root=$(cd "$(dirname "$0")/.." && pwd)
dir=${2:-$(mktemp -d)}; mkdir -p "$dir/corpus" "$dir/seeds" "$dir/found"; dir=$(cd "$dir" && pwd)
version=0.24.0
cd "$root"
mvn -q -B -P'!error-prone' -pl importers -am test-compile dependency:build-classpath -Dmdep.outputFile="$dir/classpath" -Dmdep.includeScope=test
mvn -q -B dependency:get -Dartifact=com.code-intelligence:jazzer:$version
mvn -q -B -N help:evaluate -Dexpression=settings.localRepository -Doutput="$dir/repository"
repository=$(cat "$dir/repository")/com/code-intelligence
cd importers
classes=target/test-classes:target/classes:../proto/target/classes:../runtime/target/classes:../testdata/target/classes:$(cat "$dir/classpath")
java -cp "$classes" dev.posthorn.fuzz.FileSeeds "$dir/seeds"
exec java -Xmx2g -cp "$repository/jazzer/$version/jazzer-$version.jar:$repository/jazzer-api/$version/jazzer-api-$version.jar:$classes" \
    com.code_intelligence.jazzer.Jazzer --target_class=dev.posthorn.fuzz.FileFuzzer \
    --instrumentation_includes='dev.posthorn.**' --keep_going=20 --reproducer_path="$dir/found" \
    "$dir/corpus" "$dir/seeds" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=5000 -max_len=130000 \
    -artifact_prefix="$dir/found/"
