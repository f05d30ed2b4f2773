package ledger

import (
	"encoding/json"

	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// ScopesText returns the subjects of the scopes as a row stores them. Releasing the
// reservation needs no more.
func ScopesText(scopes []meter.Scope) string {
	subjects := make([]meter.Subject, len(scopes))
	for i, s := range scopes {
		subjects[i] = s.Subject
	}
	return encode(subjects)
}

// CountedScopes returns the scopes that the run counts against. Scopes that come from the
// row have no limits.
func (r *Run) CountedScopes() []meter.Scope {
	if r.Counted != nil {
		return r.Counted
	}
	var subjects []meter.Subject
	if err := json.Unmarshal([]byte(r.Scopes), &subjects); err != nil {
		return nil
	}
	scopes := make([]meter.Scope, len(subjects))
	for i, s := range subjects {
		scopes[i] = meter.Scope{Subject: s}
	}
	return scopes
}
