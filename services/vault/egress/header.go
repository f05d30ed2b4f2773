package egress

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

const (
	// maxHeaders and maxHeaderBytes bound the headers of a request. The second also bounds those of an answer.
	maxHeaders     = 64
	maxHeaderBytes = 32 << 10
	// accepted are the encodings that the guard can decode.
	accepted = "gzip, br, zstd"
)

// ownHeaders are set by egress or net/http, or belong to one connection. The caller's are dropped.
var ownHeaders = set(
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Http2-Settings", "Keep-Alive",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)

// secretHeaders carry credentials. In a request with a slot the caller's are dropped, because a destination that gets
// two credentials may choose either.
var secretHeaders = set(
	"Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "X-Auth-Token", "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token",
)

// steeringHeaders change the meaning of a request. In a request with a slot they are dropped. They could replace the
// method and the host after the check, and a range could split an answer into pieces that are too short for the guard.
var steeringHeaders = set(
	"Range", "If-Range", "Forwarded", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url",
)

// passedHeaders are the headers of an answer that get out. They describe the answer and rate limits, not the party
// that asked.
var passedHeaders = set(
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

// cleaned returns the headers of the caller that it may set. With slots it may set fewer.
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
			return nil, refuse(RefusedRequest, "the name of a header may have only letters, digits and hyphens")
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return nil, refuse(RefusedRequest, "the value of header %s has a control character", name)
			}
			count, size = count+1, size+len(name)+len(v)
		}
		key := http.CanonicalHeaderKey(name)
		if ownHeaders[key] || perConnection[key] || strings.HasPrefix(key, "Proxy-") || slots.exclude(key) {
			continue
		}
		out[key] = append(out[key], values...)
	}
	if count > maxHeaders || size > maxHeaderBytes {
		return nil, refuse(RefusedRequest, "the request has more than %d headers, or more than %d bytes of headers", maxHeaders, maxHeaderBytes)
	}
	out.Set("Accept-Encoding", accepted)
	if out.Get("User-Agent") == "" {
		out.Set("User-Agent", "Keyhole")
	}
	return out, nil
}

// excludes reports whether this slot forbids a header of the caller.
func (s *Slot) excludes(key string) bool {
	return secretHeaders[key] || steeringHeaders[key] || strings.HasPrefix(key, "X-Forwarded-") ||
		(s.Kind == Header && key == http.CanonicalHeaderKey(s.Name))
}

// responseHeader returns the headers of an answer that get out, and the same as text for the guard.
func responseHeader(in http.Header) (http.Header, []byte) {
	out := http.Header{}
	var text []byte
	for name, values := range in {
		if !passedHeaders[name] && !hasPrefix(name, passedPrefixes) {
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
