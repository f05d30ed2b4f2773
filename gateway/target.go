package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// targets knows for a moment which links and workflows exist, so that a large body is
// read only where it can lead somewhere. The services behind decide again.
type targets struct {
	sharing sharingv1.SharingServiceClient
	known   *otter.Cache[string, []string] // with the origins of a link
}

const (
	targetLife = 2 * time.Second
	maxTargets = 10_000
)

func newTargets(sharing sharingv1.SharingServiceClient) *targets {
	return &targets{sharing: sharing, known: otter.Must(&otter.Options[string, []string]{
		MaximumSize: maxTargets, ExpiryCalculator: otter.ExpiryWriting[string, []string](targetLife),
	})}
}

// link finds out whether a link shows anything, and whose pages may run it.
func (t *targets) link(ctx context.Context, token string) (origins []string, err error) {
	return t.find("link "+token, func() ([]string, error) {
		view, err := t.sharing.GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
		return view.GetRunOrigins(), err
	})
}

// workflow finds out whether the caller's workspace has a workflow.
func (t *targets) workflow(ctx context.Context, name string) error {
	_, err := t.find(caller.From(ctx).Workspace+" "+name, func() ([]string, error) {
		_, err := t.sharing.GetWorkflow(ctx, &sharingv1.GetWorkflowRequest{Name: name})
		return nil, err
	})
	return err
}

func (t *targets) find(key string, ask func() ([]string, error)) ([]string, error) {
	if origins, ok := t.known.GetIfPresent(key); ok {
		return origins, nil
	}
	origins, err := ask()
	if err == nil {
		t.known.Set(key, origins)
	}
	return origins, err
}

var (
	// sharedPath is a path of a link with a verb, ownRunPath one that runs a workflow.
	sharedPath = regexp.MustCompile(`^/v1/shared/([^/:]+):`)
	ownRunPath = regexp.MustCompile(`^/v1/(workspaces/[^/]+/workflows/[^/:]+):run(Stream)?$`)
)

// senderOf is who sends the body of a request of /v1. The context says who calls.
func (g *Gateway) senderOf(ctx context.Context, r *http.Request) intake.Sender {
	p := caller.From(ctx)
	client := fair.ClientOf(p)
	return intake.Sender{Client: client, Admit: func(context.Context, []byte) (fair.Client, error) {
		switch path := r.URL.Path; {
		case sharedPath.MatchString(path):
			_, err := g.targets.link(ctx, sharedPath.FindStringSubmatch(path)[1])
			return client, err
		case p.Kind == caller.Guest:
			return client, errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED,
				"a body of more than %d KiB needs a key, or a link that it goes to: send Authorization: Bearer <key>", intake.HeadBytes>>10)
		case ownRunPath.MatchString(path):
			return client, g.targets.workflow(ctx, ownRunPath.FindStringSubmatch(path)[1])
		}
		return client, nil
	}}
}

// roboflowSender is the same for Roboflow's clients, who may send the key in the body.
// Until it is found, the body is that of the address alone.
func (g *Gateway) roboflowSender(ctx context.Context, r *http.Request, target roboflowTarget) intake.Sender {
	client := fair.ClientOf(caller.From(ctx))
	return intake.Sender{Client: client, Admit: func(_ context.Context, head []byte) (fair.Client, error) {
		ctx, client := ctx, client
		if key, ok := keyIn(head); ok && caller.From(ctx).Kind == caller.Guest {
			var err error
			if ctx, err = g.auth.As(ctx, key, g.auth.Visitor(r)); err != nil {
				return client, err
			}
			client = fair.ClientOf(caller.From(ctx))
		}
		switch {
		case target.token != "":
			_, err := g.targets.link(ctx, target.token)
			return client, err
		case target.workspace != "" && caller.From(ctx).Kind != caller.Guest:
			return client, g.targets.workflow(ctx, "workspaces/"+target.workspace+"/workflows/"+target.workflow)
		}
		return client, nil
	}}
}

// keyIn finds the key at the top of a body whose end is missing.
func keyIn(head []byte) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(head))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return "", false
	}
	for depth, name := 1, true; ; {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			name = depth == 1 // what follows is a name, or the end
			continue
		case string:
			if depth == 1 && name && token == "api_key" {
				key, err := decoder.Token()
				text, isText := key.(string)
				return text, err == nil && isText && auth.WellFormed(text)
			}
		}
		if depth == 1 {
			name = !name
		}
	}
}
