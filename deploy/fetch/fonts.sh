#!/usr/bin/env bash
# Puts the Noto fonts that labels are drawn with, where Go's own font lacks a
# script, into the folder $1 (default: bin/fonts), with their licence (SIL OFL 1.1).
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/fetch/lib.sh

target="${1:-bin/fonts}"

# font NAME SHA256 PACKAGE PACKAGE_SHA256 PATH
font() {
	if has "$target/$1" "$2"; then return; fi
	say "${1%.*} (npm $3)"
	local folder
	folder=$(npm_package "$3" "$4")
	install_checked "$folder/$5" "$target/$1" "$2"
	rm -rf "$(dirname "$folder")"
}

# The order of the names is the order in which a character is looked for.
font 1-NotoSansHans.otf 7db3c634bbd0301b3082a80ffcac2f422e8ef9ce0730f8b279c3e8f756598f68 \
	@embedpdf/fonts-sc@1.0.0 589e6a5f2168430b4ae5a46bfdc4606f1798f5c06be5a2369ab89f75b804a0ad fonts/NotoSansHans-Regular.otf
font 2-NotoSansJP.otf dcc75e20d91d09c793fa5a97c9c7678e8b580d0fc255314cbc45c08b075f46f1 \
	@embedpdf/fonts-jp@1.0.0 df8af067c031e5dea31dab7105bf01560cccfe007fe055d7d69b395fc1526b58 fonts/NotoSansJP-Regular.otf
font 3-NotoSansKR.otf ff59f91fe8d6e6246f548bb67bf371810af3d5cc53b65e8680461fabd043b506 \
	@embedpdf/fonts-kr@1.0.0 c6e93dac723b37c743af2007fb3e18ac9ce8dce10f65beb100b3c8327571fcec fonts/NotoSansKR-Regular.otf
font 4-NotoNaskhArabic.ttf 45664d3913368eb216be981969ed383e31143cef790ae803afd4f69b87d7923b \
	@embedpdf/fonts-arabic@1.0.0 6877696b89128ba8c488c96456f80dc0a5154d6ea9530148e0ba515fb6b88046 fonts/NotoNaskhArabic-Regular.ttf
font 5-NotoSansHebrew.ttf e0ee753f09733337b9236221018d4bf71fd6d06c87dd76bbc83120514bc55911 \
	@expo-google-fonts/noto-sans-hebrew@0.4.1 f82f8e852e3355521c511f2762a0130216d208d108bf4739aa977eb6a6d3012c 400Regular/NotoSansHebrew_400Regular.ttf
font 6-NotoSansThai.ttf 9acb585d8662ca4ed1b1cf5889dfa1393f8555103b3986e1ea1e3af4faef70bd \
	@expo-google-fonts/noto-sans-thai@0.4.2 44282ae7c24587e7e50f083e5db3aafa8011ac2eac1159ef62be4fc516a66165 400Regular/NotoSansThai_400Regular.ttf
font 7-NotoSansDevanagari.ttf 084a94d89eb54aafb93a056e15425c34fd859f6342875165d304837b3bcfc2d2 \
	@expo-google-fonts/noto-sans-devanagari@0.4.1 fb9a4c288af3829f383d945fcec350c8cdf99abf18ffe55c987c495bca42e80e 400Regular/NotoSansDevanagari_400Regular.ttf
cmp -s deploy/fetch/fonts/OFL.txt "$target/OFL.txt" || install -m 644 deploy/fetch/fonts/OFL.txt "$target/OFL.txt"
