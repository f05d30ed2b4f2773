package api

import (
	"context"
	"net/http"
	"regexp"

	"github.com/keyhole-dev/keyhole/gateway/form"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// linkRun matches a run through a link.
var linkRun = regexp.MustCompile(`^/v1/shared/([^/:]+):run(?:Stream)?$`)

// formOf recognises a run through a link whose body is a form or a picture. All other bodies
// are JSON, whatever their content type says.
func formOf(r *http.Request) (token string, kind form.Kind, ok bool) {
	link := linkRun.FindStringSubmatch(r.URL.Path)
	if link == nil || r.Method != http.MethodPost {
		return "", kind, false
	}
	kind, ok = form.Of(r)
	return link[1], kind, ok
}

// reader reads the body of a request. A form or a picture must have room as JSON too.
func (h *Handler) reader(r *http.Request) *intake.Reader {
	if _, _, ok := formOf(r); ok {
		return h.cfg.Bodies.Within(form.Most(h.cfg.Bodies.Max))
	}
	return h.cfg.Bodies
}

// translate turns a form or a picture into the JSON of a run. It asks for the inputs of the link
// as the caller, who learns nothing that the view does not show.
func (h *Handler) translate(as context.Context, client fair.Client, r *http.Request, sent *intake.Body) error {
	token, kind, ok := formOf(r)
	if !ok {
		return nil
	}
	view, err := h.sharing.GetSharedWorkflow(as, &sharingv1.GetSharedWorkflowRequest{Token: token})
	if err != nil {
		return err
	}
	return h.cfg.Bodies.Replace(as, sent, form.Grown(len(sent.Bytes)), client, func(body []byte) ([]byte, error) {
		return kind.Run(view.GetInterface().GetInputs(), body)
	})
}
