package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/proto"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// numbers are values that a double or a decoder could change.
const numbers = `{"a":9007199254740993,"b":1764433020123456789,"c":12345678901234567890123,"d":1.0,"e":1e2,"f":-0.0,"g":"\u00e9\/<b>","h":[0.1000000000000000055]}`

func TestJSONPassesAsItIs(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	body := "\n{ \"inputs\" : " + numbers + " , \"requestId\":\"r\" }\n"
	if got := s.send(t, http.MethodPost, "/v1/shared/x:run", body); got.status != http.StatusOK {
		t.Fatal(got)
	}
	var run runnerv1.RunSharedWorkflowRequest
	if s.last(t, &run); string(run.GetInputs()) != numbers || run.GetRequestId() != "r" {
		t.Errorf("got %v", &run)
	}
	body = `{"etag":"e","definition":` + numbers + `,"title":"t"}`
	if got := s.send(t, http.MethodPatch, "/v1/workspaces/x/workflows/x", body); got.status != http.StatusOK {
		t.Fatal(got)
	}
	var update sharingv1.UpdateWorkflowRequest
	if s.last(t, &update); string(update.GetWorkflow().GetDefinition()) != numbers || update.GetWorkflow().GetTitle() != "t" {
		t.Errorf("got %v", &update)
	}
	body = `{"samples":[{"input":"a","value":1.0},{"value":null,"input":"b"},{"input":"c"}]}`
	if got := s.send(t, http.MethodPost, "/v1/workspaces/x/workflows/x/shares", body); got.status != http.StatusOK {
		t.Fatal(got)
	}
	var share sharingv1.CreateShareRequest
	s.last(t, &share)
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
		raw, err := newMarshaler().Marshal(msg)
		if err != nil || canonical(t, raw) != canonical(t, []byte(want)) {
			t.Errorf("got %s, %v; want %s", raw, err, want)
		}
		line, err := newMarshaler().Marshal(map[string]any{"result": msg})
		if err != nil || string(line) != `{"result":`+string(raw)+`}` {
			t.Errorf("a line is %s, %v", line, err)
		}
	}
}

// canonical has the members in order; numbers keep their text.
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
		if got.status != http.StatusBadRequest || !strings.Contains(got.text, want) {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

// What is taken out of a body and put back is what stood there, and nothing that
// encoding/json refuses is taken.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{
		`{"samples":[{"value":[1.0]},{"value":"x"}],"title":"t"}`, `{"samples":{"value":1}}`, `[{"samples":1}]`, `{"samples":[{"value":`, `null`, `{"title":"\ud800"}`,
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		sent := newBody(raw)
		var share sharingv1.Share
		if sent.prepare(share.ProtoReflect().Descriptor(), whole) != nil || len(raw) == 0 {
			return
		}
		if !json.Valid(raw) || !jsontext.Value(raw).IsValid() {
			t.Fatalf("%q is taken", raw)
		}
		if sent.decode(&share) != nil {
			return
		}
		var want struct {
			Samples []struct{ Value json.RawMessage }
		}
		if json.Unmarshal(raw, &want) != nil { // encoding/json folds the case of names
			return
		}
		var got, all []string
		for _, sample := range share.GetSamples() {
			got = append(got, string(sample.GetValue()))
		}
		for _, sample := range want.Samples {
			all = append(all, string(sample.Value))
		}
		if !reflect.DeepEqual(got, all) {
			t.Fatalf("%q: got %q, want %q", raw, got, all)
		}
	})
}
