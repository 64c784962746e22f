#!/usr/bin/env bash
# What a call of the backend tensorflow costs against TensorFlow Java's own Session on the same graph:
#   tools/bench/overhead.sh [--seconds S] [--batch N] [MODEL...]
# Fetches TensorFlow Java through Maven, beside the library of "posthorn native".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=5
batch=1
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2 && shift 2 ;;
        --batch) batch=$2 && shift 2 ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || set -- testdata/digits/digits.keras
[ -d tools/target/native ] || ./posthorn native
api=tools/target/bench
if [ ! -d "$api" ]; then
    for artifact in tensorflow-core-api:1.1.0 tensorflow-core-native:1.1.0 ndarray:1.0.0; do
        mvn -B -ntp -q dependency:copy -Dartifact="org.tensorflow:$artifact" -DoutputDirectory="$PWD/$api"
    done
fi
export TF_CPP_MIN_LOG_LEVEL=2
exec java -XX:+UseSerialGC --add-modules jdk.incubator.vector \
    -cp "tools/target/posthorn.jar:$api/*:tools/target/native/*" tools/bench/Overhead.java "$seconds" "$batch" "$@"
