#!/bin/sh
# Builds what is measured and prints one table: see README.md beside this file.
#   tests/bench/run.sh [--quick | --full] [P1 P2 P3 P4 P5 P6 P7 P8 P9 P11 APPS]
set -eu
cd "$(dirname "$0")/../.."

built="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet --release --workspace --bins
cp Cargo.lock tests/bench/Cargo.lock # the same versions as the product; cargo drops what is not used
cargo build --quiet --release --manifest-path tests/bench/Cargo.toml --target-dir "$built"
if ! cmp -s tests/bench/requirements.txt target/bench-venv/installed.txt; then
    python3 -m venv target/bench-venv
    target/bench-venv/bin/pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
    cp tests/bench/requirements.txt target/bench-venv/installed.txt
fi
exec python3 tests/bench/bench.py --built "$built/release" \
    --python target/bench-venv/bin/python "$@"
