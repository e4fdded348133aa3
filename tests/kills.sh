#!/bin/sh
# Kills runs at pseudo-random moments and looks whether anybody is mailed twice or forgotten (R5 of the goals).
#
#   tests/kills.sh              500 kills, about eight minutes on two cores
#   tests/kills.sh 2000 7       2,000 kills with another seed
#
# A failure names seed, round and day; the same numbers play the same moments again.
set -eu
cd "$(dirname "$0")/.."
KILLS="${1:-500}" SEED="${2:-1}" exec cargo test --test it -- --nocapture \
    killed_at_any_moment_nobody_is_mailed_twice_and_nobody_is_forgotten
