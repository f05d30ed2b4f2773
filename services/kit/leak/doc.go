// Package leak finds secrets in text that strangers may see: titles, descriptions, samples,
// names, definitions. All services check such text with it.
//
// It combines three searches. The rules of gitleaks (gitleaks.json, MIT, see
// gitleaks.LICENSE) know the keys of about two hundred providers. Our own rules add shapes
// of keys, addresses that are secrets, and names like "password". Each search runs over the
// text and over what the text decodes to: escapes, base64 and hex.
//
// The gitleaks module is a program that links archives, a WebAssembly runtime and a
// configuration framework. So only its rules are here, as unchanged JSON:
//
//	python3 -c 'import json,sys,tomllib; json.dump(tomllib.load(sys.stdin.buffer), sys.stdout, indent=1, ensure_ascii=False)' \
//	    <gitleaks-8.30.1/config/gitleaks.toml >gitleaks.json
package leak
