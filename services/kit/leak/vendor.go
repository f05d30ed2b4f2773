package leak

import (
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

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
