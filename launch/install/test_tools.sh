#!/bin/sh
# Finds or installs what only the tests need (Debian's packages): Chromium for the pages, PostgreSQL for the bank's records, the
# reverse proxies of docs/install.md. `test_tools.sh haproxy postgresql` looks for what `make chaos` needs alone.
set -eu
missing=
only=$*
wanted() { [ -z "$only" ] || case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
if [ -z "$only" ]; then
for name in chromium chromium-browser google-chrome missing; do
    if command -v "$name" >/dev/null 2>&1; then break; fi
    if [ "$name" = missing ]; then missing=chromium; fi
done
fi
if wanted postgresql && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && ! command -v postgres >/dev/null 2>&1; then
    missing="$missing postgresql"
fi
for pair in haproxy:haproxy nginx:nginx-light caddy:caddy; do
    if wanted "${pair%%:*}"; then
        have "${pair%%:*}" || missing="$missing ${pair#*:}"
    fi
done
# axe-core looks for what makes a page useless to somebody; without npm those tests are left out.
axe=.test-tools/node_modules/axe-core/axe.min.js
if [ -z "$only" ] && [ ! -f "$axe" ] && command -v npm >/dev/null 2>&1; then
    npm install --prefix .test-tools --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent axe-core@4.10.3 ||
        echo "onethread: axe-core could not be installed; the tests that need it are left out." >&2
fi
if [ -z "$missing" ]; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "onethread: the tests need: $missing. Install them with your system's package manager and try again." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else
    echo "onethread: the tests need: $missing. Run 'sudo apt-get install $missing' and try again." >&2
    exit 1
fi
echo "onethread: installing for the tests (once): $missing ..." >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
# shellcheck disable=SC2086
$as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
