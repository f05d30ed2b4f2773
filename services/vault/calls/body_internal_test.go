package calls

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/fill"
)

// The memory for bodies with credentials is bounded, counted at its real size, and returned
// even if a body is refused. Bodies without a credential cost nothing.
func TestBodiesWithCredentialsShareAPool(t *testing.T) {
	t.Parallel()
	s := &InternalHandlers{bodies: newBodyPool()}
	h := &handle{ChargedKey: "workspaces/demo/keys/a"}
	slots := egress.Slots{{Kind: egress.Body, Name: "/token", Secret: secret.FromString("a secret")}}
	fillWith := func(body string, slots egress.Slots) (filledBody, error) {
		return s.fillBody(context.Background(), h, strings.NewReader(body), slots)
	}
	const body = `{"token":"$credentials"}`
	f, err := fillWith(body, slots)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(f)
	if string(raw) != `{"token":"a secret"}` || s.bodies.Used() != int64(len(raw)) {
		t.Errorf("%s, and %d bytes are held", raw, s.bodies.Used())
	}
	f.Release()
	for _, refused := range []string{`{}`, `no JSON`, strings.Repeat(" ", fill.MaxBody+1)} {
		if _, err := fillWith(refused, slots); err == nil {
			t.Errorf("%.20s is sent", refused)
		}
	}
	plain, err := fillWith(body, nil)
	if err != nil || s.bodies.Used() != 0 {
		t.Errorf("%v, and %d bytes are held", err, s.bodies.Used())
	}
	plain.Release()
	var held []filledBody
	large := `{"x":"` + strings.Repeat("a", 7<<20) + `","token":"$credentials"}`
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 {
		f, err := fillWith(large, slots)
		if err != nil {
			t.Fatal(err)
		}
		if held = append(held, f); s.bodies.Used()+fill.MaxBody > s.bodies.Most() {
			break
		}
	}
	if _, err := s.fillBody(ctx, h, strings.NewReader(large), slots); err == nil {
		t.Error("one key holds more than its part")
	}
	if f, err := s.fillBody(context.Background(), &handle{ChargedKey: "workspaces/other/keys/b"}, strings.NewReader(body), slots); err != nil {
		t.Errorf("another workspace waits: %v", err)
	} else {
		f.Release()
	}
	for _, f := range held {
		f.Release()
	}
	if s.bodies.Used() != 0 {
		t.Errorf("%d bytes stay held", s.bodies.Used())
	}
}
