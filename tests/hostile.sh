#!/bin/sh
# Writes and sends mails full of hostile names and addresses, and looks whether any becomes a header, a recipient,
# markup or a link (R13 of the goals).
#
#   tests/hostile.sh              100,000 letters and half as many digests, in release and on all cores
#   tests/hostile.sh 1000000 7    more, with another seed
#
# A failure shows the smallest case that fails; the same numbers play the same cases again.
set -eu
cd "$(dirname "$0")/.."
HOSTILE="${1:-100000}" HOSTILE_SEED="${2:-1}" exec cargo test --release --lib -- hostile
