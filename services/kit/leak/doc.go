// Package leak finds secrets in text that strangers may see: titles, descriptions,
// samples, names, definitions. It is the one gate of all services for such text.
//
// It joins three searches. The rules of gitleaks (gitleaks.json, MIT, see
// gitleaks.LICENSE) know the keys of some two hundred providers. Our own add shapes of
// keys and addresses that are secrets themselves, and names like "password". Each runs
// over the text and over what the text decodes to: escapes, base64 and hex.
//
// gitleaks is a program, and its module links archives, a WebAssembly runtime and a
// configuration framework. So its rules alone are here, as JSON, without a change:
//
//	python3 -c 'import json,sys,tomllib; json.dump(tomllib.load(sys.stdin.buffer), sys.stdout, indent=1, ensure_ascii=False)' \
//	    <gitleaks-8.30.1/config/gitleaks.toml >gitleaks.json
package leak
