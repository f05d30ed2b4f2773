package vault

import (
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/calls"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
	"github.com/keyhole-dev/keyhole/services/vault/people"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/runs"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/trials"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// wire makes the parts from the lowest to the highest, and hands their handlers to the endpoints.
func (s *Service) wire(deps Deps) error {
	derived, err := derive(s.kek)
	if err != nil {
		return err
	}
	pages, err := page.New(derived.pages)
	if err != nil {
		return err
	}
	if s.clients, err = newClients(s.cfg); err != nil {
		return err
	}
	counters, err := newMetrics(deps.Metrics)
	if err != nil {
		return err
	}
	s.sealer = envelope.NewSealer(s.kek, s.db)
	s.attempts = attempts.NewStore(s.db)
	s.running = revocation.NewRunning()
	s.bus = revocation.NewBus(s.redis, s.log, s.running)
	log := audit.New(s.db, s.attempts, s.log, s.now, counters.refused)
	tenants := workspaces.NewStore(s.db)
	s.keys = keys.New(s.db, tenants, log, s.bus, s.now)
	s.sessions = sessions.New(s.db, log, s.bus, s.now)
	s.assertions = assertions.New(s.keys, s.sessions, deps.Identity, derived.assertions, s.bus, s.now, counters.logins)
	s.people = people.New(people.Deps{
		DB: s.db, Workspaces: tenants, Sessions: s.sessions, Log: log, Bus: s.bus, Now: s.now, SignUp: s.cfg.signUpBudget(),
	})
	if s.provider, err = openid.New(s.cfg.OpenID, openid.Deps{Redis: s.redis, Key: derived.signIns, Roots: s.clients.roots, Now: s.now}); err != nil {
		return err
	}
	codes := throttle.Codes() // a client has the same tries for all kinds of codes
	stored := credentials.New(credentials.Deps{
		DB: s.db, Workspaces: tenants, Log: log, Bus: s.bus, KEK: s.kek, Sealer: s.sealer, Rules: s.clients.rules, Now: s.now,
	})
	memory := exposure.New(s.db, derived.thresholds, s.now)
	grants := credentialgrants.New(credentialgrants.Deps{
		DB: s.db, Redis: s.redis, Credentials: stored, Uses: s.attempts, Memory: memory, Log: log, Bus: s.bus, Now: s.now,
	})
	judge := withholding.New(withholding.Deps{
		DB: s.db, Credentials: stored, Memory: memory, Events: log, Bus: s.bus, Logger: s.log, Now: s.now, Refused: counters.refused,
	})
	ends := runs.New(runs.Deps{
		Redis: s.redis, Verifier: deps.Verifier, KEK: s.kek, Attempts: s.attempts, Bus: s.bus, Judge: judge, Now: s.now,
	})
	s.public = public{
		auditHandlers:      audit.NewHandlers(log, pages),
		workspaceHandlers:  workspaces.NewHandlers(tenants, log, pages, s.now),
		keyHandlers:        keys.NewHandlers(s.keys, pages),
		sessionHandlers:    sessions.NewHandlers(s.sessions, pages, codes, sessions.Doors{SignUp: s.cfg.SignUp, IdentityProvider: s.provider.Name()}),
		peopleHandlers:     people.NewHandlers(s.people, pages, codes),
		credentialHandlers: credentials.NewHandlers(stored, pages),
		trialHandlers: trials.NewHandlers(trials.Deps{
			Credentials: stored, Keys: s.keys, Egress: s.clients.steps, Attempts: s.attempts, Running: s.running, Logger: s.log, Now: s.now,
		}),
	}
	s.internal = internal{
		assertionHandlers:          assertions.NewInternalHandlers(s.assertions),
		internalWorkspaceHandlers:  workspaces.NewInternalHandlers(tenants),
		internalKeyHandlers:        keys.NewInternalHandlers(s.keys),
		internalCredentialHandlers: credentials.NewInternalHandlers(stored),
		grantHandlers:              credentialgrants.NewInternalHandlers(grants),
		runHandlers:                runs.NewInternalHandlers(ends),
		openIDHandlers:             openid.NewInternalHandlers(s.provider, s.people, s.sessions, codes),
		callHandlers: calls.NewInternalHandlers(calls.Deps{
			Verifier: deps.Verifier, Logger: s.log, Now: s.now, HandleKey: derived.handles,
			Egress: s.clients.steps, Fetches: s.clients.pictures, Keys: s.keys, Assertions: s.assertions, Credentials: stored,
			Grants: grants, Runs: ends, Memory: memory, Judge: judge, Running: s.running, Attempts: s.attempts, Audit: log,
			Refused: counters.refused, Outcomes: counters.uses,
		}),
	}
	return nil
}

// derivedKeys are the keys of parts. Each is for one purpose, so that only its part can make or check
// page tokens, handles, assertions, thresholds or sign-ins, and none can unwrap a data key.
type derivedKeys struct{ pages, handles, assertions, thresholds, signIns secret.Secret }

func derive(k *envelope.KEK) (derivedKeys, error) {
	var d derivedKeys
	for purpose, key := range map[string]*secret.Secret{
		"page tokens": &d.pages, "handle": &d.handles, "assertion": &d.assertions, "fingerprint": &d.thresholds,
		"sign-in": &d.signIns,
	} {
		var err error
		if *key, err = k.Derive(purpose, ""); err != nil {
			return d, err
		}
	}
	return d, nil
}
