package egress

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

const (
	// maxHeaders and maxHeaderBytes bound what a caller, and a destination, may send.
	maxHeaders     = 64
	maxHeaderBytes = 32 << 10
	// accepted is what the guard can look into.
	accepted = "gzip, br, zstd"
)

// ownHeaders are set by egress or by net/http, or belong to one connection. No
// caller's copy is ever sent.
var ownHeaders = set(
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Http2-Settings", "Keep-Alive",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)

// secretHeaders are where credentials go. Beside a slot no caller's copy is sent:
// a destination that got two would choose.
var secretHeaders = set(
	"Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "X-Auth-Token", "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token",
)

// steering headers change what a request means. With a secret they are dropped: the
// method and the host are checked, and a range would let an answer be read piece by
// piece, each too short for the guard.
var steering = set(
	"Range", "If-Range", "Forwarded", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url",
)

// passed are the headers of an answer that get out. They tell of the answer's form
// and of limits, not of the one who asked.
var passed = set(
	"Content-Type", "Content-Language", "Etag", "Last-Modified", "Retry-After", "Retry-After-Ms",
	"X-Request-Id", "Request-Id", "Openai-Processing-Ms", "Openai-Version",
)

var passedPrefixes = []string{"Ratelimit-", "X-Ratelimit-", "Anthropic-Ratelimit-"}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// cleaned returns the caller's headers without those that are not the caller's to
// set. With slots, that is stricter.
func cleaned(in http.Header, slots Slots) (http.Header, error) {
	out := http.Header{}
	count, size := 0, 0
	perConnection := set()
	for _, v := range in.Values("Connection") {
		for name := range strings.SplitSeq(v, ",") {
			perConnection[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
		}
	}
	for name, values := range in {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, refuse(RefusedRequest, "a header's name is not made of letters, digits and hyphens")
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return nil, refuse(RefusedRequest, "the value of header %s has a control character in it", name)
			}
			count, size = count+1, size+len(name)+len(v)
		}
		key := http.CanonicalHeaderKey(name)
		if ownHeaders[key] || perConnection[key] || strings.HasPrefix(key, "Proxy-") || slots.displace(key) {
			continue
		}
		out[key] = append(out[key], values...)
	}
	if count > maxHeaders || size > maxHeaderBytes {
		return nil, refuse(RefusedRequest, "more than %d headers, or more than %d bytes of them", maxHeaders, maxHeaderBytes)
	}
	out.Set("Accept-Encoding", accepted)
	if out.Get("User-Agent") == "" {
		out.Set("User-Agent", "Keyhole")
	}
	return out, nil
}

// displaces reports that a caller's header must not stand beside this slot.
func (s *Slot) displaces(key string) bool {
	return secretHeaders[key] || steering[key] || strings.HasPrefix(key, "X-Forwarded-") ||
		(s.Kind == Header && key == http.CanonicalHeaderKey(s.Name))
}

// responseHeader returns what gets out of an answer's header, and the same as text
// for the guard.
func responseHeader(in http.Header) (http.Header, []byte) {
	out := http.Header{}
	var text []byte
	for name, values := range in {
		if !passed[name] && !hasPrefix(name, passedPrefixes) {
			continue
		}
		out[name] = values
		text = append(text, name+":\n"+strings.Join(values, "\n")+"\n"...)
	}
	return out, text
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
