package sink

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxBody bounds the body of one request, in bytes.
const maxBody = 32 << 20

// content is the material of a request, after its operations.
type content struct{ files, form, json map[string]any }

// content applies the operations of the fields. An operation that does not fit its value is
// the definition's fault and fails the step, as in every other block.
func (b *webhook) content(ctx context.Context, call *engine.Call) (c content, err error) {
	if c.files, err = b.files.Apply(ctx, call, "multi_part_encoded_files"); err != nil {
		return c, fmt.Errorf("multi_part_encoded_files: %w", err)
	}
	if c.form, err = b.formData.Apply(ctx, call, "form_data"); err != nil {
		return c, fmt.Errorf("form_data: %w", err)
	}
	if c.json, err = b.json.Apply(ctx, call, "json_payload"); err != nil {
		return c, fmt.Errorf("json_payload: %w", err)
	}
	return c, nil
}

// request builds a request from parameters, headers and the one body that the fields
// describe.
func request(ctx context.Context, call *engine.Call, c content) (*http.Request, error) {
	target, err := target(call)
	if err != nil {
		return nil, err
	}
	method, _ := call.Arg("method").(string)
	body, contentType, err := c.body(method)
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, engine.Failf(engine.LimitsCaused, "the request is larger than %d MiB", maxBody>>20)
	}
	request, err := http.NewRequestWithContext(ctx, method, target, reader(body))
	if err != nil {
		return nil, engine.Failf(engine.ClientCaused, "the URL or the method cannot be used").Because(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request, headers(request.Header, call)
}

// reader returns nil for an empty body, so that the request has no Content-Length.
func reader(body []byte) io.Reader {
	if body == nil {
		return nil
	}
	return bytes.NewReader(body)
}

func target(call *engine.Call) (string, error) {
	text, _ := call.Arg("url").(string)
	if host, ok := engine.HostOf(call.Arg("url")); ok {
		text = host
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", engine.Failf(engine.ClientCaused, "url must be an absolute http or https URL without credentials")
	}
	query := url.Values{}
	entries, _ := call.Arg("query_parameters").(map[string]any)
	for name, v := range entries {
		if !engine.IsSlot(v) {
			query[name] = texts(v)
		}
	}
	if encoded := query.Encode(); encoded != "" {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += encoded
	}
	return u.String(), nil
}

func headers(into http.Header, call *engine.Call) error {
	entries, _ := call.Arg("headers").(map[string]any)
	for name, v := range entries {
		if v == nil || engine.IsSlot(v) {
			continue
		}
		text := value.Text(v)
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(text) {
			return engine.Failf(engine.ClientCaused, "header %.60q cannot be sent", name)
		}
		into.Set(name, strings.TrimSpace(text))
	}
	return nil
}

// body encodes the body: multipart if there are files, a form if there are only form
// fields, and JSON otherwise.
func (c content) body(method string) (body []byte, contentType string, err error) {
	for _, fields := range []map[string]any{c.files, c.form, c.json} {
		if value.Size(fields, maxBody) > maxBody {
			return nil, "", engine.Failf(engine.LimitsCaused, "the request is larger than %d MiB", maxBody>>20)
		}
	}
	switch {
	case len(c.files) > 0:
		return multipartBody(c.files, c.form)
	case len(c.form) > 0:
		return formBody(c.form), "application/x-www-form-urlencoded", nil
	case len(c.json) == 0 && method == http.MethodGet:
		return nil, "", nil
	}
	body, err = jsonBody(c.json)
	return body, "application/json", err
}
