// Package gitleaks applies the rules of gitleaks (gitleaks.json, MIT, see gitleaks.LICENSE) to
// a text. It refuses to read files, archives and settings.
//
// gitleaks is a program, and its module links archives, a WebAssembly runtime and a
// configuration framework. So only its rules are here, as JSON, without a change:
//
//	python3 -c 'import json,sys,tomllib; json.dump(tomllib.load(sys.stdin.buffer), sys.stdout, indent=1, ensure_ascii=False)' \
//	    <gitleaks-8.30.1/config/gitleaks.toml >gitleaks.json
package gitleaks
