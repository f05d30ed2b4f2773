package form

import (
	"mime"
	"net/http"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Kind is how a body that is no JSON is read.
type Kind struct {
	boundary string // of a form; empty for a picture
}

// Of returns how the body of a request is read. It reports false for JSON, which has any other
// content type: curl calls JSON a form of another kind.
func Of(r *http.Request) (Kind, bool) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return Kind{}, false
	case kind == "multipart/form-data" && params["boundary"] != "":
		return Kind{boundary: params["boundary"]}, true
	}
	return Kind{}, strings.HasPrefix(kind, "image/")
}

// Run returns the body of a run through a link with these inputs, as JSON.
func (k Kind) Run(inputs []*sharingv1.Input, body []byte) ([]byte, error) {
	run := newRequest(inputs, len(body))
	if k.boundary == "" {
		in, err := onlyPicture(inputs)
		if err != nil {
			return nil, err
		}
		if len(body) == 0 {
			return nil, errs.InvalidArgument("the body is empty; send a picture").Field("body", "required")
		}
		run.add(in, picture(body))
	} else if err := run.read(k.boundary, body); err != nil {
		return nil, err
	}
	return run.json(), nil
}
