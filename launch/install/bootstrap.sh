#!/bin/sh
# bootstrap.sh VENV TIER: makes the environment VENV hold exactly requirements/TIER.txt (base, dev or diet).
# Does nothing when it does already; an environment of tier dev holds all of base and is good for both.
set -eu
venv=$1
tier=$2
cd "$(dirname "$0")/../.."
unset PYTHONDONTWRITEBYTECODE VIRTUAL_ENV || true

lock=requirements/$tier.txt
stamp=$venv/onethread-stamp
mark() { echo "$1 $(cat "requirements/$1.txt" | sha256sum | cut -c1-64)"; }

if [ -f "$stamp" ] && [ -x "$venv/bin/python" ]; then
    have=$(cat "$stamp")
    [ "$have" = "$(mark "$tier")" ] && exit 0
    [ "$tier" = base ] && [ "$have" = "$(mark dev)" ] && exit 0
fi

say() { echo "onethread: $*" >&2; }

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=.boot/bin/uv
    if [ ! -x "$uv" ]; then
        python=$(command -v python3.11 || command -v python3 || true)
        if [ -z "$python" ]; then
            say "Python 3 was not found: install it (Debian: apt-get install python3 python3-venv), or install uv."
            exit 1
        fi
        say "getting uv, which installs the rest (once) ..."
        rm -rf .boot
        if ! "$python" -m venv .boot; then
            say "$python cannot make an environment: install its venv module (Debian: apt-get install python3-venv), or install uv."
            exit 1
        fi
        .boot/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
    fi
fi

if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    rm -rf "$venv"
    if ! "$uv" venv --quiet --python 3.11 "$venv"; then
        say "Python 3.11 is needed (newer ones do not run Rasa 3.6): install it (Debian 12: apt-get install python3.11) and try again."
        exit 1
    fi
fi

say "installing the packages of $lock into $venv (once) ..."
rm -f "$stamp"
"$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --compile-bytecode "$lock"
mark "$tier" >"$stamp"
