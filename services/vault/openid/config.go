package openid

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// CallbackPath is the path of the installation that the provider sends people back to.
const CallbackPath = "/app/openid/callback"

// signedOutPath is where the provider sends people after they have signed out.
const signedOutPath = "/app/sign-in"

// Settings are the settings of a program, with the prefix openid-. Without Issuer there is no identity provider.
type Settings struct {
	Issuer           string   `help:"Identity provider (OpenID Connect) that people sign in with: its issuer URL, exactly as the provider names it." placeholder:"URL"`
	Name             string   `help:"Name of the identity provider on the page for signing in." default:"single sign-on" placeholder:"TEXT"`
	ClientID         string   `name:"client-id" help:"Client id of this installation at the identity provider." placeholder:"ID"`
	ClientSecretFile string   `help:"File with the client secret." type:"path" placeholder:"FILE"`
	RedirectBase     string   `help:"URL of this installation in browsers. The identity provider sends people back to it, at /app/openid/callback." placeholder:"URL"`
	Scopes           []string `help:"Scopes to ask the identity provider for. openid is always among them." default:"email,profile" placeholder:"SCOPE"`
	Rules            []string `help:"Who gets access: 'email-domain acme.com => acme/editor' or 'groups has admins => acme/owner'. The first that matches counts." placeholder:"RULE"`
}

// checked are settings that were checked.
type checked struct {
	Settings
	secret secret.Secret
	base   string // the origin of the installation
	rules  []rule
}

// check reads the files of settings.
func (s Settings) check() (checked, error) {
	c := checked{Settings: s}
	if !private(s.Issuer) || strings.ContainsAny(s.Issuer, "?#") {
		return c, errors.New("openid-issuer must be an https:// URL (http:// only on loopback)")
	}
	var ok bool
	if c.base, ok = origin.Normal(strings.TrimSuffix(s.RedirectBase, "/")); !ok || !private(c.base) {
		return c, errors.New("openid-redirect-base must be https:// and a host without a path (http:// only on loopback)")
	}
	if s.ClientID == "" || s.Name == "" || len(s.Name) > 60 {
		return c, errors.New("openid-client-id is required, and openid-name has 1 to 60 characters")
	}
	text, err := os.ReadFile(s.ClientSecretFile)
	if err != nil {
		return c, fmt.Errorf("openid-client-secret-file: %w", err)
	}
	if c.secret = secret.FromString(strings.TrimSpace(string(text))); c.secret.IsZero() {
		return c, fmt.Errorf("openid-client-secret-file: %s is empty", s.ClientSecretFile)
	}
	if !slices.Contains(s.Scopes, "openid") {
		c.Scopes = append([]string{"openid"}, s.Scopes...)
	}
	if len(s.Rules) == 0 {
		return c, errors.New("openid-rules is required: without a rule nobody gets access")
	}
	for _, text := range s.Rules {
		r, err := parseRule(text)
		if err != nil {
			return c, err
		}
		c.rules = append(c.rules, r)
	}
	return c, nil
}

// private reports whether requests to a URL are encrypted or stay on this machine.
func private(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	at, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (err == nil && at.IsLoopback() || u.Hostname() == "localhost")
}
