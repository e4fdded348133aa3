#!/bin/sh
# Stops PostgreSQL at every statement of a run, before and after its answer, longer than the test run does:
#   tests/breaks.sh
set -eu
cd "$(dirname "$0")/.."
BREAKS_STRIDE=1 exec cargo test --test it -- --nocapture wherever_postgresql_stops
