package middleware

import "strings"

// Route returns the path without anything that a caller chose. Logs, spans and metrics
// may show it.
func Route(path string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "v1":
		return "/v1/" + collection(rest)
	case "healthz", "readyz", "openapi.json", "info", "readiness", "docs", "oembed", "mcp", "":
		return "/" + first
	case "s", "embed", "app", "assets", "infer", "workflows", "model":
		return "/" + first + "/..."
	default:
		return "/{workspace}/workflows/{workflow}"
	}
}

// collection keeps the fixed words of a resource path: every second segment, and the
// verb.
func collection(rest string) string {
	rest, verb, _ := strings.Cut(rest, ":")
	parts := strings.Split(rest, "/")
	for i := range parts {
		if i%2 == 1 {
			parts[i] = "{}"
		}
		if i%2 == 0 && !knownWord[parts[i]] {
			return "{}"
		}
	}
	if knownWord[verb] {
		return strings.Join(parts, "/") + ":" + verb
	}
	return strings.Join(parts, "/")
}

// knownWord holds the words of the contract's paths. No other word is shown.
var knownWord = map[string]bool{
	"workspaces": true, "keys": true, "workflows": true, "versions": true, "shares": true, "shared": true, "credentials": true,
	"models": true, "artifact": true, "runs": true, "usage": true, "audit": true, "whoami": true, "sessions": true, "signInLinks": true, "people": true,
	"invitations": true, "accept": true, "lookUp": true, "signUp": true, "run": true, "runStream": true,
	"fork": true, "inspect": true, "undelete": true, "restore": true, "pause": true, "resume": true, "rotate": true,
	"unlock": true,
}
