package vault

import (
	"context"
	"slices"
	"strconv"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// What a run computes comes from answers that have passed the guard. A last check finds
// what they hide from it by accident: text that a block decodes, pictures that it turns
// into text, pieces of many answers that it joins.

// judgeLeaving says whether the texts of a run may leave it. Only runs that used hidden
// credentials are judged, which the vault knows from their intents.
func (s *Service) judgeLeaving(ctx context.Context, run string, rows []attempts.Attempt, texts [][]byte) (vaultinternalv1.Verdict, error) {
	hidden := hiddenIn(rows)
	if len(hidden) == 0 {
		return vaultinternalv1.Verdict_VERDICT_UNSPECIFIED, nil
	}
	if stopped, err := s.stoppedMeanwhile(ctx, run, hidden[0]); err != nil || stopped {
		return vaultinternalv1.Verdict_VERDICT_STOPPED, err
	}
	for _, a := range hidden {
		if exposed, err := s.exposedMeanwhile(ctx, run, a); err != nil || exposed {
			return vaultinternalv1.Verdict_VERDICT_STOPPED, err
		}
		verdict, err := s.judgeFor(ctx, run, a, texts)
		if err != nil || verdict != vaultinternalv1.Verdict_VERDICT_UNSPECIFIED {
			return verdict, err
		}
	}
	return vaultinternalv1.Verdict_VERDICT_UNSPECIFIED, nil
}

// hiddenIn are the attempts with hidden credentials, one for each of their versions.
func hiddenIn(rows []attempts.Attempt) []attempts.Attempt {
	var hidden []attempts.Attempt
	for _, a := range rows {
		known := func(b attempts.Attempt) bool {
			return b.Credential == a.Credential && b.CredentialVersion == a.CredentialVersion
		}
		if a.Share != "" && !slices.ContainsFunc(hidden, known) {
			hidden = append(hidden, a)
		}
	}
	return hidden
}

// stoppedMeanwhile reports whether the guard has suspended the share of a run for
// another run's sake.
func (s *Service) stoppedMeanwhile(ctx context.Context, run string, a attempts.Attempt) (bool, error) {
	if a.SuspendTime == 0 {
		return false, nil
	}
	p, err := s.memory.SuspensionOf(ctx, a.Workspace, a.Share)
	return err == nil && (p == nil || p.Run != run), err
}

// judgeFor looks for one credential version. A value that is not there any more cannot be
// looked for: the texts are withheld, and nobody is to blame.
func (s *Service) judgeFor(ctx context.Context, run string, a attempts.Attempt, texts [][]byte) (vaultinternalv1.Verdict, error) {
	if len(texts) == 0 {
		return vaultinternalv1.Verdict_VERDICT_UNSPECIFIED, nil
	}
	set, v, err := s.guardOf(ctx, a)
	if err != nil {
		return vaultinternalv1.Verdict_VERDICT_WITHHELD, err
	}
	if set == nil {
		return vaultinternalv1.Verdict_VERDICT_WITHHELD, nil
	}
	for _, text := range texts {
		f, err := s.memory.Remember(ctx, v, set.Check(text), set.BodySymbols(0), len(text) > largeText)
		if err != nil {
			return vaultinternalv1.Verdict_VERDICT_WITHHELD, err
		}
		if f.Withhold {
			return s.withholdResult(ctx, run, a, f), nil
		}
	}
	return vaultinternalv1.Verdict_VERDICT_UNSPECIFIED, nil
}

// withholdResult tells the owner and suspends the share, and waits until that is in force.
func (s *Service) withholdResult(ctx context.Context, run string, a attempts.Attempt, f exposure.Finding) vaultinternalv1.Verdict {
	e := s.audit.Event(ctx, a.Workspace, "answer.withheld", a.Credential)
	e.Actor = a.Peer
	e.Details["run"], e.Details["where"] = run, "what the run was to give out"
	end := s.suspend(ctx, f, run, e)
	_ = end.wait(ctx) // the verdict says it
	if !end.reason {
		return vaultinternalv1.Verdict_VERDICT_STOPPED
	}
	return vaultinternalv1.Verdict_VERDICT_WITHHELD
}

// guardOf is the guard for the value that an attempt used; nil where the value is gone.
func (s *Service) guardOf(ctx context.Context, a attempts.Attempt) (*guard.Set, exposure.Value, error) {
	v := exposure.Value{Workspace: a.Workspace, Share: a.Share, Credential: a.Credential}
	c, err := s.credentials.Current(ctx, a.Credential)
	if err != nil || c == nil {
		return nil, v, err
	}
	subject, version := revocation.Credential(a.Credential), c.UID+" "+strconv.FormatInt(a.CredentialVersion, 10)
	if c.Version != a.CredentialVersion {
		v.Fingerprint = version // it was replaced while the run went on
		return s.guards.known(subject, version), v, nil
	}
	v.Fingerprint = c.Fingerprint
	value, err := s.credentials.Open(ctx, c)
	if err != nil {
		return nil, v, err
	}
	defer value.Destroy()
	set, err := s.guards.get(subject, version, c.Place().With(value).Hidden())
	return set, v, err
}
