#!/bin/sh
# Finds or installs Chromium, which the browser tests drive (Debian's package; no download of a private build).
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "onethread: the browser tests need Chromium: install it with your system's package manager and try again." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else
    echo "onethread: the browser tests need Chromium: run 'sudo apt-get install chromium' and try again." >&2
    exit 1
fi
echo "onethread: installing Chromium for the browser tests (once) ..." >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
$as_root apt-get -qq install -y --no-install-recommends chromium >/dev/null
