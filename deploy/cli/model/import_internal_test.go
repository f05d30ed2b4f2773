package model

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
		k := known{Name: "tiny", URL: server.URL + path, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(weights))}
		err := k.fetch(t.Context(), dir, file)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
		if got, _ := os.ReadFile(file); want == "" && string(got) != weights {
			t.Errorf("%s: the file has %q", path, got)
		}
	}
}

// Every known model names its licence, and its file by size and sum. Without consent, none is
// fetched.
func TestKnownModelsNameTheirLicence(t *testing.T) {
	t.Parallel()
	all, err := knownModels()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d known models, %v", len(all), err)
	}
	for _, k := range all {
		if k.Licence == "" || !strings.HasPrefix(k.Terms, "https://") || k.Title == "" || k.Task == "" || k.Bytes == 0 || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(k.SHA256) {
			t.Errorf("%+v is not complete", k)
		}
		if (k.NPM == "") == !strings.HasPrefix(k.URL, "https://") {
			t.Errorf("%s has no single origin", k.Name)
		}
		err := (&modelImport{Name: k.Name, Source: "http://127.0.0.1:1"}).Run(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "--accept-licence") {
			t.Errorf("%s without consent: %v", k.Name, err)
		}
	}
	if _, err := knownModel("none"); err == nil || !strings.Contains(err.Error(), "yolox-nano") {
		t.Errorf("an unknown model: %v", err)
	}
}
