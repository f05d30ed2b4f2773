package e2e_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A provider with a certificate of a private authority is called only if the operator
// trusts that authority.
func TestPrivateCertificateAuthority(t *testing.T) {
	t.Parallel()
	var came atomic.Int64
	hook := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	t.Cleanup(hook.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hook.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		settings []string
		want     int64
		message  string
	}{
		{nil, 0, "certificate"},
		{[]string{"--egress-ca-file", file}, 1, ""},
	} {
		came.Store(0)
		owner := install(t, oneProcess, options{settings: c.settings}).tenant(t)
		definition := posts(object{"url": hook.URL, "json_payload": object{"a": 1}})
		definition["outputs"] = []any{object{"type": "JsonField", "name": "message", "selector": "$steps.w.message"}}
		r := owner.call(t, http.MethodPost, "/workflows/run", object{"specification": definition, "inputs": object{}, "api_key": owner.key})
		if got := came.Load(); got != c.want || !strings.Contains(r.text("outputs.0.message"), c.message) {
			t.Errorf("%v: %d requests came, want %d: %s", c.settings, got, c.want, r)
		}
	}
}
