package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
)

// placeholder stands in for the credential until the egress replaces it.
const placeholder = "credential-is-added-by-the-egress"

// maxComplaint bounds the part of an error answer that is read, in bytes.
const maxComplaint = 64 << 10

// exchange is one request to a provider and the reader of its answer. It can be sent again.
type exchange struct {
	path, contentType, accept string
	body                      []byte
	// read takes the body of an answer with a good status.
	read func(body []byte) (protocol.Usage, error)
}

// jsonExchange is an exchange of JSON.
func jsonExchange(r protocol.Request, read func([]byte) (protocol.Usage, error)) (exchange, error) {
	body, err := json.Marshal(r.Body)
	if err != nil {
		return exchange{}, fmt.Errorf("encode request: %w", err)
	}
	return exchange{path: r.Path, contentType: "application/json", accept: "application/json", body: body, read: read}, nil
}

// once sends the request once.
func (x exchange) once(ctx context.Context, client *http.Client, to address) (protocol.Usage, error) {
	request, err := x.request(ctx, to)
	if err != nil {
		return protocol.Usage{}, failed(ctx, err, nil)
	}
	response, err := client.Do(request)
	if err != nil {
		return protocol.Usage{}, failed(ctx, err, nil)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		said, err := io.ReadAll(io.LimitReader(response.Body, maxComplaint))
		if err != nil {
			return protocol.Usage{}, failed(ctx, err, response)
		}
		return protocol.Usage{}, complained(response, protocol.Read(said))
	}
	body, err := io.ReadAll(response.Body) // the egress bounds it
	if err != nil {
		return protocol.Usage{}, failed(ctx, err, nil)
	}
	used, err := x.read(body)
	if err != nil {
		return used, failed(ctx, err, nil)
	}
	return used, nil
}

func (x exchange) request(ctx context.Context, to address) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.base+x.path, bytes.NewReader(x.body))
	if err != nil {
		return nil, err
	}
	request.URL.RawQuery = to.query.Encode()
	request.Header.Set("Content-Type", x.contentType)
	request.Header.Set("Accept", x.accept)
	for _, h := range to.headers {
		request.Header.Set(h[0], h[1])
	}
	if len(to.slots) > 0 {
		request.Header.Set("Authorization", "Bearer "+placeholder)
	}
	return request, nil
}
