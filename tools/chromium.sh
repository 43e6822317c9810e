#!/bin/sh
# Makes sure that a Chromium is there for the tests, from the system's packages; never downloads one of its own.
set -u

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium with apt-get ..."
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null
    then
        exit 0
    fi
fi

echo "No Chromium: the tests in a browser cannot run. Install it, on Debian or Ubuntu: sudo apt-get install chromium" >&2
[ "${CI:-}" != true ]
