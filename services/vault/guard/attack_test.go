package guard

import (
	"math/rand/v2"
	"strings"
)

// attackKey has a vendor's form and random characters from a seed, so that a failure can be
// repeated. body is the key without its public parts.
type attackKey struct {
	name, secret, body string
}

const (
	alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	signs = "!#$%*+-_.~"
)

func draw(rnd *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	return string(b)
}

// attackKeys are the seven keys of the study, of 14 to 156 characters.
func attackKeys(seed uint64) []attackKey {
	rnd := rand.New(rand.NewPCG(seed, 7))
	r := func(n int) string { return draw(rnd, alnum, n) }
	openai := r(74) + "T3BlbkFJ" + r(74)
	anthropic := draw(rnd, alnum+"-_", 93)
	aws := draw(rnd, alnum+"+/", 40)
	github := r(36)
	slack := r(24)
	hexKey := draw(rnd, "0123456789abcdef", 31) + "a"
	password := r(6) + draw(rnd, signs, 1) + r(6) + draw(rnd, signs, 1) + r(4)
	return []attackKey{
		{"OpenAI", "sk-proj-" + openai, openai},
		{"Anthropic", "sk-ant-api03-" + anthropic + "AA", anthropic},
		{"AWS", aws, aws},
		{"GitHub", "ghp_" + github, github},
		{"Slack", "xoxb-" + draw(rnd, "0123456789", 12) + "-" + draw(rnd, "0123456789", 13) + "-" + slack, slack},
		{"hex", hexKey, hexKey},
		{"password", password, password},
	}
}

// letterDigits counts letters and digits.
func letterDigits(s string) int {
	n := 0
	for _, c := range s {
		if strings.ContainsRune(alnum, c) {
			n++
		}
	}
	return n
}
