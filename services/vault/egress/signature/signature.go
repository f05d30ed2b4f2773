package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// stamp is the layout of HeaderDate.
	stamp = "20060102T150405Z"
	// HeaderDate and HeaderSum are headers that every request to S3 must have: its time, and the SHA-256 of its body.
	HeaderDate = "X-Amz-Date"
	HeaderSum  = "X-Amz-Content-Sha256"
)

// Request is what a signature covers.
type Request struct {
	Method, Host string
	// Path and Query are as they are sent, with their escapes. A server decodes them and encodes them again.
	Path, Query string
	// Headers are the signed headers without the host. One is [HeaderSum].
	Headers map[string]string
	Time    time.Time
	Region  string
}

// Authorization is the value of the header that signs the request with an access key: its ID and its secret.
func Authorization(r Request, keyID string, key secret.Secret) string {
	day := r.Time.UTC().Format("20060102")
	scope := day + "/" + r.Region + "/s3/aws4_request"
	canonical, signed := r.canonical()
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, r.Time.UTC().Format(stamp), scope, hex.EncodeToString(sum[:])}, "\n")
	derived := slices.Concat([]byte("AWS4"), key.Expose())
	for _, part := range []string{day, r.Region, "s3", "aws4_request"} {
		next := mac(derived, part)
		clear(derived)
		derived = next
	}
	defer clear(derived)
	return algorithm + " Credential=" + keyID + "/" + scope + ",SignedHeaders=" + signed + ",Signature=" + hex.EncodeToString(mac(derived, text))
}

// Sign signs an HTTP request whose body has a sum, with the credentials of a bucket.
func Sign(r *http.Request, sum string, now time.Time, keyID string, key secret.Secret) {
	headers := map[string]string{HeaderDate: now.UTC().Format(stamp), HeaderSum: sum}
	for name, v := range headers {
		r.Header.Set(name, v)
	}
	r.Header.Set("Authorization", Authorization(Request{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Headers: headers, Time: now, Region: Region(r.Host),
	}, keyID, key))
}

// bucketHost matches the host of a bucket without dots in its name. Its region is part of a signature.
var bucketHost = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\.s3\.([a-z]{2}-[a-z0-9-]{1,30})\.amazonaws\.com(\.cn)?$`)

// Region is the region of the bucket that a host names, "" if it names none.
func Region(host string) string {
	if found := bucketHost.FindStringSubmatch(host); found != nil {
		return found[1]
	}
	return ""
}

// Sum is the value of [HeaderSum] for a body.
func Sum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// canonical is the canonical request, and the names of the signed headers in it.
func (r Request) canonical() (text, signed string) {
	headers := map[string]string{"host": r.Host}
	for name, v := range r.Headers {
		headers[strings.ToLower(name)] = strings.TrimSpace(v)
	}
	names := slices.Sorted(maps.Keys(headers))
	lines := []string{r.Method, canonicalPath(r.Path), canonicalQuery(r.Query)}
	for _, name := range names {
		lines = append(lines, name+":"+headers[name])
	}
	signed = strings.Join(names, ";")
	lines = append(lines, "", signed, headers[strings.ToLower(HeaderSum)])
	return strings.Join(lines, "\n"), signed
}

func canonicalPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil { // egress has checked it
			plain = part
		}
		parts[i] = encode(plain)
	}
	return strings.Join(parts, "/")
}

func canonicalQuery(query string) string {
	values, _ := url.ParseQuery(query) // of what cannot be read the signature is wrong, and S3 refuses the request
	var pairs []string
	for name, all := range values {
		for _, v := range all {
			pairs = append(pairs, encode(name)+"="+encode(v))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// encode escapes all but the unreserved characters of RFC 3986.
func encode(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}
