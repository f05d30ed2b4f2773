#!/usr/bin/env bash
# The servers that the tests start by themselves: PostgreSQL and Redis, from the
# distribution's packages. Installs what is missing, or says what is.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
((${#missing[@]})) || exit 0

install=(apt-get install -y -q --no-install-recommends "${missing[@]}")
if ! command -v apt-get >/dev/null; then
	echo "the tests need these Debian packages, or their like: ${missing[*]}" >&2
	exit 1
fi
echo "installing for the tests: ${missing[*]}"
sudo=()
if ((EUID != 0)); then
	command -v sudo >/dev/null || { echo "the tests need: ${missing[*]}; install them as root: ${install[*]}" >&2; exit 1; }
	sudo=(sudo)
fi
"${sudo[@]}" apt-get update -q >/dev/null
# The tests start servers of their own; the package must not start one.
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 "${sudo[@]}" "${install[@]}" >/dev/null
