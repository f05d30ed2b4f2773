// Package headers lists headers by what they mean to a call with a credential.
package headers

import (
	"slices"
	"strings"
)

// own are set by egress or net/http, or belong to one connection. The caller's are dropped.
var own = set(
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Http2-Settings", "Keep-Alive",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)

// secrets carry credentials. In a request with a slot the caller's are dropped, because a destination that gets
// two credentials may choose either.
var secrets = set(
	"Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "X-Auth-Token", "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token",
)

// steering change the meaning of a request. In a request with a slot they are dropped. They could replace the
// method and the host after the check, and a range could split an answer into pieces that are too short for the guard.
var steering = set(
	"Range", "If-Range", "Forwarded", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url",
)

// passed are the headers of an answer that get out. They describe the answer and rate limits, not the party
// that asked.
var passed = set(
	"Content-Type", "Content-Language", "Etag", "Last-Modified", "Retry-After", "Retry-After-Ms",
	"X-Request-Id", "Request-Id", "Openai-Processing-Ms", "Openai-Version",
)

var passedPrefixes = []string{"Ratelimit-", "X-Ratelimit-", "Anthropic-Ratelimit-"}

// kept are the headers of the caller that go with a redirect to another server, or after a call with a secret.
// None identifies the caller.
var kept = set("Accept", "Accept-Encoding", "Accept-Language", "User-Agent")

// Own reports whether egress or net/http sets a header, so that the caller may not.
func Own(key string) bool { return own[key] || strings.HasPrefix(key, "Proxy-") }

// Excluded reports whether a request with a credential may not have a header of the caller.
func Excluded(key string) bool {
	return secrets[key] || steering[key] || strings.HasPrefix(key, "X-Forwarded-")
}

// OnRedirect reports whether a header of the caller goes with a redirect to another server.
func OnRedirect(key string) bool { return kept[key] }

// Passed reports whether a header of an answer gets out.
func Passed(key string) bool {
	return passed[key] || slices.ContainsFunc(passedPrefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
