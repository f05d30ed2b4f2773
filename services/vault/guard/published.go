package guard

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	// minBody and minBits are the least that is looked for at all, in bytes and bits:
	// anything less ("password") turns up by chance.
	minBody = 8
	minBits = 32
	// guardableBody, guardableBits and guardableDistinct are what Guardable asks for.
	guardableBody     = 12
	guardableBits     = 56
	guardableDistinct = 6
	// fragmentBody and fragmentBits are the least that is called a fragment.
	fragmentBody = 16
	fragmentBits = 80
	// maxSecret bounds what a Set is built for, in bytes.
	maxSecret = 16 << 10
)

// prefixes are the constant beginnings that vendors publish for their keys. Of
// two that fit, the longer counts.
var prefixes = []string{
	"sk-ant-api03-", "sk-ant-admin01-", "sk-ant-oat01-", "sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-", "sk-",
	"sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "whsec_",
	"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxe-", "xapp-1-",
	"AKIA", "ASIA", "AIza", "ya29.", "GOCSPX-",
	"github_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-",
	"hf_", "gsk_", "r8_", "pplx-", "xai-", "nvapi-", "SG.", "key-", "npm_", "pypi-",
	"dop_v1_", "shpat_", "lin_api_", "EAA", "rf_", "kho_", "kh_",
}

// anatomy is a secret taken apart.
type anatomy struct {
	// published counts the leading bytes that are no secret.
	published int
	// body is what must be guessed to know the secret, without line ends.
	body []byte
}

func dissect(s []byte) anatomy {
	if i := bytes.Index(s, []byte("-----BEGIN ")); i >= 0 {
		if a, ok := dissectPEM(s, i); ok {
			return a
		}
	}
	if bytes.HasPrefix(s, []byte("eyJ")) && bytes.Count(s, []byte(".")) == 2 {
		// Header and claims can be read or guessed; the signature cannot.
		n := bytes.LastIndexByte(s, '.') + 1
		return anatomy{published: n, body: s[n:]}
	}
	n := 0
	for _, p := range prefixes {
		if len(p) > n && bytes.HasPrefix(s, []byte(p)) {
			n = len(p)
		}
	}
	return anatomy{published: n, body: s[n:]}
}

// dissectPEM finds a private key in PEM, also inside a JSON file where line ends
// are written as \n. Its first line is taken for published: for a given kind of
// key, the DER header in it is always the same.
func dissectPEM(s []byte, begin int) (anatomy, bool) {
	const firstLine = 64
	head := bytes.Index(s[begin+len("-----BEGIN "):], []byte("-----"))
	if head < 0 {
		return anatomy{}, false
	}
	at := begin + len("-----BEGIN ") + head + len("-----")
	end := len(s)
	if i := bytes.Index(s[at:], []byte("-----END")); i >= 0 {
		end = at + i
	}
	published, body, seen := 0, make([]byte, 0, end-at), 0
	for i := at; i < end; i++ {
		switch {
		case s[i] == '\\' && i+1 < end: // \n and \r of JSON
			i++
			continue
		case s[i] == '\n' || s[i] == '\r':
			continue
		}
		if seen++; seen <= firstLine {
			published = i + 1
			continue
		}
		body = append(body, s[i])
	}
	return anatomy{published: published, body: body}, len(body) >= guardableBody
}

// Guardable says whether a secret can be told from ordinary text: nil, or an error
// whose text may be shown to whoever stores the secret. One that cannot must not be
// used in hidden mode: its echo would pass, or everything else would be cut.
func Guardable(s secret.Secret) error {
	raw := s.Expose()
	if len(raw) > maxSecret {
		return fmt.Errorf("the secret is longer than %d bytes", maxSecret)
	}
	a := dissect(raw)
	if len(a.body) < guardableBody {
		return fmt.Errorf("the secret has fewer than %d characters after its published prefix: too short to be told from ordinary text", guardableBody)
	}
	if entropy(a.body) < guardableBits || distinct(a.body) < guardableDistinct {
		return fmt.Errorf("the secret is too easy to guess: fewer than %d bits by its characters, or hardly any different ones", guardableBits)
	}
	return nil
}

// entropy estimates bits from above: the characters that do not repeat or continue
// the one before ("aaa", "1234"), each worth its alphabet, or the distinct characters
// that there are when they are few for a text of that length.
func entropy(body []byte) float64 {
	worth := 0
	for i, b := range body {
		if i == 0 || (b != body[i-1] && b != body[i-1]+1 && b != body[i-1]-1) {
			worth++
		}
	}
	return float64(worth) * math.Min(alphabetBits(body), math.Log2(float64(2*distinct(body))))
}

func distinct(b []byte) int {
	s := slices.Clone(b)
	slices.Sort(s)
	n := len(slices.Compact(s))
	clear(s)
	return n
}

// alphabetBits is the worth of one character of the smallest alphabet that holds
// all of b.
func alphabetBits(b []byte) float64 {
	const hexDigits = "0123456789abcdefABCDEF"
	digit, lower, upper, other, hex := 0, 0, 0, 0, true
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digit = 10
		case c >= 'a' && c <= 'z':
			lower = 26
		case c >= 'A' && c <= 'Z':
			upper = 26
		default:
			other = 32
		}
		hex = hex && strings.IndexByte(hexDigits, c) >= 0
	}
	if hex && digit > 0 && lower+upper > 0 {
		return 4
	}
	return math.Log2(float64(max(2, digit+lower+upper+other)))
}

// fragmentSize is the number of characters of this body that make a fragment.
func fragmentSize(body []byte) int {
	return max(fragmentBody, int(math.Ceil(fragmentBits/alphabetBits(body))))
}
