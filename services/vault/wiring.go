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
	"github.com/keyhole-dev/keyhole/services/vault/suspensions"
	"github.com/keyhole-dev/keyhole/services/vault/trials"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// parts are what the handlers share beyond the fields of Service.
type parts struct {
	derived  derivedKeys
	counters *metrics
	pages    *page.Tokens
	codes    *throttle.Throttle // a client has the same tries for all kinds of codes
	log      *audit.Log
	tenants  *workspaces.Store
	// suspended are what the operator has suspended.
	suspended *suspensions.Store
	stored    *credentials.Credentials
	memory    *exposure.Memory
	grants    *credentialgrants.Grants
	judge     *withholding.Judge
	ends      *runs.Runs
}

// wire makes the parts from the lowest to the highest, and hands their handlers to the endpoints.
func (s *Service) wire(deps Deps) (err error) {
	p := &parts{codes: throttle.Codes()}
	if p.derived, err = derive(s.kek); err != nil {
		return err
	}
	if p.pages, err = page.New(p.derived.pages); err != nil {
		return err
	}
	if p.counters, err = newMetrics(deps.Metrics); err != nil {
		return err
	}
	if s.clients, err = newClients(s.cfg); err != nil {
		return err
	}
	s.wireCallers(deps, p)
	if s.provider, err = openid.New(s.cfg.OpenID, openid.Deps{Redis: s.redis, Key: p.derived.signIns, Roots: s.clients.roots, Now: s.now}); err != nil {
		return err
	}
	s.wireCredentials(deps, p)
	s.public = s.publicHandlers(p)
	s.internal = s.internalHandlers(deps, p)
	return nil
}

// wireCallers makes what decides who is calling: workspaces, keys, sessions and people.
func (s *Service) wireCallers(deps Deps, p *parts) {
	s.attempts = attempts.NewStore(s.db)
	s.running = revocation.NewRunning()
	s.bus = revocation.NewBus(s.redis, s.log, s.running)
	p.log = audit.New(s.db, s.attempts, s.log, s.now, p.counters.refused)
	p.tenants, p.suspended = workspaces.NewStore(s.db), suspensions.NewStore(s.db)
	s.keys = keys.New(s.db, p.tenants, p.log, s.bus, s.now)
	s.sessions = sessions.New(s.db, p.log, s.bus, s.now)
	s.assertions = assertions.New(s.keys, s.sessions, deps.Identity, p.derived.assertions, s.bus, s.now, p.counters.logins)
	s.people = people.New(people.Deps{
		DB: s.db, Workspaces: p.tenants, Sessions: s.sessions, Log: p.log, Bus: s.bus, Now: s.now, SignUp: s.cfg.signUpBudget(),
	})
}

// wireCredentials makes what keeps credentials, grants their use, and withholds them in answers.
func (s *Service) wireCredentials(deps Deps, p *parts) {
	s.sealer = envelope.NewSealer(s.kek, s.db)
	p.stored = credentials.New(credentials.Deps{
		DB: s.db, Workspaces: p.tenants, Log: p.log, Bus: s.bus, KEK: s.kek, Sealer: s.sealer, Rules: s.clients.rules, Now: s.now,
	})
	p.memory = exposure.New(s.db, p.derived.thresholds, s.now)
	p.grants = credentialgrants.New(credentialgrants.Deps{
		DB: s.db, Redis: s.redis, Credentials: p.stored, Uses: s.attempts, Memory: p.memory, Log: p.log, Bus: s.bus, Now: s.now,
	})
	p.judge = withholding.New(withholding.Deps{
		DB: s.db, Credentials: p.stored, Memory: p.memory, Events: p.log, Bus: s.bus, Logger: s.log, Now: s.now, Refused: p.counters.refused,
	})
	p.ends = runs.New(runs.Deps{
		Redis: s.redis, Verifier: deps.Verifier, KEK: s.kek, Attempts: s.attempts, Bus: s.bus, Judge: p.judge, Now: s.now,
	})
}

func (s *Service) publicHandlers(p *parts) public {
	return public{
		auditHandlers:      audit.NewHandlers(p.log, p.tenants.Titles, p.pages),
		workspaceHandlers:  workspaces.NewHandlers(p.tenants, p.log, p.pages, s.now),
		suspensionHandlers: suspensions.NewHandlers(p.suspended, p.tenants, p.log, p.pages, s.now),
		keyHandlers:        keys.NewHandlers(s.keys, p.pages),
		sessionHandlers:    sessions.NewHandlers(s.sessions, p.pages, p.codes, sessions.Doors{SignUp: s.cfg.SignUp, IdentityProvider: s.provider.Name()}),
		peopleHandlers:     people.NewHandlers(s.people, p.pages, p.codes),
		credentialHandlers: credentials.NewHandlers(p.stored, p.pages),
		trialHandlers: trials.NewHandlers(trials.Deps{
			Credentials: p.stored, Keys: s.keys, Egress: s.clients.steps, Mail: s.clients.mail, Attempts: s.attempts, Running: s.running, Logger: s.log, Now: s.now,
		}),
	}
}

func (s *Service) internalHandlers(deps Deps, p *parts) internal {
	return internal{
		assertionHandlers:          assertions.NewInternalHandlers(s.assertions),
		internalWorkspaceHandlers:  workspaces.NewInternalHandlers(p.tenants, p.suspended.Of),
		internalKeyHandlers:        keys.NewInternalHandlers(s.keys, p.suspended.Holds),
		internalCredentialHandlers: credentials.NewInternalHandlers(p.stored),
		grantHandlers:              credentialgrants.NewInternalHandlers(p.grants),
		runHandlers:                runs.NewInternalHandlers(p.ends),
		openIDHandlers:             openid.NewInternalHandlers(s.provider, s.people, s.sessions, p.codes),
		callHandlers: calls.NewInternalHandlers(calls.Deps{
			Verifier: deps.Verifier, Logger: s.log, Now: s.now, HandleKey: p.derived.handles,
			Egress: s.clients.steps, Fetches: s.clients.pictures, Mail: s.clients.mail, Keys: s.keys, Assertions: s.assertions, Credentials: p.stored,
			Grants: p.grants, Runs: p.ends, Memory: p.memory, Judge: p.judge, Running: s.running, Attempts: s.attempts, Audit: p.log,
			Refused: p.counters.refused, Outcomes: p.counters.uses,
		}),
	}
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
