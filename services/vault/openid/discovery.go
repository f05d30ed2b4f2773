package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// documentLife is how long the provider's document is used. Keys that the provider withdrew are dropped with it. New
	// keys are fetched when a token first names one.
	documentLife = time.Hour
	// retryAfter is how long a failure to read the document is cached, so that a provider that is down does not get a call
	// for every visitor.
	retryAfter = 5 * time.Second
)

// provider is what the provider says about itself, and the keys that it signs with.
type provider struct {
	*oidc.Provider
	verifier *oidc.IDTokenVerifier
	endpoint oauth2.Endpoint
	metadata metadata
}

// metadata are fields of the provider's document that go-oidc does not read.
type metadata struct {
	EndSession  string   `json:"end_session_endpoint"`
	Keys        string   `json:"jwks_uri"`
	UserInfo    string   `json:"userinfo_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	Challenges  []string `json:"code_challenge_methods_supported"`
	NamesIssuer bool     `json:"authorization_response_iss_parameter_supported"`
}

// directory caches the provider's document.
type directory struct {
	issuer, client string
	http           *http.Client
	now            func() time.Time

	mu     sync.Mutex // held while the document is read: others wait for the same answer
	last   *provider
	err    error
	readAt time.Time
}

// provider returns the provider. If its document cannot be read again, the last one stays in use.
func (d *directory) provider(ctx context.Context) (*provider, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	age := d.now().Sub(d.readAt)
	if d.err == nil && d.last != nil && age < documentLife || d.err != nil && age < retryAfter {
		return d.answer()
	}
	// Other callers wait for this answer too, so the call continues after this caller has left.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), d.http)
	p, err := d.read(ctx)
	if d.err, d.readAt = err, d.now(); err == nil {
		d.last = p
	}
	return d.answer()
}

func (d *directory) answer() (*provider, error) {
	if d.last != nil {
		return d.last, nil
	}
	return nil, d.err
}

func (d *directory) read(ctx context.Context) (*provider, error) {
	found, err := oidc.NewProvider(ctx, d.issuer)
	if err != nil {
		return nil, unreachable("its document (.well-known/openid-configuration)", err)
	}
	p := &provider{Provider: found, endpoint: found.Endpoint()}
	if err := found.Claims(&p.metadata); err != nil {
		return nil, unreachable("its document", err)
	}
	if err := p.check(); err != nil {
		return nil, unreachable("its document", err)
	}
	p.endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of the standard
	if m := p.metadata.AuthMethods; len(m) > 0 && !slices.Contains(m, "client_secret_basic") {
		p.endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.verifier = found.VerifierContext(ctx, &oidc.Config{ClientID: d.client, Now: d.now})
	return p, nil
}

// check refuses a document that would send people, the code or the secret over an unencrypted connection. It also
// refuses a provider that does not support PKCE. A provider that says nothing about PKCE still gets the challenge.
func (p *provider) check() error {
	m := p.metadata
	for name, at := range map[string]string{"authorization_endpoint": p.endpoint.AuthURL, "token_endpoint": p.endpoint.TokenURL, "jwks_uri": m.Keys} {
		if !private(at) {
			return fmt.Errorf("%s is missing or not https", name)
		}
	}
	for name, at := range map[string]string{"userinfo_endpoint": m.UserInfo, "end_session_endpoint": m.EndSession} {
		if at != "" && !private(at) {
			return fmt.Errorf("%s is not https", name)
		}
	}
	if len(m.Challenges) > 0 && !slices.Contains(m.Challenges, "S256") {
		return errors.New("the provider does not support PKCE with S256")
	}
	return nil
}

// unreachable returns the error for a provider that does not answer as expected.
func unreachable(what string, cause error) error {
	return errs.Unavailable("the identity provider cannot be reached or has a fault: try again in a minute, or ask the operator of this server").
		Because(fmt.Errorf("identity provider, %s: %s", what, short(cause)))
}

// short cuts the text of an error for the log, because it may quote a whole document of the provider.
func short(err error) string {
	const most = 300
	text := fmt.Sprintf("%q", err.Error())
	if len(text) > most {
		text = text[:most] + "..."
	}
	return text
}
