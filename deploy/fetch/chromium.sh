#!/usr/bin/env bash
# Installs Debian's Chromium, which the tests of the web app drive, where it is missing.
set -euo pipefail

command -v chromium >/dev/null && exit 0
echo 'installing chromium'
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null
