#!/usr/bin/env bash
# Puts buf, the tool for the contract, into the folder $1 (default: .tools/bin). On
# Linux x86-64 it is the publisher's own build: building it takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/fetch/lib.sh

version=1.75.0
target="${1:-.tools/bin}/buf"
sum=fad1e38d6909bbb583a4da81d8c02a01046e2cd663bde7e337dd24277393764b

if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v npm >/dev/null; then
	need go "install Go 1.26 or later"
	[ -x "$target" ] && [ "$("$target" --version 2>&1)" = "$version" ] && exit 0
	say "building buf $version"
	GOFLAGS='' GOBIN="$(realpath -m "$(dirname "$target")")" go install "github.com/bufbuild/buf/cmd/buf@v$version"
	exit 0
fi
if has "$target" "$sum"; then exit 0; fi
package=@bufbuild/buf-linux-x64@$version
say "buf $version (npm $package)"
folder=$(npm_package "$package" 98b19d4b2b46130e083157490c54dfdcb8ea771e53204d3c6a06a2b12edd0503)
trap 'rm -rf "$(dirname "$folder")"' EXIT
install_checked "$folder/bin/buf" "$target" "$sum"
chmod 0755 "$target"
