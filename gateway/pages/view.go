package pages

import (
	"context"
	"net/http"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// headWait is how long a page waits for its title. If sharing is slow, the page comes
// without a title and shows the problem itself.
const headWait = 1500 * time.Millisecond

// view asks for the view of a link as a guest, with the pass that the request shows. A document does not
// depend on who is signed in.
func (h *Handlers) view(r *http.Request, token string) (*sharingv1.SharedWorkflow, error) {
	ctx, cancel := context.WithTimeout(r.Context(), headWait)
	defer cancel()
	return h.cfg.Sharing.GetSharedWorkflow(h.cfg.Callers.Guest(ctx, r), &sharingv1.GetSharedWorkflowRequest{Token: token})
}
