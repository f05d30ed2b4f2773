package leak

import (
	"net/url"
	"regexp"
	"strings"
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
	return hex || isUUID(part) || Random(part) || mixed && entropy(part) >= 3.2
}
