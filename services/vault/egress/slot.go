package egress

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress/headers"
)

// SlotKind is the kind of place that a secret goes to.
type SlotKind int

// The kinds of Slot.
const (
	// Bearer is "Authorization: Bearer <secret>".
	Bearer SlotKind = iota + 1
	// Header is a header by Name, with the secret as its whole value.
	Header
	// Query is a query parameter by Name.
	Query
	// Basic is "Authorization: Basic" with the user Name and the secret as the password. Without a Name the secret is
	// "user:password".
	Basic
	// Body is a string in a JSON body; Name is its JSON pointer. It replaces a placeholder; see package fill.
	Body
	// Address is the whole address: the secret is a URL. The path and the query of the request are appended to those
	// of the secret.
	Address
	// Mail is the password with which package mail signs in to a mail server. Without a Name the user is the sender.
	Mail
	// Account is the user of a Basic without a Name, or the ID of the key of a Signature; see account.go.
	Account
	// Signature is a key that signs the request, and is not sent.
	Signature
)

var accountForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

// Slot is a secret and its place in a request. The place comes from the credential, never from the request.
type Slot struct {
	Kind SlotKind
	Name string
	// Prefix comes before the secret in a Header.
	Prefix string
	Secret secret.Secret
}

// Check returns an error if the slot cannot be filled. It runs when a credential is stored, and again before each use,
// because net/http would quote an invalid secret in its error. Its own error is for a stranger.
func (s *Slot) Check() error {
	raw := s.Secret.Expose()
	switch {
	case len(raw) == 0:
		return refuse(RefusedRequest, "the credential is empty")
	case s.inHead() && !fitsHead(string(raw)), (s.Kind == Bearer || s.Kind == Header) && strings.TrimSpace(string(raw)) != string(raw):
		return refuse(RefusedRequest, "the credential has characters that the head of a request cannot carry, such as a line break or a tab")
	}
	if s.Kind == Account && !accountForm.Match(raw) {
		return refuse(RefusedRequest, "an account has letters, digits, - and _ only, and at most 128 of them")
	}
	if s.Kind == Address {
		if _, err := parse(string(raw)); err != nil {
			return err
		}
	}
	return s.CheckPlace()
}

// inHead reports whether the secret goes into a header, the query or a line of SMTP. Some readers drop control
// characters there, and some end the value at one.
func (s *Slot) inHead() bool {
	return s.Kind == Bearer || s.Kind == Header || s.Kind == Query || s.Kind == Basic || s.Kind == Mail
}

// fitsHead reports whether a text has no control character. HTTP allows a tab in a header, but no key has one.
func fitsHead(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

// CheckPlace is Check without the secret.
func (s *Slot) CheckPlace() error {
	switch s.Kind {
	case Bearer, Address, Account, Signature:
		return nil
	case Body:
		if !strings.HasPrefix(s.Name, "/") || len(s.Name) > 200 {
			return refuse(RefusedRequest, "the credential's place in the body must be a JSON pointer, such as /auth/token")
		}
		return nil
	case Header:
		key := http.CanonicalHeaderKey(s.Name)
		if !fitsHead(s.Prefix) || strings.TrimLeft(s.Prefix, " ") != s.Prefix {
			return refuse(RefusedRequest, "the credential's prefix has characters that a header cannot carry")
		}
		if !httpguts.ValidHeaderFieldName(s.Name) || headers.Own(key) {
			return refuse(RefusedRequest, "the credential's header name is not usable for a credential")
		}
		return nil
	case Query:
		if s.Name == "" || len(s.Name) > 100 || !fitsHead(s.Name) {
			return refuse(RefusedRequest, "the credential's query parameter has no name, or one that is too long or has a control character")
		}
		return nil
	case Mail:
		if len(s.Name) > 254 || !fitsHead(s.Name) {
			return refuse(RefusedRequest, "the user name of the mail server must have at most 254 characters, and no control character")
		}
		return nil
	case Basic:
		if strings.Contains(s.Name, ":") || !fitsHead(s.Name) {
			return refuse(RefusedRequest, "the credential's user name must not have a colon or a control character")
		}
		return nil
	default:
		return refuse(RefusedRequest, "the credential's slot has an unknown kind")
	}
}

// fill puts the secret into the request. It zeroes its own copies. Headers and URLs are strings, which Go cannot zero:
// they stay in memory until the request is collected. The account is the user of a Basic without a Name.
func (s *Slot) fill(r *http.Request, account string) {
	raw := s.Secret.Expose()
	switch s.Kind {
	case Bearer:
		r.Header.Set("Authorization", "Bearer "+string(raw))
	case Header:
		r.Header.Set(s.Name, s.Prefix+string(raw))
	case Basic:
		user := cmp.Or(s.Name, account)
		pair := append([]byte(user+":"), raw...)
		if user == "" && bytes.IndexByte(raw, ':') >= 0 {
			pair = bytes.Clone(raw)
		}
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString(pair))
		clear(pair)
	case Query:
		own := url.QueryEscape(s.Name) + "=" + url.QueryEscape(string(raw))
		if r.URL.RawQuery != "" {
			own = r.URL.RawQuery + "&" + own
		}
		r.URL.RawQuery = own
	}
}

// clearQuery removes the parameter of a query slot from a raw query, in any escaping of its name. It refuses ";", which
// separates parameters for some servers only.
func (s *Slot) clearQuery(raw string) (string, error) {
	if s.Kind != Query || raw == "" {
		return raw, nil
	}
	if strings.Contains(raw, ";") {
		return "", refuse(RefusedDestination, `the URL's query must not have a ";" if a credential goes into the query`)
	}
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			return "", refuse(RefusedDestination, "the URL's query has an incomplete %% escape")
		}
		// PHP and others read "key[]" and "key[x]" as "key".
		plain, _, _ = strings.Cut(plain, "[")
		if !strings.EqualFold(strings.TrimSpace(plain), s.Name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&"), nil
}
