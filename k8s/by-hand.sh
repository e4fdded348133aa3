#!/bin/sh
# Runs one command of the program in the cluster, as a Job of its own made from the CronJob, and shows what it says:
#
#   k8s/by-hand.sh tiktok-access check
#   k8s/by-hand.sh tiktok-access plan --out /tmp/plan
#   k8s/by-hand.sh tiktok-access release 20261123T043000Z-1a2b --country DK
#
# The first word is the namespace. It is tried once, and its Job stays as long as a night's.
set -eu
if [ $# -lt 2 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    exit 2
fi
namespace=$1
shift

arguments=
for argument in "$@"; do
    argument=$(printf '%s' "$argument" | sed 's/\\/\\\\/g; s/"/\\"/g')
    arguments="$arguments${arguments:+, }\"$argument\""
done

job=by-hand-$(date -u +%Y%m%d-%H%M%S)
kubectl -n "$namespace" create job "$job" --from=cronjob/reconciler --dry-run=client -o yaml |
    kubectl patch --local -f - -o yaml --type=json -p "[
        {\"op\": \"replace\", \"path\": \"/spec/backoffLimit\", \"value\": 0},
        {\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/args\", \"value\": [$arguments]}
    ]" |
    kubectl -n "$namespace" create -f -
# It ends with the command.
kubectl -n "$namespace" logs --follow --pod-running-timeout=5m --container=reconciler "job/$job"
