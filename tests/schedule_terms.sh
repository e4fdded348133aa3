#!/bin/sh
# Tells `schedule` to stop at pseudo-random moments, and looks whether it ends within five seconds, and whether anybody is
# mailed twice or forgotten (R18 of the goals).
#
#   tests/schedule_terms.sh          100 times
#   tests/schedule_terms.sh 400 7    more, with another seed
#
# A failure names its round; the same numbers play the same moments again.
set -eu
cd "$(dirname "$0")/.."
TERMS="${1:-100}" SEED="${2:-1}" exec cargo test --test it -- --nocapture told_to_stop_at_any_moment
