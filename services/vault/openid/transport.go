package openid

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxCalls bounds the sign-ins that wait for the provider at the same time. Anybody can begin one.
const maxCalls = 32

const (
	// callTimeout bounds one call to the provider, with its body.
	callTimeout = 10 * time.Second
	// maxAnswer bounds an answer of the provider in bytes, after decompression.
	maxAnswer = 1 << 20
	// maxHeader bounds the header of an answer in bytes.
	maxHeader = 64 << 10
)

// newClient returns a client for a provider. It follows no redirect: the addresses come from the provider's own
// document, and a redirect would take the client secret or the code elsewhere.
func newClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment,
			MaxResponseHeaderBytes: maxHeader, MaxConnsPerHost: maxCalls, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: callTimeout,
		}},
	}
}

// bounded refuses to read a longer answer than maxAnswer.
type bounded struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.Transport.RoundTrip(r)
	if err != nil {
		return nil, err //nolint:wrapcheck // http.Client names the URL
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: maxAnswer}
	return res, nil
}

type boundedBody struct {
	io.ReadCloser
	left int
}

var errTooLong = errors.New("the answer is too long")

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err //nolint:wrapcheck // io.EOF must stay as it is
}
