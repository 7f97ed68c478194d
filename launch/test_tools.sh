#!/bin/sh
# Finds or installs what only the tests need: Chromium for the pages, PostgreSQL for the bank's records (Debian's packages).
set -eu
missing=
for name in chromium chromium-browser google-chrome missing; do
    if command -v "$name" >/dev/null 2>&1; then break; fi
    if [ "$name" = missing ]; then missing=chromium; fi
done
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && ! command -v postgres >/dev/null 2>&1; then
    missing="$missing postgresql"
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
