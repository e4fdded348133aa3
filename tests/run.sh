#!/bin/sh
# Installs what the tests need and runs them all: format, lints, tests of both packages.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n=== %s ===\n' "$1"; }

command -v cargo > /dev/null || { echo "cargo is needed: install Rust with rustup (https://rustup.rs)"; exit 1; }
command -v python3 > /dev/null || { echo "python3 is needed: TikTok's own SDK and the mail server of the tests run in it"; exit 1; }

say "Python environment"
venv=target/test-venv
if ! "$venv/bin/python" -m pip --version > /dev/null 2>&1; then
    rm -rf "$venv"
    mkdir -p target
    if ! python3 -m venv "$venv"; then
        rm -rf "$venv"
        if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
            apt-get update -qq && apt-get install -y -qq python3-venv
            python3 -m venv "$venv"
        else
            echo "python3 cannot make a virtual environment: install python3-venv (Debian: apt-get install python3-venv)"
            exit 1
        fi
    fi
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r tests/sdk/requirements.txt -r tests/manifests/requirements.txt
SDK_PYTHON="$PWD/$venv/bin/python"
export SDK_PYTHON

say "Browser and what drives it, spreadsheet"
# What a test needs and cannot install itself: commands, and the Debian packages that have them.
needs() {
    for command in $1; do
        command -v "$command" > /dev/null && continue
        if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
            apt-get update -qq && apt-get install -y -qq --no-install-recommends $2 > /dev/null
            return
        fi
        echo "$command is needed: install it (Debian: apt-get install $2)"
        exit 1
    done
}
needs chromium "chromium"
needs "node npm" "nodejs npm"
needs soffice "libreoffice-calc-nogui"
PAGE_MODULES="$PWD/target/test-page"
mkdir -p "$PAGE_MODULES"
cp tests/page/package.json tests/page/package-lock.json "$PAGE_MODULES"
npm ci --silent --no-audit --no-fund --prefix "$PAGE_MODULES"
CHROMIUM=$(command -v chromium)
export PAGE_MODULES CHROMIUM

say "PostgreSQL"
# The tests start servers of their own: the packages must bring no cluster that runs.
if ! command -v initdb > /dev/null && ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
        mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/no-main-cluster.conf
        apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql
    else
        echo "PostgreSQL is needed: install it (Debian: apt-get install postgresql)"
        exit 1
    fi
fi

say "What looks at manifests and alerts"
command -v kubectl > /dev/null || { echo "kubectl is needed, 1.27 or newer (Debian's is older): https://kubernetes.io/docs/tasks/tools/"; exit 1; }
needs "prometheus promtool prometheus-pushgateway" "prometheus prometheus-pushgateway"

say "Format"
cargo fmt --all --check

say "Lints"
cargo clippy --quiet --workspace --all-targets -- -D warnings

say "Tests"
export INSTA_UPDATE=no
cargo test --workspace --no-fail-fast

say "The same stories on PostgreSQL"
TEST_STORE=postgres cargo test --test it -- story:: nights:: lease:: killed:: kills:: stopped:: scheduled:: refused:: commands:: \
    answers:: forgotten:: a_database_that_stays_locked
