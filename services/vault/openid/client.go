package openid

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Deps are what New needs. All are required, except Roots.
type Deps struct {
	Redis *redisx.Client
	// Key seals what the browser keeps. All replicas need the same one.
	Key secret.Secret
	// Roots are the certificate authorities of the provider; nil are the machine's.
	Roots *x509.CertPool
	Now   func() time.Time
}

// Client signs people in with one provider.
type Client struct {
	settings  checked
	http      *http.Client
	directory *directory
	sealer    *sealer
	redis     *redisx.Client
	now       func() time.Time
	calls     chan struct{} // one element for each sign-in that waits for the provider
}

// New checks the settings. It calls nobody: the provider may start later. It returns nil if there are no settings.
func New(s Settings, d Deps) (*Client, error) {
	if s.Issuer == "" {
		return nil, nil
	}
	c, err := s.check()
	if err != nil {
		return nil, err
	}
	seal, err := newSealer(d.Key, s.Issuer, s.ClientID)
	if err != nil {
		return nil, err
	}
	client := newClient(d.Roots)
	return &Client{
		settings: c, http: client, sealer: seal, redis: d.Redis, now: d.Now, calls: make(chan struct{}, maxCalls),
		directory: &directory{issuer: s.Issuer, client: s.ClientID, http: client, now: d.Now},
	}, nil
}

// Name is the name of the provider on the page for signing in; "" without a provider.
func (c *Client) Name() string {
	if c == nil {
		return ""
	}
	return c.settings.Name
}

func (c *Client) oauth(p *provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.settings.ClientID, ClientSecret: string(c.settings.secret.Expose()), Endpoint: p.endpoint,
		RedirectURL: c.settings.base + CallbackPath, Scopes: c.settings.Scopes,
	}
}

// checkOrigin refuses a page at another address of the installation: the provider would send the person to a host that
// does not have the cookie.
func (c *Client) checkOrigin(from string) error {
	if at, ok := origin.Normal(from); from == "" || ok && at == c.settings.base {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_ORIGIN_REFUSED, "to sign in with %s, open %s", c.settings.Name, c.settings.base)
}

// once marks a flow as used: its answer counts once, even if the provider would accept the code again.
func (c *Client) once(ctx context.Context, f flow) error {
	key := c.redis.Key(f.State, "sign-in")
	first, err := c.redis.SetNX(ctx, key, 1, flowLife).Result()
	switch {
	case err != nil:
		return redisx.Error(fmt.Errorf("use sign-in up: %w", err))
	case !first:
		return expired(fmt.Errorf("it was used already"))
	}
	return nil
}

// signOut is where a browser signs out at the provider, or "". The provider asks the person, since Keyhole keeps no
// token that would prove who it is.
func (c *Client) signOut(ctx context.Context) (string, error) {
	p, err := c.directory.provider(ctx)
	if err != nil || p.metadata.EndSession == "" {
		return "", err
	}
	at, err := url.Parse(p.metadata.EndSession)
	if err != nil {
		return "", unreachable("its end_session_endpoint", err)
	}
	query := at.Query()
	query.Set("client_id", c.settings.ClientID)
	query.Set("post_logout_redirect_uri", c.settings.base+signedOutPath)
	at.RawQuery = query.Encode()
	return at.String(), nil
}

// Close closes idle connections.
func (c *Client) Close() {
	if c != nil {
		c.http.CloseIdleConnections()
	}
}
