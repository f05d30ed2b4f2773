package calls

import (
	"context"
	"fmt"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Egress makes one outbound HTTP call and streams both ways.
func (s *InternalHandlers) Egress(stream egressStream) error {
	peer := caller.Peer(stream.Context())
	first, err := stream.Recv()
	if err != nil {
		return fmt.Errorf("receive head: %w", err)
	}
	head := first.GetHead()
	if head == nil {
		return errs.InvalidArgument("the first message must be the head")
	}
	if (len(head.GetHandles()) == 0) == (head.GetGrant() == "") {
		return errs.InvalidArgument("a call needs either handles, or a run grant for a fetch without credentials")
	}
	if len(head.GetHandles()) > 0 {
		return s.callWithCredentials(stream, peer, head)
	}
	return s.fetch(stream, peer, head)
}

// callWithCredentials makes a call with the credential of each handle. If one handle is refused, nothing is sent.
//
// The call is registered before its rights are checked: a right that ends between the check and the call ends
// the call.
func (s *InternalHandlers) callWithCredentials(stream egressStream, peer string, head *vaultinternalv1.EgressHead) error {
	ctx := stream.Context()
	handles, err := s.openAll(head.GetHandles())
	if err != nil {
		s.refused.WithLabelValues("handle").Inc()
		return handleInvalid(err)
	}
	ctx, done := s.running.Add(ctx, s.recheck(handles), subjectsOf(handles)...)
	defer done()
	for _, h := range handles {
		err := s.checkBinding(h, peer, head.GetUrl())
		if err == nil {
			err = s.checkRights(ctx, h)
		}
		if err != nil {
			return s.auditRefusal(ctx, h, err)
		}
	}
	begun, refused, err := s.beginAll(ctx, handles)
	if err != nil {
		return s.auditRefusal(ctx, refused, err)
	}
	outcome, err := s.send(ctx, stream, head, handles)
	for _, a := range begun {
		s.end(ctx, a, outcome)
	}
	return err
}

// send opens the credentials and makes the call. The outcome is for the rows of the attempts: it says how the
// provider answered, and nothing of the answer.
func (s *InternalHandlers) send(ctx context.Context, stream egressStream, head *vaultinternalv1.EgressHead, handles []*handle) (outcome string, err error) {
	slots, set, err := s.openSlots(ctx, handles)
	if err != nil {
		return attempts.NotSent, err
	}
	defer destroy(slots)
	h := handles[0]
	d, err := egress.ParseDestination(h.Destination)
	if err != nil {
		return attempts.NotSent, addressRefused(err)
	}
	req := requestOf(ctx, stream, head)
	req.Slots, req.Guard, req.Destinations = slots, set, []egress.Destination{d}
	body, err := s.fillBody(ctx, h, req.Body, slots)
	if err != nil {
		return attempts.NotSent, runnerError(ctx, err, h.Link != "")
	}
	defer body.Release()
	req.Body = body.Reader // the egress signs a body that it sees in memory
	answer := &guardedAnswer{InternalHandlers: s, handles: handles, set: set}
	req.Remember = func(pieces []guard.Piece) (bool, error) { return answer.judgePieces(ctx, pieces) }
	req.OnReflected = func() { answer.withhold(ctx) }
	onward := &redirects{audit: s.audit, handle: h}
	req.OnRedirect = func(status int, to egress.Destination) error { return onward.write(ctx, status, to) }
	status, err := forward(ctx, s.clientFor(d), stream, req)
	if answer.wasWithheld() {
		return "failed answer_withheld", answer.withheldError(stream.Context(), status)
	}
	s.logFailure(ctx, h.Run, h.Step, err)
	switch {
	case onward.err != nil:
		return "ok", onward.err
	case onward.followed:
		return "ok", runnerError(ctx, err, h.Link != "")
	}
	return outcomeOf(ctx, status, err), runnerError(ctx, err, h.Link != "")
}

// clientFor returns the client that speaks the protocol of a destination.
func (s *InternalHandlers) clientFor(d egress.Destination) client {
	if d.IsMail() {
		return s.mail
	}
	return s.egress
}

// fetch makes a call without a credential, for a run. Without a step it fetches a picture of an input.
func (s *InternalHandlers) fetch(stream egressStream, peer string, head *vaultinternalv1.EgressHead) error {
	ctx := stream.Context()
	claims, err := grant.Verify(s.verifier, head.GetGrant(), peer, s.now())
	if err != nil {
		s.refused.WithLabelValues("grant").Inc()
		return err
	}
	check := func(ctx context.Context) error {
		if err := s.runs.Alive(ctx, claims.Run); err != nil {
			return err
		}
		return s.keys.Alive(ctx, claims.ChargedKey)
	}
	ctx, done := s.running.Add(ctx, check, revocation.Run(claims.Run), revocation.Key(claims.ChargedKey))
	defer done()
	stranger := claims.Share != ""
	if err := check(ctx); err != nil {
		return runnerError(ctx, err, stranger)
	}
	client := s.egress
	if head.GetStep() == "" {
		client = s.fetches
	}
	_, err = forward(ctx, client, stream, requestOf(ctx, stream, head))
	s.logFailure(ctx, claims.Run, head.GetStep(), err)
	return runnerError(ctx, err, stranger)
}
