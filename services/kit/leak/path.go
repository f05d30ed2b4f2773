package leak

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

// published matches hosts whose addresses have random parts that give no access, or access
// only to what their owner has published.
var published = regexp.MustCompile(`(?i)(?:^|\.)(?:docs\.google|drive\.google|sheets\.google|photos\.google|colab\.research\.google|notion|figma|youtube|github|gitlab|githubusercontent|huggingface|wikimedia|wikipedia|medium|roboflow|unsplash|imgur|arxiv|cloudfront|discord|discordapp|kaggle|pinimg|twimg|googleusercontent|openai|anthropic|tinyurl)\.(?:com|co|net|org|io|so|ai|dev)$`)

// file matches a path that ends in a file name.
var file = regexp.MustCompile(`\.[A-Za-z][A-Za-z0-9]{1,4}$`)

// minPathToken is the least length of a token in a path, in bytes.
const minPathToken = 24

// pathHolds reports an address with a random part in its path, unless a file name follows.
func pathHolds(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || published.MatchString(u.Hostname()) || file.MatchString(strings.TrimRight(u.Path, ".,;)]")) {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if len(part) >= minPathToken && (Random(part) || len(part) == 32 && isHex(part)) {
			return true
		}
	}
	return false
}

// TokenIn reports a part of a path that could be a token, in a field where an address may
// be a credential. So it also accepts short and regular tokens.
func TokenIn(part string) bool {
	hex := len(part) >= 32 && isHex(part)
	mixed := len(part) >= 16 && strings.ContainsAny(part, "0123456789") && strings.ContainsFunc(part, func(r rune) bool { return r < 0x80 && isLetter(byte(r)) })
	return hex || isUUID(part) || Random(part) || mixed && gitleaks.Entropy(part) >= 3.2
}

// tokenHost is a host whose first label is a secret: its holder may post there.
var tokenHost = regexp.MustCompile(`(?i)^[a-z0-9]{8,}\.m\.pipedream\.net$`)

// HostTokens returns the labels of a host that are secrets: the first one at vendors that put
// the token there, and any that looks random.
func HostTokens(host string) (tokens []string) {
	host, _, _ = strings.Cut(host, ":")
	for i, label := range strings.Split(host, ".") {
		if i == 0 && tokenHost.MatchString(host) || Random(label) {
			tokens = append(tokens, label)
		}
	}
	return tokens
}

// MaskHost returns an address with a "*" in place of each label of its host that is a secret.
func MaskHost(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	for _, token := range HostTokens(host) {
		host = strings.Replace(host, token, "*", 1)
	}
	return scheme + "://" + host + rest[end:]
}
