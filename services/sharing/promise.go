package sharing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// A link promises where the credentials of its visitors go. A client that knows the link
// sends the same key under the same input name every day, so its owner must not be able
// to send that key elsewhere by changing the version. The promise is made when the link
// is made or rotated, and no version, setting or fork changes it. What differs from it
// runs only for clients that name the new destination themselves.

// promise has, for each credential input, a hash of all the places that its value goes to.
type promise map[string]string

// promise is what a link to this definition promises.
func (a *analysis) promise() promise {
	places := map[string][]string{}
	for _, sl := range a.slots {
		if sl.visitorInput != "" {
			places[sl.visitorInput] = append(places[sl.visitorInput], sl.promised())
		}
	}
	out := promise{}
	for input, list := range places {
		slices.Sort(list)
		sum := sha256.Sum256([]byte(marshal(slices.Compact(list))))
		out[input] = hex.EncodeToString(sum[:16])
	}
	return out
}

// promised is a place as a visitor relies on it: whose credential, in which part of a
// request, to which address with its path. The step's name is the owner's own affair.
func (s slot) promised() string {
	return strings.Join([]string{s.provider, s.scheme, s.parameter, s.destination, s.address}, "\x00")
}

// promiseNow makes the link promise what the version does that it opens now: of a link
// that nobody knows yet.
func (e *shareEdit) promiseNow(ctx context.Context) error {
	v, err := e.versionOf(ctx, e.workflow, e.row.number(e.workflow))
	if err != nil {
		return err
	}
	e.row.Promise = marshal(e.analyses.of(v.Definition, v.Hash).promise())
	return nil
}

// promise reads what the share's link has promised.
func (s *shareRow) promise() promise {
	out := promise{}
	if err := json.Unmarshal([]byte(s.Promise), &out); err != nil {
		return promise{} // nothing was promised: each client confirms
	}
	return out
}

// moved are the inputs of a link whose values go elsewhere than it has promised.
type moved struct {
	// credentials bring a credential, to a place that was not promised.
	credentials []string
	// ordinary inputs were promised to be credentials and are data now.
	ordinary []string
}

func movedFrom(link promise, look *analysis) moved {
	var m moved
	now := look.promise()
	for _, in := range look.visitor.GetInputs() {
		name := in.GetName()
		place, is := now[name]
		was, promised := link[name]
		switch {
		case is && place != was:
			m.credentials = append(m.credentials, name)
		case !is && promised:
			m.ordinary = append(m.ordinary, name)
		}
	}
	return m
}

// movedCredentials are those of moved that a run through the link takes.
func (r *right) movedCredentials() []string {
	iface := r.look.visitor
	if r.share.hidden() {
		iface = r.look.own
	}
	var out []string
	for _, in := range iface.GetInputs() {
		if slices.Contains(r.moved.credentials, in.GetName()) {
			out = append(out, in.GetName())
		}
	}
	return out
}

// keepsPromise refuses a value that was a credential when the link was made and would be
// ordinary data now. No client can confirm that.
func (d *decision) keepsPromise(r *sharinginternalv1.AuthorizeRunRequest) error {
	if d.right == nil {
		return nil
	}
	for _, name := range d.right.moved.ordinary {
		if slices.Contains(r.GetInputs(), name) {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
				"the input %q took a credential when this link was made, and its value would be ordinary data now; do not send it. The owner can make a new link for this version; nothing was sent or charged",
				name).With("input", name)
		}
	}
	return nil
}

// confirmed refuses a credential whose place was not promised, unless the client names
// the destination itself; seen has compared what it named.
func (d *decision) confirmed(declared []*sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) error {
	for _, in := range declared {
		name := in.GetName()
		_, named := r.GetDestinations()[name]
		if named || !slices.Contains(d.right.moved.credentials, name) || !slices.Contains(r.GetInputs(), name) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"where the credential %[1]q goes has changed since this link was made: it is sent to %[2]s now. If you trust that, send destinations {%[1]q: %[2]q} along; a client that cannot needs a new link from the owner. Nothing was sent or charged",
			name, in.GetDestination()).With("input", name).With("destination", in.GetDestination())
	}
	return nil
}
