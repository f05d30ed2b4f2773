package guard

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// publicParts are keys with their public texts.
func publicParts() map[string][2]string {
	rnd := mathrand.New(mathrand.NewPCG(21, 22))
	r := func(n int) string { return draw(rnd, alnum, n) }
	d := func(n int) string { return draw(rnd, "0123456789", n) }
	team, bot, channel := d(12), d(13), d(12)
	claims := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1234567890","role":"service_role","iss":"supabase"}`))
	return map[string][2]string{
		"OpenAI":    {"sk-proj-" + r(74) + "T3BlbkFJ" + r(74), "sk-proj- T3BlbkFJ sk-proj-T3BlbkFJ T3BlbkFJT3BlbkFJ"},
		"old":       {"sk-" + r(20) + "T3BlbkFJ" + r(20), "sk-T3BlbkFJ"},
		"Anthropic": {"sk-ant-api03-" + r(93) + "AA", "sk-ant-api03- sk-ant-api03-AA"},
		"Slack":     {"xoxb-" + team + "-" + bot + "-" + r(24), "xoxb-" + team + "-" + bot + "- " + team + " " + bot},
		"Slack user": {
			"xoxp-" + team + "-" + bot + "-" + channel + "-" + draw(rnd, "0123456789abcdef", 32),
			"xoxp-" + team + "-" + bot + "-" + channel + "-",
		},
		"JWT":      {claims + "." + r(43), claims + "."},
		"Stripe":   {"sk_live_" + r(99), "sk_live_ sk_live_"},
		"GitHub":   {"github_pat_" + r(22) + "_" + r(59), "github_pat_ github_pat_"},
		"Telegram": {d(10) + ":AA" + r(33), "bot ids are like 1234567890:AA"},
		"Slack webhook": {
			"https://hooks.slack.com/services/T" + draw(rnd, "ABCDEFGHIJ0123456789", 8) + "/B" + draw(rnd, "ABCDEFGHIJ0123456789", 10) + "/" + r(24),
			"https://hooks.slack.com/services/",
		},
	}
}

// TestAttackGuardSecretsAroundKeys: a secret is stored with the text around it in a request, and
// the provider repeats only the secret.
func TestAttackGuardSecretsAroundKeys(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "secrets stored with what stands around them")
	for seed := range uint64(5) {
		rnd := mathrand.New(mathrand.NewPCG(31, seed))
		key, path := draw(rnd, alnum, 24), draw(rnd, alnum, 24)
		file, _ := json.Marshal(map[string]string{"type": "hook", "url": "https://hooks.example.com/services/" + key})
		login, _ := json.Marshal(map[string]string{"endpoint": "https://bot:" + key + "@db.example.com/"})
		for _, stored := range []string{
			"https://bot:" + key + "@host.example.com/api", "https://bot:" + key + "@host.example.com", "http://" + key + "@host.example.com/" + path, "https://a@b:" + key + "@host.example.com/" + path,
			"Basic " + b64("user:"+key), b64("user:" + key), b64(":" + key), "Basic " + b64(key+":"), b64(key + ":x"), b64(key + ":x-oauth-basic"), "Bearer " + key, "token  " + key, string(file), string(login),
		} {
			set := mustSet(t, stored)
			a.Attempt(set.stops([]byte("your key "+key+" is not valid")), "%s passes of %s", key, stored)
			a.Attempt(set.stops([]byte("sent "+b64(stored)+" to us")), "the base64 of %s passes", stored)
			a.Attempt(set.stops([]byte("sent "+b64("user:"+key)+" to us")), "the base64 of user:%s passes of %s", key, stored)
			a.Attempt(set.Check([]byte("https://host.example.com/api and Authorization: Bearer, Basic, token")) == nil, "public parts of %s are a piece", stored)
		}
	}
}

// Public parts of a key neither withhold an answer nor help a guess: public characters next to
// private ones do not count.
func TestAttackGuardPublicParts(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "public parts suspend nothing and are no oracle")
	for name, k := range publicParts() {
		set := mustSet(t, k[0])
		for _, text := range []string{k[1], strings.ToUpper(k[1]), b64(k[1]), hex.EncodeToString([]byte(k[1])), reverse(k[1]), between("-")(k[1])} {
			a.Attempt(set.Check([]byte("as in "+text+" and so on")) == nil, "%s: %q is a piece", name, text)
		}
	}
	k := publicParts()["OpenAI"][0]
	mid := strings.Index(k, "T3BlbkFJ")
	set := mustSet(t, k)
	for left := range 8 {
		text := k[mid-left : mid+8+7-left]
		a.Attempt(set.Check([]byte("( "+text+" !")) == nil, "%d characters beside the middle are a piece", 7)
		a.Attempt(!set.stops([]byte("( "+k[mid-left:mid+8+9-left]+" !")), "%d characters beside the middle stop", 9)
	}
	a.Attempt(set.stops([]byte("( "+k[mid-6:mid+8+6]+" !")), "12 characters around the middle pass")
}

// pemKeys are private keys of each kind.
func pemKeys(t *testing.T) (files map[string][]byte, octets map[string][][]byte) {
	t.Helper()
	files, octets = map[string][]byte{}, map[string][][]byte{}
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	add := func(name, label string, der []byte, private ...[]byte) {
		files[name] = pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
		octets[name] = private
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	own := [][]byte{r.D.Bytes(), r.Primes[0].Bytes(), r.Primes[1].Bytes(), r.Precomputed.Qinv.Bytes()}
	add("RSA PKCS1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r), own...)
	add("RSA PKCS8", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(r)), own...)
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384()} {
		e, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		scalar := must(e.Bytes())
		add("EC "+name, "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(e)), scalar)
		add("EC PKCS8 "+name, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(e)), scalar)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	add("Ed25519", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ed)), ed.Seed())
	add("OpenSSH", "OPENSSH PRIVATE KEY", openSSHKey(ed), ed.Seed())
	noise := make([]byte, 400)
	_, _ = rand.Read(noise)
	add("of another form", "OPENSSH PRIVATE KEY", append([]byte("openssh-key-v1\x00"), noise...))
	return files, octets
}

// openSSHKey writes a key in OpenSSH's format without a pass phrase.
func openSSHKey(key ed25519.PrivateKey) []byte {
	field := func(to []byte, parts ...[]byte) []byte {
		for _, p := range parts {
			to = append(binary.BigEndian.AppendUint32(to, uint32(len(p))), p...)
		}
		return to
	}
	kind, public := []byte("ssh-ed25519"), []byte(key.Public().(ed25519.PublicKey))
	private := field([]byte("\x01\x02\x03\x04\x01\x02\x03\x04"), kind, public, key, []byte("robot@example.com"))
	for i := byte(1); len(private)%8 != 0; i++ {
		private = append(private, i)
	}
	out := field([]byte("openssh-key-v1\x00"), []byte("none"), []byte("none"), nil)
	return field(append(out, 0, 0, 0, 1), field(nil, kind, public), private)
}

// keyFile is a key file of a service account.
func keyFile(key []byte) string {
	id := make([]byte, 20)
	_, _ = rand.Read(id)
	file, _ := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "summer-project-12345", "private_key_id": hex.EncodeToString(id), "private_key": string(key),
		"client_email": "robot@summer-project-12345.iam.gserviceaccount.com", "client_id": "123456789012345678901",
		"auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token",
	}, "", "  ")
	return string(file)
}

// Every line of a key's text is withheld, alone, in PEM and in a key file, and so are its private
// octets in every form.
func TestAttackGuardKeyFiles(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "PEM and JSON key files, line by line and octet by octet")
	files, octets := pemKeys(t)
	for name, key := range files {
		lines := strings.Split(strings.TrimSpace(string(key)), "\n")
		lines = lines[1 : len(lines)-1]
		for form, s := range map[string]string{"PEM": string(key), "key file": keyFile(key)} {
			set := mustSet(t, s)
			a.Attempt(Guardable(secret.FromString(s)) == nil, "%s as %s is not guardable: %v", name, form, Guardable(secret.FromString(s)))
			texts := append([]string{s, string(key), strings.Join(lines, ""), strings.Join(lines, `\n`), b64(s), b64(string(key)), hex.EncodeToString(key), b64(b64(b64(s))), b64(packers()["gzip"](s))}, lines...)
			for i, text := range texts {
				const whole, seed = 9, 12 // texts before the lines, and the line that has the seed
				if name == "OpenSSH" && i >= whole && i != seed {
					continue // names, and the public key
				}
				if len(text) > 30 { // the last line may be only the end
					a.Attempt(set.stops([]byte("it is "+text+" !")), "%s as %s: text %d passes: %.100q", name, form, i, text)
				}
			}
			for i, o := range octets[name] {
				for how, text := range map[string]string{
					"hex": hex.EncodeToString(o), "colons": numbers("%02x", ":")(string(o)), "base64": b64(string(o)), "base64url": base64.RawURLEncoding.EncodeToString(o),
					"base64 shifted": b64("x" + string(o)), "base64 of gzip": b64(packers()["gzip"](string(o))), "hex in base64": b64(hex.EncodeToString(o)),
					"reversed hex": reverse(hex.EncodeToString(o)), "half": hex.EncodeToString(o[len(o)/2:]), "large": "",
				} {
					if how == "large" {
						text = new(big.Int).SetBytes(o).String()
						if len(text) > 400 {
							continue
						}
					}
					a.Attempt(set.stops([]byte("it is "+text+" !")), "%s as %s: octets %d in %s pass", name, form, i, how)
				}
			}
			for _, text := range []string{
				"-----BEGIN PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY-----", `{"type":"service_account","project_id":"summer-project-12345"}`,
				"robot@summer-project-12345.iam.gserviceaccount.com", "https://accounts.google.com/o/oauth2/auth", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
			} {
				a.Attempt(set.Check([]byte(text)) == nil, "%s as %s: %q is a piece", name, form, text)
			}
			if name == "OpenSSH" {
				a.Attempt(set.Check([]byte(lines[0])) == nil, "%s as %s: what all keys begin with is a piece", name, form)
			}
		}
	}
}

// Secrets that are short or made of words are refused. Of an accepted secret, less than a quarter
// is shown.
func TestAttackGuardShortSecrets(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "short and word-made secrets")
	rnd := mathrand.New(mathrand.NewPCG(31, 32))
	words := strings.Fields("correct horse battery staple summer holiday coffee table garden window yellow monkey river mountain purple dragon winter castle silver")
	for range 200 {
		pick := func() string { return words[rnd.IntN(len(words))] }
		for _, s := range []string{
			pick() + pick() + pick() + pick(), pick() + "-" + pick() + "-" + pick() + "-" + pick() + "-" + pick(), pick() + "_" + pick() + draw(rnd, "0123456789", 4),
			draw(rnd, alnum, 11), draw(rnd, "0123456789", 16), strings.Repeat(draw(rnd, alnum, 2), 20),
		} {
			a.Attempt(Guardable(secret.FromString(s)) != nil, "%q is taken", s)
		}
	}
	taken := 0
	for range 100 {
		for n := 13; n <= 18; n++ {
			s := draw(rnd, alnum, n)
			if Guardable(secret.FromString(s)) != nil {
				continue
			}
			taken++
			set := mustSet(t, s)
			most := 11
			if n < 16 {
				most = (3*n+3)/4 - 1
			}
			for at := 0; at+most < n; at++ {
				text := s[at : at+most+1]
				if n >= 16 && set.Check([]byte(text)) != nil && set.Check([]byte(text))[0].Bits < stopBits {
					continue // one in a thousand reads like a word: it is remembered
				}
				a.Attempt(set.stops([]byte("x. "+text+" !")), "%d of %d characters pass: %q of %q", most+1, n, text, s)
			}
		}
	}
	if taken < 200 {
		t.Errorf("only %d of 600 random passwords of 13 to 18 characters are taken", taken)
	}
}
