package strict

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/gateway/intake"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

func decode(t *testing.T, text string, limit int64) *errs.Error {
	t.Helper()
	bodies := &intake.Reader{Memory: intake.NewMemory(1 << 30), Max: limit, Pace: intake.UsualPace}
	sent, err := bodies.Read(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text)), intake.Sender{})
	if err != nil {
		return errs.From(err)
	}
	b := newBody(sent.Bytes)
	var request runnerv1.RunSharedWorkflowRequest
	if err := b.prepare(request.ProtoReflect().Descriptor(), false); err != nil {
		return errs.From(err)
	}
	err = newMarshaler().NewDecoder(b).Decode(&request)
	if err == nil {
		return nil
	}
	if b.err == nil || !errors.Is(err, b.err) {
		t.Fatalf("the body does not remember %v", err)
	}
	return b.err
}

func TestDecodeRefusesByName(t *testing.T) {
	t.Parallel()
	e := decode(t, `{"inputs":{"a":1},"definition":{"steps":[]}}`, 1<<20)
	if e == nil || e.Reason() != errorsv1.Reason_REASON_UNKNOWN_FIELD || !strings.Contains(e.Message(), `"definition"`) {
		t.Errorf("got %v", e)
	}
	if e := decode(t, `{"inputs":{"key":"sk-canary"`, 1<<20); e == nil || e.Reason() != errorsv1.Reason_REASON_MALFORMED_JSON || strings.Contains(e.Message(), "canary") {
		t.Errorf("got %v", e)
	}
	if e := decode(t, `{"requestId":{"sk-canary":1}}`, 1<<20); e == nil || strings.Contains(e.Message(), "canary") {
		t.Errorf("got %v", e)
	}
	if e := decode(t, `{"inputs":{"a":"`+strings.Repeat("x", 100)+`"}}`, 50); e == nil || e.Reason() != errorsv1.Reason_REASON_REQUEST_TOO_LARGE {
		t.Errorf("got %v", e)
	}
	if e := decode(t, `{"inputs":{"a":1}}`, 1<<20); e != nil {
		t.Errorf("got %v", e)
	}
}

// Where a field of the request is the body, the same rules hold.
func TestDecodeOfABodyThatIsAField(t *testing.T) {
	t.Parallel()
	var request vaultv1.CreateCredentialRequest
	decode := func(text string) error {
		return newMarshaler().NewDecoder(strings.NewReader(text)).Decode(&request.Credential)
	}
	if err := decode(`{"provider":"openai","value":"x"}`); err != nil || request.GetCredential().GetProvider() != "openai" {
		t.Errorf("got %v, %v", &request, err)
	}
	if err := decode(`{"providr":"openai"}`); errs.ReasonOf(err) != errorsv1.Reason_REASON_UNKNOWN_FIELD || !strings.Contains(err.Error(), "providr") {
		t.Errorf("got %v", err)
	}
	if err := decode(`{"value":["sk-canary"]}`); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}
