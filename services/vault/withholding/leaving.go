package withholding

import (
	"context"
	"errors"
	"slices"
	"strconv"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// The results of a run come from answers that have passed the guard. A last check finds what the guard could not see:
// text that a block decodes, pictures that it turns into text, pieces of many answers that it joins.

// Leaving says whether the texts of a run may leave it. It judges only runs that used hidden credentials, as their
// attempts show.
func (s *Judge) Leaving(ctx context.Context, run string, rows []attempts.Attempt, texts [][]byte) (vaultinternalv1.Verdict, error) {
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

// hiddenIn returns the attempts with hidden credentials, one for each version of a credential.
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

// stoppedMeanwhile reports whether the guard has suspended the share of a run because of another run.
func (s *Judge) stoppedMeanwhile(ctx context.Context, run string, a attempts.Attempt) (bool, error) {
	if a.SuspendTime == 0 {
		return false, nil
	}
	p, err := s.memory.SuspensionOf(ctx, a.Workspace, a.Share)
	return err == nil && (p == nil || p.Run != run), err
}

// judgeFor looks for one version of a credential. It cannot look for a value that is gone: then it withholds the texts
// and suspends nothing.
func (s *Judge) judgeFor(ctx context.Context, run string, a attempts.Attempt, texts [][]byte) (vaultinternalv1.Verdict, error) {
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
		f, err := s.search(ctx, set, v, text)
		switch {
		case errors.Is(err, guard.ErrCrowded): // it was not searched to its end
			return vaultinternalv1.Verdict_VERDICT_WITHHELD, nil
		case err != nil:
			return vaultinternalv1.Verdict_VERDICT_WITHHELD, err
		case f.Withhold:
			return s.withholdResult(ctx, run, a, f), nil
		}
	}
	return vaultinternalv1.Verdict_VERDICT_UNSPECIFIED, nil
}

// search remembers what a text shows of a value. A text that cannot be searched to its end is an error.
func (s *Judge) search(ctx context.Context, set *guard.Set, v exposure.Value, text []byte) (f exposure.Finding, err error) {
	remember := func(pieces []guard.Piece) (bool, error) {
		f, err = s.memory.Remember(ctx, v, pieces, set.BodySymbols(0))
		return f.Withhold, err
	}
	admitted := set.Admit(text, guard.Options{Remember: remember})
	if err != nil || f.Withhold {
		return f, err
	}
	return f, admitted
}

// withholdResult suspends the share, tells the owner, and waits until the suspension is in force.
func (s *Judge) withholdResult(ctx context.Context, run string, a attempts.Attempt, f exposure.Finding) vaultinternalv1.Verdict {
	e := s.events.Event(audit.PeerOf(ctx, a.Peer), a.Workspace, "answer.withheld", a.Credential)
	e.Details["run"], e.Details["where"] = run, "the outputs of the run"
	end := s.Suspend(ctx, f, run, e)
	_ = end.Wait(ctx) // the verdict says the same
	if !end.reason {
		return vaultinternalv1.Verdict_VERDICT_STOPPED
	}
	return vaultinternalv1.Verdict_VERDICT_WITHHELD
}

// guardOf is the guard for the value that an attempt used; nil if the value is gone.
func (s *Judge) guardOf(ctx context.Context, a attempts.Attempt) (*guard.Set, exposure.Value, error) {
	v := exposure.Value{Workspace: a.Workspace, Share: a.Share, Credential: a.Credential}
	c, err := s.credentials.Current(ctx, a.Credential)
	if err != nil || c == nil {
		return nil, v, err
	}
	if c.CreatedAfter(a.StartTime) { // another one of the same id
		return nil, v, nil
	}
	subject, version := revocation.Credential(a.Credential), c.UID+" "+strconv.FormatInt(a.CredentialVersion, 10)
	if c.Version != a.CredentialVersion {
		v.Fingerprint = version // it was replaced during the run
		return s.guards.known(subject, version), v, nil
	}
	v.Fingerprint = c.Body
	value, err := s.credentials.Open(ctx, c)
	if err != nil {
		return nil, v, err
	}
	defer value.Destroy()
	set, err := s.guards.get(subject, version, c.Place().With(value).Hidden())
	return set, v, err
}

// exposedMeanwhile reports whether the value of a run was exposed during the run. The run that was the reason
// gets the error of a failed provider.
func (s *Judge) exposedMeanwhile(ctx context.Context, run string, a attempts.Attempt) (bool, error) {
	c, err := s.credentials.Current(ctx, a.Credential)
	if err != nil || c == nil || !c.Exposed || c.Version != a.CredentialVersion {
		return false, err
	}
	p, err := s.memory.SuspensionOf(ctx, a.Workspace, a.Share)
	return err == nil && (p == nil || p.Run != run), err
}
