package egress

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/egress/code"
	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// Some providers sign a caller in with two credentials: an account, and a password or a key that proves it. An Account
// is the user of a Basic slot without a name, and takes the place of AccountMark in the path. With a Signature it is the
// ID of the access key.

// AccountMark is the segment of a path that becomes the account.
const AccountMark = "$credentials"

func (ss Slots) only(kind SlotKind) *Slot {
	if at := slices.IndexFunc(ss, func(s *Slot) bool { return s.Kind == kind }); at >= 0 {
		return ss[at]
	}
	return nil
}

// Sign reports whether a credential signs the request. The signature covers the body, which must be a *bytes.Buffer.
func (ss Slots) Sign() bool { return ss.only(Signature) != nil }

// admitAccount checks that an account and what proves it come together, and puts the account into the path.
func (ss Slots) admitAccount(t target) (target, error) {
	account, password, key := ss.only(Account), ss.only(Basic), ss.only(Signature)
	switch {
	case account == nil && key == nil:
		return t, nil
	case account == nil:
		return t, refuse(RefusedRequest, "a key that signs needs the ID of the key: a credential with the slot ACCOUNT")
	case key != nil:
		return t, admitSigned(t)
	case password == nil:
		return t, refuse(RefusedRequest, "an account needs what proves it: a credential with the slot BASIC or SIGNATURE")
	case password.Name != "":
		return t, refuse(RefusedRequest, "the credential of the password names a user, and the account is another; remove the user name")
	}
	parts := strings.Split(t.path, "/")
	at := slices.Index(parts, AccountMark)
	if at < 0 {
		return t, nil
	}
	parts[at] = string(account.Secret.Expose())
	if slices.Contains(parts, AccountMark) {
		return t, refuse(RefusedRequest, "the path of the URL has two places for the account")
	}
	t.path = strings.Join(parts, "/")
	return t, nil
}

// admitSigned limits what a key may sign to an object in a bucket. A query would make another request of it, such as
// one that changes who may read the bucket.
func admitSigned(t target) error {
	switch {
	case t.Scheme != "https" || t.Port != 443 || signature.Region(t.Host) == "":
		return refuse(RefusedDestination, "a key that signs goes to a bucket: https://<bucket>.s3.<region>.amazonaws.com")
	case t.query != "" || strings.HasSuffix(t.path, "/"):
		return refuse(RefusedRequest, "a key that signs stores an object, whose URL has a name and no query")
	}
	return nil
}

const (
	// HeaderCode is the code of an error in an answer without its body.
	HeaderCode = "Error-Code"
	maxHidden  = 64 << 10 // bounds how much of a hidden answer is read, in bytes
)

// hideBody replaces the body of an answer, and returns what it adds to the header. Providers with accounts repeat the
// account in each answer, in its text and in addresses, so that only the code of an error gets out.
func hideBody(w *watch, resp *http.Response, header http.Header) (added string) {
	header.Del("Content-Type")
	if resp.StatusCode >= http.StatusBadRequest {
		source := &download{src: resp.Body, left: maxHidden, w: w, idle: time.Minute}
		if plain, err := guard.Decode(source, strings.Join(resp.Header.Values("Content-Encoding"), ","), maxHidden); err == nil {
			raw, _ := io.ReadAll(plain) // a part of the answer is enough
			_ = plain.Close()
			if added = code.Of(raw); added != "" {
				header.Set(HeaderCode, added)
			}
		}
	}
	_ = resp.Body.Close() // nobody reads the rest
	resp.Header.Del("Content-Encoding")
	resp.Body = http.NoBody
	return added
}
