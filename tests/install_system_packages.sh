#!/bin/sh
# Installs the programs the tests talk to (Chromium, Redis, PostgreSQL, espeak-ng) where this user may; the tests name what is missing.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-cjk"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "please install:$missing" >&2
    exit 1
fi
run=""
[ "$(id -u)" = 0 ] || run="sudo -n"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
# shellcheck disable=SC2086
$run apt-get install -y -qq --no-install-recommends $missing >/dev/null
