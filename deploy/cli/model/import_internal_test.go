package model

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/wellknown"
)

// A fetched file is kept only if it is the model that is known.
func TestImportChecksTheSum(t *testing.T) {
	t.Parallel()
	const weights = "the weights"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			_, _ = w.Write([]byte(weights))
		case "/other":
			_, _ = w.Write([]byte("the weightz"))
		case "/longer":
			_, _ = w.Write([]byte(weights + " and more"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256([]byte(weights))
	for path, want := range map[string]string{
		"/good": "", "/other": "Nothing was uploaded", "/longer": "Nothing was uploaded", "/none": "404",
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "weights.onnx")
		k := known{wellknown.Model{Name: "tiny", URL: server.URL + path, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(weights))}}
		err := k.fetch(t.Context(), dir, file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
		if got, _ := os.ReadFile(file); want == "" && string(got) != weights {
			t.Errorf("%s: the file has %q", path, got)
		}
	}
}

// Without consent, no model is fetched.
func TestKnownModelsNeedConsent(t *testing.T) {
	t.Parallel()
	all, err := wellknown.Models()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d known models, %v", len(all), err)
	}
	for _, k := range all {
		err := (&modelImport{Name: k.Name, Source: "http://127.0.0.1:1"}).Run(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "--accept-licence") {
			t.Errorf("%s without consent: %v", k.Name, err)
		}
	}
	if _, err := knownModel("none"); err == nil || !strings.Contains(err.Error(), "yolox-nano") {
		t.Errorf("an unknown model: %v", err)
	}
}
