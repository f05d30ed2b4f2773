package openid

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// maxIDToken bounds an ID token in bytes.
	maxIDToken = 128 << 10
	// maxSubject bounds the provider's name for a person. The standard allows 255 ASCII characters.
	maxSubject = 255
)

// subject is a name for a person as the standard allows it.
var subject = regexp.MustCompile(`^[ -~]{1,255}$`)

// identified is the person whom the provider has signed in.
type identified struct {
	subject string
	claims  claims
}

// exchange takes a code to the provider and returns who signed in.
func (c *Client) exchange(ctx context.Context, p *provider, code string, f flow) (identified, error) {
	ctx = oidc.ClientContext(ctx, c.http)
	config := c.oauth(p)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return identified{}, exchangeFailed(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" || len(raw) > maxIDToken {
		return identified{}, untrusted(errors.New("no ID token, or one that is too long"))
	}
	verified, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return identified{}, untrusted(err)
	}
	who := identified{subject: verified.Subject, claims: claims{}}
	if err := verified.Claims(&who.claims); err != nil {
		return who, untrusted(err)
	}
	if err := c.check(verified, who.claims, f); err != nil {
		return who, untrusted(err)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return who, untrusted(err)
		}
	}
	return c.complete(ctx, p, who, oauth2.StaticTokenSource(token))
}

// check makes the checks that go-oidc leaves to its caller.
func (c *Client) check(t *oidc.IDToken, all claims, f flow) error {
	if subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(f.Nonce)) != 1 {
		return errors.New("the nonce is of another sign-in")
	}
	_, named := all["azp"]
	if to := all.text("azp"); (named || len(t.Audience) > 1) && to != c.settings.ClientID {
		return errors.New("the ID token was made for another client (azp)")
	}
	if !subject.MatchString(t.Subject) {
		return fmt.Errorf("the subject is empty, longer than %d characters, or not ASCII", maxSubject)
	}
	return nil
}

// complete asks the provider's userinfo for claims that a rule needs and the ID token lacks.
func (c *Client) complete(ctx context.Context, p *provider, who identified, token oauth2.TokenSource) (identified, error) {
	if p.metadata.UserInfo == "" || !who.claims.lacks(c.settings.rules) {
		return who, nil
	}
	info, err := p.UserInfo(ctx, token)
	if err != nil {
		return who, unreachable("its userinfo", err)
	}
	if info.Subject != who.subject {
		return who, untrusted(errors.New("userinfo is about another person"))
	}
	more := claims{}
	if err := info.Claims(&more); err != nil {
		return who, untrusted(err)
	}
	who.claims = who.claims.with(more)
	return who, nil
}

// errorCode is the form of an error code of OAuth.
var errorCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

// exchangeFailed returns an error without the provider's answer, because the answer may repeat the code and the log
// must not.
func exchangeFailed(err error) error {
	refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return unreachable("its token endpoint", err)
	}
	reason := refusal.ErrorCode
	if !errorCode.MatchString(reason) {
		reason = "no error code"
	}
	cause := fmt.Errorf("the token endpoint answered %d: %s", refusal.Response.StatusCode, reason)
	if refusal.Response.StatusCode >= 500 {
		return unreachable("its token endpoint", cause)
	}
	return untrusted(cause)
}

// untrusted returns the error for an answer that proves nothing. The attempt counts as a wrong key.
func untrusted(cause error) error {
	return errs.Unauthenticated("the answer of the identity provider is not valid for this sign-in: start again").
		Because(errors.New("identity provider: " + short(cause)))
}
