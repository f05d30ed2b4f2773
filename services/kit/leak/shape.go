package leak

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

// prefix is the start of a provider's keys, with the least number of characters that
// follow.
type prefix struct {
	text string
	rest int
	hex  bool
}

// prefixes are searched for in any word, even if gitleaks requires a complete key.
var prefixes = []prefix{
	{text: "sk-", rest: 16},
	{text: "sk_", rest: 16},
	{text: "pk_live_", rest: 16},
	{text: "rk_live_", rest: 16},
	{text: "xoxb-", rest: 10},
	{text: "xoxp-", rest: 10},
	{text: "xoxa-", rest: 10},
	{text: "xoxe-", rest: 10},
	{text: "xoxs-", rest: 10},
	{text: "xapp-", rest: 10},
	{text: "AKIA", rest: 16},
	{text: "ASIA", rest: 16},
	{text: "AIza", rest: 30},
	{text: "ya29.", rest: 16},
	{text: "GOCSPX-", rest: 20},
	{text: "ghp_", rest: 20},
	{text: "gho_", rest: 20},
	{text: "ghu_", rest: 20},
	{text: "ghs_", rest: 20},
	{text: "ghr_", rest: 20},
	{text: "github_pat_", rest: 20},
	{text: "glpat-", rest: 16},
	{text: "hf_", rest: 20},
	{text: "kh_", rest: 24},
	{text: "kho_", rest: 24},
	{text: "khs_", rest: 24},
	{text: "khc_", rest: 24},
	{text: "khi_", rest: 24},
	{text: "SG.", rest: 30},
	{text: "xai-", rest: 20},
	{text: "gsk_", rest: 20},
	{text: "pplx-", rest: 20},
	{text: "r8_", rest: 20},
	{text: "npm_", rest: 20},
	{text: "pypi-", rest: 20},
	{text: "dop_v1_", rest: 20},
	{text: "whsec_", rest: 16},
	{text: "rf_", rest: 20},
	{text: "nvapi-", rest: 20},
	{text: "tvly-", rest: 16},
	{text: "AC", rest: 32, hex: true},
}

// minKey is the length of the shortest key that prefixes matches, in bytes.
const minKey = 13

// shaped reports a private key, or a word with the form of a key or a token.
func shaped(text string) bool {
	if strings.Contains(text, "-----BEGIN") && strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, "PuTTY-User-Key-File-") {
		return true
	}
	if strings.Contains(text, ":") && botToken.MatchString(text) || shareLink.MatchString(text) || forms.MatchString(text) {
		return true
	}
	for start, end := range wordsAt(text) {
		if end-start < minKey {
			continue
		}
		if end-start == awsSecret && isAWSSecret(text[start:end]) {
			return true
		}
		if word := text[start:end]; isToken(word) || vendored(word) || slices.ContainsFunc(prefixes, func(p prefix) bool { return p.begins(word) }) {
			return true
		}
	}
	return false
}

// botToken matches Telegram's tokens. shareLink matches links of an installation like this
// one, because they run a workflow at its owner's expense.
var (
	botToken  = regexp.MustCompile(`(?:^|[^\w-])\d{6,12}:[\w-]{33,36}(?:[^\w-]|$)`)
	shareLink = regexp.MustCompile(`/s/[A-Za-z0-9_-]{20,64}(?:[^\w-]|$)`)
)

// awsSecret is the length of AWS's secret keys.
const awsSecret = 40

// isAWSSecret reports 40 characters of base64 that are too mixed for a path.
func isAWSSecret(word string) bool {
	return !strings.ContainsAny(word, "-_.") && strings.ToLower(word) != word && strings.ToUpper(word) != word &&
		strings.ContainsAny(word, "0123456789") && gitleaks.Entropy(word) >= 4.2
}

// begins reports a key at the start of a word, or after a dot, slash or plus in a word that
// is not a file.
func (p prefix) begins(word string) bool {
	for {
		if rest, ok := strings.CutPrefix(word, p.text); ok && len(rest) >= p.rest && mixed(rest[:min(len(rest), maxBody)]) && (!p.hex || isHex(rest[:p.rest])) {
			return true
		}
		at := strings.IndexAny(word, "./+")
		if at < 0 || len(word) > maxSuspect {
			return false
		}
		word = word[at+1:]
	}
}

// isToken recognises a JSON Web Token: two parts that start like JSON objects, and a third
// for a signed one (JWS) or four for an encrypted one (JWE).
func isToken(word string) bool {
	dots := strings.Count(word, ".")
	for {
		at := strings.Index(word, "eyJ")
		if at < 0 || len(word)-at <= 40 {
			return false
		}
		dots -= strings.Count(word[:at], ".")
		if dots == 2 || dots == 4 {
			return true
		}
		word = word[at+3:]
	}
}

// vendors are prefixes of keys that gitleaks does not know, or knows only in their longest
// form. A long run of letters and digits must follow, which distinguishes keys from names
// like "fw_update_2024".
var vendors = []string{
	"dckr_pat_", "dckr_oat_", "ntn_", "secret_", "figd_", "figo_", "sbp_", "sb_secret_", "api_org_", "lsv2_pt_", "lsv2_sk_", "ls__", "pcsk_", "jina_", "fw_",
	"sq0csp-", "sq0atp-", "sq0idp-", "vercel_blob_rw_", "sntrys_", "sntryu_", "sess-", "lin_wh_", "lin_api_", "shpat_", "shpss_", "shpca_", "glsa_", "glc_", "rpa_",
	"pul-", "xkeysib-", "phx_", "fc-", "e2b_", "csk-", "apify_api_", "rnd_", "fo1_", "tskey-", "ops_", "hvs.", "hvb.", "dapi", "pa-", "key-", "nsec1",
	"AGE-SECRET-KEY-1", "EAA", "1//0", "AQ.", "CFPAT-", "tfp_", "ATCTT3", "ATATT3", "PMAK-", "sgp_", "cal_live_",
}

// leastVendor is the least length of that run, in bytes.
const leastVendor = 22

// vendored reports a vendor's key at the start of a word, or after a dot, slash or plus.
func vendored(word string) bool {
	for {
		for _, v := range vendors {
			if rest, ok := strings.CutPrefix(word, v); ok && isRun(rest) {
				return true
			}
		}
		at := strings.IndexAny(word, "./+")
		if at < 0 || len(word) > maxSuspect {
			return false
		}
		word = word[at+1:]
	}
}

// isRun reports whether a text starts with a long, mixed run of letters and digits.
func isRun(rest string) bool {
	n := 0
	for n < len(rest) && n < maxBody && (isLetter(rest[n]) || rest[n] >= '0' && rest[n] <= '9') {
		n++
	}
	return n >= leastVendor && scrambled(rest[:n]) && gitleaks.Entropy(rest[:n]) >= 3
}

// forms matches keys without a prefix: Discord bot tokens, the private part of a JSON Web
// Key, an OpenSSH file in base64, Azure's keys.
var forms = regexp.MustCompile(`(?:^|[^\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,45}(?:[^\w-]|$)` +
	`|"d"\s*:\s*"[\w-]{40,}"` +
	`|b3BlbnNzaC1rZXktdjE` +
	`|[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{20,}`)

// maxBody bounds the characters of a key that are checked.
const maxBody = 256
