package egress

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/keyhole-dev/keyhole/services/vault/egress/headers"
)

const (
	// maxHeaders and maxHeaderBytes bound the headers of a request. The second also bounds those of an answer.
	maxHeaders     = 64
	maxHeaderBytes = 32 << 10
	// accepted are the encodings that the guard can decode.
	accepted = "gzip, br, zstd"
)

// cleaned returns the headers of the caller that it may set. With slots it may set fewer.
func cleaned(in http.Header, slots Slots) (http.Header, error) {
	out := http.Header{}
	count, size := 0, 0
	perConnection := map[string]bool{}
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
		if headers.Own(key) || perConnection[key] || slots.exclude(key) {
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

// responseHeader returns the headers of an answer that get out, and the same as text for the guard.
func responseHeader(in http.Header) (http.Header, []byte) {
	out := http.Header{}
	var text []byte
	for name, values := range in {
		if !headers.Passed(name) {
			continue
		}
		out[name] = values
		text = append(text, name+":\n"+strings.Join(values, "\n")+"\n"...)
	}
	return out, text
}
