package guard

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// written are other ways to write a PEM block.
func written(der []byte) map[string]string {
	text := base64.StdEncoding.EncodeToString(der)
	url := base64.RawURLEncoding.EncodeToString(der)
	middle := der[len(der)/2 : len(der)/2+min(24, len(der)/4)]
	return map[string]string{
		"lines of 50": wrapped(50, "\n")(text), "lines of 76": wrapped(76, "\r\n")(text), "one line": text, "lower": strings.ToLower(text), "quoted": wrapped(64, `\n" + "`)(text),
		"url": url, "hex": hex.EncodeToString(der), "hex with colons": numbers("%02x", ":")(string(der)), "hex lines": wrapped(32, "\n    ")(numbers("%02X", " ")(string(der))),
		"list": numbers("%d", ", ")(string(der)), "signed list": signedBytes(string(der)), "gzip": b64(packers()["gzip"](string(der))), "base64 of PEM": b64("-----BEGIN PRIVATE KEY-----\n" + wrapped(64, "\n")(text)),
		"shifted": base64.StdEncoding.EncodeToString(append([]byte{7}, der...)), "reversed": reverse(text), "JSON": quoted(map[string]string{"key": wrapped(64, "\n")(text)}),
		"half": text[len(text)/2:], "middle": hex.EncodeToString(middle) + "", "every line apart": wrapped(64, "\n some words of a log\n")(text), "indented": wrapped(64, "\n        ")(text), "quoted mail": wrapped(64, "\n> ")(text),
	}
}

// A private key in PEM, on one line or in a key file is withheld in every form of its octets.
func TestAttackGuardKeysWrittenOtherwise(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "private keys wrapped, encoded and cut otherwise")
	files, _ := pemKeys(t)
	for name, key := range files {
		block, _ := pem.Decode(key)
		for form, s := range map[string]string{
			"PEM": string(key), "CRLF": strings.ReplaceAll(string(key), "\n", "\r\n"), "escaped": strings.ReplaceAll(string(key), "\n", `\n`), "blanks": strings.ReplaceAll(strings.TrimSpace(string(key)), "\n", " "),
			"file": keyFile(key), "base64": b64(string(key)), "DER": base64.StdEncoding.EncodeToString(block.Bytes), "base64 of file": b64(keyFile(key)),
		} {
			set := mustSet(t, s)
			if name == "of another form" && form == "DER" {
				continue // nothing marks this as a key
			}
			for how, text := range written(block.Bytes) {
				if how == "middle" && (strings.Contains(name, "EC") || name == "OpenSSH") {
					continue // the middle is the public point
				}
				a.Attempt(set.stops([]byte("see "+text+" .")), "%s as %s: %s passes: %.200q", name, form, how, text)
			}
		}
	}
}

// Each private field of a key file is withheld; public fields are not.
func TestAttackGuardFieldsOfKeyFiles(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "fields of a service account's key file")
	files, _ := pemKeys(t)
	file := keyFile(files["RSA PKCS8"])
	set := mustSet(t, file)
	var fields map[string]string
	if err := json.Unmarshal([]byte(file), &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		private := name == "private_key" || name == "private_key_id"
		for _, text := range []string{value, quoted(value), quoted(map[string]string{name: value}), b64(value), hex.EncodeToString([]byte(value)), reverse(value)} {
			a.Attempt(set.stops([]byte("it has "+text+" .")) == private, "%s as %.60q: private %v", name, text, private)
			if !private {
				a.Attempt(set.Check([]byte("it has "+text+" .")) == nil, "%s as %.60q is a piece", name, text)
			}
		}
	}
	compact := &bytes.Buffer{}
	_ = json.Compact(compact, []byte(file))
	for _, s := range []string{file, compact.String(), b64(file), b64(compact.String())} {
		for _, text := range []string{file, compact.String(), b64(file), b64(compact.String()), quoted(file)} {
			a.Attempt(mustSet(t, s).stops([]byte(text)), "%.30q: %.60q passes", s, text)
		}
	}
}

// A visitor who knows all but one character of a piece learns nothing from a guess: right and
// wrong guesses have the same result until the value is exposed.
func TestAttackGuardOneMoreCharacter(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "known characters and one guess")
	for name, k := range publicParts() {
		set := mustSet(t, k[0])
		for at := 0; at+16 <= len(k[0]); at++ {
			known, next := k[0][max(0, at):at+15], k[0][at+15]
			if set.stops([]byte("x " + known + " y")) {
				continue // the share is suspended already
			}
			wrong := byte('Z')
			if next|0x20 == 'z' {
				wrong = 'Q'
			}
			right, not := set.stops([]byte("x "+known+string(next)+" y")), set.stops([]byte("x "+known+string(wrong)+" y"))
			private := letterDigits(known)
			a.Attempt(right == not || private >= 11, "%s: %q and %q tell a guess", name, known, next)
		}
	}
}
