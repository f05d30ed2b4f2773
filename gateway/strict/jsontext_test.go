package strict_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/gateway/strict"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// numbers are values that a double or a decoder could change.
const numbers = `{"a":9007199254740993,"b":1764433020123456789,"c":12345678901234567890123,"d":1.0,"e":1e2,"f":-0.0,"g":"\u00e9\/<b>","h":[0.1000000000000000055]}`

func TestJSONPassesAsItIs(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	body := "\n{ \"inputs\" : " + numbers + " , \"requestId\":\"r\" }\n"
	if got := s.send(t, http.MethodPost, "/v1/shared/x:run", body); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	var run runnerv1.RunSharedWorkflowRequest
	if s.Last(t, &run); string(run.GetInputs()) != numbers || run.GetRequestId() != "r" {
		t.Errorf("got %v", &run)
	}
	body = `{"etag":"e","definition":` + numbers + `,"title":"t"}`
	if got := s.send(t, http.MethodPatch, "/v1/workspaces/x/workflows/x", body); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	var update sharingv1.UpdateWorkflowRequest
	if s.Last(t, &update); string(update.GetWorkflow().GetDefinition()) != numbers || update.GetWorkflow().GetTitle() != "t" {
		t.Errorf("got %v", &update)
	}
	body = `{"samples":[{"input":"a","value":1.0},{"value":null,"input":"b"},{"input":"c"}]}`
	if got := s.send(t, http.MethodPost, "/v1/workspaces/x/workflows/x/shares", body); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	var share sharingv1.CreateShareRequest
	s.Last(t, &share)
	var values []string
	for _, sample := range share.GetShare().GetSamples() {
		values = append(values, string(sample.GetValue()))
	}
	if got := strings.Join(values, " "); got != "1.0 null " {
		t.Errorf("samples %q", got)
	}
}

func TestJSONIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	for want, msg := range map[string]proto.Message{
		`{"run":"r","outputs":[` + numbers + `]}`: &runnerv1.RunResponse{Run: "r", Outputs: []byte("[" + numbers + "]")},
		`{"run":"r"}`: &runnerv1.RunResponse{Run: "r"},
		`{"definition":` + numbers + `,"interface":{"inputs":[{"defaultValue":1.0},{"name":"b"}]},"samples":[{"input":"a","value":null}]}`: &sharingv1.SharedWorkflow{
			Definition: []byte(numbers),
			Interface:  &sharingv1.Interface{Inputs: []*sharingv1.Input{{DefaultValue: []byte("1.0")}, {Name: "b"}}},
			Samples:    []*sharingv1.Sample{{Input: "a", Value: []byte("null")}},
		},
		`{"finished":{"outputs":[1.0]}}`: &runnerv1.RunEvent{Event: &runnerv1.RunEvent_Finished{Finished: &runnerv1.RunResponse{Outputs: []byte("[1.0]")}}},
	} {
		raw, err := strict.NewMarshaler().Marshal(msg)
		if err != nil || canonical(t, raw) != canonical(t, []byte(want)) {
			t.Errorf("got %s, %v; want %s", raw, err, want)
		}
		line, err := strict.NewMarshaler().Marshal(map[string]any{"result": msg})
		if err != nil || string(line) != `{"result":`+string(raw)+`}` {
			t.Errorf("a line is %s, %v", line, err)
		}
	}
}

// canonical sorts the members; numbers keep their text.
func canonical(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAFaultInJSONHasAPlace(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	for body, want := range map[string]string{
		"{\"inputs\":{\"é\":1},\n \"requestId\":[]}":            "line 2, column 14",
		"{\"requestId\":\"r\",\n \"inputs\":{\"a\":tru}}":       "line 2, column 19",
		"{\"inputs\":{\"a\":1}}x":                               "line 1, column 19",
		"{\"inputs\":{\"a\":1}":                                 "line 1, column 18",
		"{\"inputs\":{\"a\":1},\n\"version\":1,\"inputs\":{}}":  `more than once`,
		"{\"inputs\":{\"a\":1,\n\"a\":2}}":                      `\"inputs\" more than once`,
		"{\"inputs\":{\"a\":12345678},\"destinations\":{\"a\":": "line 1, column 46",
	} {
		got := s.send(t, http.MethodPost, "/v1/shared/x:run", body)
		if got.Status != http.StatusBadRequest || !strings.Contains(got.Text, want) {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}
