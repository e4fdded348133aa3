#!/bin/sh
# Kills and stops runs at pseudo-random moments, and looks whether anybody is mailed twice or forgotten (R5 and R18 of
# the goals).
#
#   tests/kills.sh              500 times kill -9 and 100 times SIGTERM, about eight minutes on two cores
#   tests/kills.sh 2000 400 7   more, with another seed
#
# A failure names seed, round and day; the same numbers play the same moments again.
set -eu
cd "$(dirname "$0")/.."
KILLS="${1:-500}" STOPS="${2:-100}" SEED="${3:-1}" exec cargo test --test it -- --nocapture at_any_moment
