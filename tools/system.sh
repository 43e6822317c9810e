#!/bin/sh
# Makes sure that a program the tests start is there, from the system's packages; never downloads one of its own.
# Usage: system.sh PACKAGE COMMAND...: any one of the commands will do.
set -u

package=$1
shift
PATH=$PATH:/usr/sbin
for name in "$@"; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done

# In run level 1 no package starts a service: the tests start their own.
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing $package with apt-get ..."
    if { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; } >/dev/null
    then
        exit 0
    fi
fi

echo "No $package: the tests that start it cannot run. Install it, on Debian or Ubuntu: sudo apt-get install $package" >&2
[ "${CI:-}" != true ]
