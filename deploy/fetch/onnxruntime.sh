#!/usr/bin/env bash
# Puts libonnxruntime.so into the folder $1 (default: bin), taken from the Go
# module that carries it. Does nothing when the right file is there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/fetch/lib.sh

module=github.com/k2-fsa/sherpa-onnx-go-linux@v1.13.8
case "$(uname -m)" in
x86_64)
	folder=x86_64-unknown-linux-gnu
	sum=4b3607aebd1784b26b6f9b20e4bd974c7ab8287043e4d095cb7d2cb40b5e566e
	;;
aarch64)
	folder=aarch64-unknown-linux-gnu
	sum=cfc800d4438f15e8d9017521326776ca7117d8783cb847ccccc2fc61ac4d540f
	;;
*) fail "no ONNX Runtime is known for $(uname -m); Keyhole needs x86_64 or aarch64" ;;
esac

target="${1:-bin}/libonnxruntime.so"
if has "$target" "$sum"; then exit 0; fi

need go "install Go 1.26 or later"
say "ONNX Runtime 1.28.2 (36 MB, Go module ${module})"
# Outside of any module, so that no go.mod of ours ever names it.
dir=$(cd / && GOWORK=off GOFLAGS=-mod=mod go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p')
install_checked "$dir/lib/$folder/libonnxruntime.so" "$target" "$sum"
