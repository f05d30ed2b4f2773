package gatewaytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Canary is a value that no error may quote.
const Canary = "c4n4ry"

// Answer is an answer as a client reads it. All but Status and Text are of an error.
type Answer struct {
	Status    int
	Text      string
	Reason    string
	RequestID string
	Fields    []string
}

// Send sends one request to a handler.
func Send(t *testing.T, h http.Handler, verb, target, body string, header ...string) Answer {
	t.Helper()
	r := httptest.NewRequest(verb, target, strings.NewReader(body))
	r.Host = "127.0.0.1" // as a client on this machine, which may sign in without TLS
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := Answer{Status: w.Code, Text: w.Body.String()}
	var status struct {
		Details []struct {
			Reason          string
			RequestID       string `json:"requestId"`
			FieldViolations []struct{ Field, Description string }
		}
	}
	_ = json.Unmarshal(w.Body.Bytes(), &status) // the lines of a stream have no details
	for _, d := range status.Details {
		got.Reason, got.RequestID = got.Reason+d.Reason, got.RequestID+d.RequestID
		for _, v := range d.FieldViolations {
			if v.Description == "" {
				t.Errorf("%s %s: the violation of %s has no description", verb, target, v.Field)
			}
			got.Fields = append(got.Fields, v.Field)
		}
	}
	return got
}

// String implements fmt.Stringer.
func (a Answer) String() string { return fmt.Sprintf("%d %.300s", a.Status, a.Text) }

// Want fails unless this one field is refused for the reason, and no value is quoted.
func (a Answer) Want(t *testing.T, what, reason, field string) {
	t.Helper()
	if a.Status != http.StatusBadRequest || a.Reason != reason || len(a.Fields) != 1 || a.Fields[0] != field || strings.Contains(a.Text, Canary) {
		t.Errorf("%s: got %s, want %s of %q", what, a, reason, field)
	}
}
