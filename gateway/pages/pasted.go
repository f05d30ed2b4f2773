package pages

import (
	"net/http"
	"regexp"
	"strings"
)

// noToken replaces a link that has no token. Its page says that the link does not exist.
const noToken = "-"

// pasted finds the token in a path. A link that was copied from a message can have
// brackets, spaces or a full stop around it.
func pasted(path string) string {
	path = strings.TrimLeftFunc(path, func(c rune) bool { return !inToken(c) })
	if end := strings.IndexFunc(path, func(c rune) bool { return !inToken(c) }); end >= 0 {
		path = path[:end]
	}
	if !linkToken.MatchString(path) {
		return noToken
	}
	return path
}

func inToken(c rune) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// isNoise reports whether a part of a path is a rest of a message: it has no letter or
// digit.
func isNoise(part string) bool {
	return !strings.ContainsFunc(part, func(c rune) bool { return inToken(c) && c != '-' && c != '_' })
}

// redirectPasted redirects to the page of the token in the path. A token has no
// characters that could lead to another site.
func redirectPasted(w http.ResponseWriter, page, path string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", "/"+page+"/"+pasted(path))
	w.WriteHeader(http.StatusFound)
}

var linkToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
