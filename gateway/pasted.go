package gateway

import (
	"net/http"
	"strings"
)

// nowhere stands for a link in which there is nothing of one: its page says so.
const nowhere = "-"

// pasted finds the token in what somebody opened: a link that comes out of a message
// has brackets, blanks or a full stop around it.
func pasted(path string) string {
	path = strings.TrimLeftFunc(path, func(c rune) bool { return !inToken(c) })
	if end := strings.IndexFunc(path, func(c rune) bool { return !inToken(c) }); end >= 0 {
		path = path[:end]
	}
	if !linkToken.MatchString(path) {
		return nowhere
	}
	return path
}

func inToken(c rune) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// nothing reports whether a part of a path is what was left of a message: it has no
// letter or digit.
func nothing(part string) bool {
	return !strings.ContainsFunc(part, func(c rune) bool { return inToken(c) && c != '-' && c != '_' })
}

// redirectPasted leads to the page of the token that was found. It has characters of
// tokens alone, so that the address is always one of this server's own pages.
func redirectPasted(w http.ResponseWriter, page, path string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", "/"+page+"/"+pasted(path))
	w.WriteHeader(http.StatusFound)
}
