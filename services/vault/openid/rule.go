package openid

import (
	"fmt"
	"regexp"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// emailDomain is the first word of a rule about the e-mail address.
const emailDomain = "email-domain"

// rule gives everyone who has a claim a role in a workspace.
type rule struct {
	claim     string // emailDomain, or the name of a claim
	value     string
	workspace string
	role      keys.Role
}

var (
	domainRule = regexp.MustCompile(`^email-domain ([a-z0-9]([a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+) => (\S+)$`)
	claimRule  = regexp.MustCompile(`^(\S+) has (\S|\S.*\S) => (\S+)$`)
	target     = regexp.MustCompile(`^([a-z][a-z0-9-]{1,38}[a-z0-9])/(viewer|editor|owner)$`)
	roles      = map[string]keys.Role{"viewer": keys.RoleViewer, "editor": keys.RoleEditor, "owner": keys.RoleOwner}
)

func parseRule(text string) (rule, error) {
	var r rule
	var to string
	if m := domainRule.FindStringSubmatch(text); m != nil {
		r.claim, r.value, to = emailDomain, m[1], m[4]
	} else if m := claimRule.FindStringSubmatch(text); m != nil {
		r.claim, r.value, to = m[1], m[2], m[3]
	}
	m := target.FindStringSubmatch(to)
	if m == nil || r.claim == "email" || r.claim == "email_verified" {
		return r, fmt.Errorf("openid-rules: %q is not a rule: write \"email-domain acme.com => WORKSPACE/ROLE\" (in lower case) or \"CLAIM has VALUE => WORKSPACE/ROLE\", with the role viewer, editor or owner", text)
	}
	if m[1] == workspaces.Operator {
		return r, fmt.Errorf("openid-rules: %q gives access to the workspace of operators; they sign in with their keys", text)
	}
	r.workspace, r.role = m[1], roles[m[2]]
	return r, nil
}

// choose returns the first rule that matches.
func choose(rules []rule, c claims) (rule, error) {
	unverified := false
	for _, r := range rules {
		if r.claim != emailDomain {
			if slices.Contains(c.texts(r.claim), r.value) {
				return r, nil
			}
			continue
		}
		if address, verified := c.email(); domainOf(address) == r.value {
			if verified {
				return r, nil
			}
			unverified = true
		}
	}
	if unverified {
		return rule{}, errs.PermissionDenied("your identity provider has not confirmed your e-mail address: confirm it there, then sign in again").
			WithReason(errorsv1.Reason_REASON_EMAIL_NOT_VERIFIED)
	}
	return rule{}, errs.PermissionDenied("your account has no access here: ask the operator of this server").
		WithReason(errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS)
}

// lacks reports whether a claim that a rule asks for is missing.
func (c claims) lacks(rules []rule) bool {
	for _, r := range rules {
		name := r.claim
		if name == emailDomain {
			name = "email"
		}
		if _, there := c[name]; !there {
			return true
		}
	}
	return false
}
