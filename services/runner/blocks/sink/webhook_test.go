package sink_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/sink"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const webhook = "roboflow_core/webhook_sink@v1"

// receiver records the requests that it gets.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
	status int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, request), append(r.bodies, string(body))
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, "words of the server's")
	}))
	t.Cleanup(r.Close)
	return r
}

// out is a client without an egress.
type out struct {
	mu    sync.Mutex
	slots []string
	err   error
}

func (o *out) Client(_ context.Context, _ engine.Attempt, slots ...string) (*http.Client, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.slots = append(o.slots, slots...)
	return &http.Client{}, o.err
}

func args(url any, more map[string]any) map[string]any {
	all := map[string]any{
		"url": url, "method": "POST", "fire_and_forget": false, "disable_sink": false,
		"request_timeout": int64(5), "cooldown_seconds": int64(0),
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func run(t *testing.T, o *out, sinks bool, fields, args map[string]any) (engine.Result, error) {
	t.Helper()
	step := engine.Step{Name: "hook", Type: webhook, Fields: fields}
	block, err := sink.Blocks()[webhook](step)
	if err != nil {
		t.Fatal(err)
	}
	env := &engine.Env{Outbound: o, Sinks: sinks, Now: time.Now}
	return block.Run(t.Context(), blocktest.Call(env, &step, args))
}

func outcome(failed, throttled bool, message string) engine.Result {
	return engine.One(engine.Outputs{"error_status": failed, "throttling_status": throttled, "message": message})
}

var results = cmp.AllowUnexported(engine.Result{})

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fields, args map[string]any
		query        string
		contentType  string
		body         string
	}{
		"JSON": {
			args:        map[string]any{"json_payload": map[string]any{"a": int64(3), "b": []any{1.5, nil, "<x>"}}},
			contentType: "application/json", body: `{"a":3,"b":[1.5,null,"<x>"]}`,
		},
		"JSON through operations": {
			fields:      map[string]any{"json_payload_operations": map[string]any{"n": []any{map[string]any{"type": "SequenceLength"}}}},
			args:        map[string]any{"json_payload": map[string]any{"n": []any{"a", "b"}}},
			contentType: "application/json", body: `{"n":2}`,
		},
		"nothing":      {contentType: "application/json", body: `{}`},
		"nothing, GET": {args: map[string]any{"method": "GET"}},
		"form":         {args: map[string]any{"form_data": map[string]any{"a": []any{"x", int64(2)}, "b": true}}, contentType: "application/x-www-form-urlencoded", body: "a=x&a=2&b=True"},
		"query":        {args: map[string]any{"method": "GET", "query_parameters": map[string]any{"q": "a b", "n": nil}}, query: "z=1&q=a+b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			got, err := run(t, &out{}, true, tc.fields, args(r.URL+"/hook?z=1", tc.args))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(outcome(false, false, "Notification sent successfully"), got, results); diff != "" {
				t.Error(diff)
			}
			if ct := r.got[0].Header.Get("Content-Type"); ct != tc.contentType {
				t.Errorf("content type %q", ct)
			}
			if r.bodies[0] != tc.body {
				t.Errorf("body %q, want %q", r.bodies[0], tc.body)
			}
			if tc.query != "" && r.got[0].URL.RawQuery != tc.query {
				t.Errorf("query %q, want %q", r.got[0].URL.RawQuery, tc.query)
			}
		})
	}
}

func TestFilesAreMultipart(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	_, err := run(t, &out{}, true, nil, args(r.URL, map[string]any{
		"method": "PUT", "form_data": map[string]any{"field": "v"},
		"multi_part_encoded_files": map[string]any{"image": []byte("JPEG"), "data": map[string]any{"a": int64(1)}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	body := r.bodies[0]
	for _, part := range []string{`name="field"`, `name="image"; filename="image"`, "JPEG", `{"a":1}`} {
		if !strings.Contains(body, part) {
			t.Errorf("%q is not in %q", part, body)
		}
	}
	if r.got[0].Method != "PUT" || !strings.HasPrefix(r.got[0].Header.Get("Content-Type"), "multipart/form-data; boundary=") {
		t.Errorf("sent %s %v", r.got[0].Method, r.got[0].Header)
	}
}

// A credential in a header is requested, and its mark is not sent.
func TestACredentialReferenceIsASlot(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ fields, args map[string]any }{
		"bound":   {map[string]any{"headers": map[string]any{"X-Key": engine.SlotMark}}, map[string]any{"headers": map[string]any{"X-Key": engine.SlotMark, "X-Other": int64(1)}}},
		"brought": {map[string]any{"headers": map[string]any{"X-Key": "$inputs.key"}}, map[string]any{"headers": map[string]any{"X-Key": engine.SlotMark, "X-Other": int64(1)}}},
	} {
		r, o := newReceiver(t), &out{}
		if _, err := run(t, o, true, tc.fields, args(r.URL, tc.args)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"headers.X-Key"}, o.slots); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if head := r.got[0].Header; head.Get("X-Key") != "" || head.Get("X-Other") != "1" {
			t.Errorf("%s: sent %v", name, head)
		}
	}
	changed := engine.Step{Fields: map[string]any{
		"json_payload": map[string]any{"key": engine.SlotMark}, "json_payload_operations": map[string]any{"key": []any{}},
	}}
	if _, err := sink.Blocks()[webhook](changed); err == nil {
		t.Error("an operation on a credential was accepted")
	}
}

// Each place of a request has its own credential. Their marks are not sent, except the one
// inside the body.
func TestSeveralCredentialsInOneRequest(t *testing.T) {
	t.Parallel()
	r, o := newReceiver(t), &out{}
	mark := map[string]any{"a": engine.SlotMark}
	_, err := run(t, o, true, nil, args(value.Placeholder(r.URL+"/")+engine.SlotMark, map[string]any{
		"headers": map[string]any{"X-One": engine.SlotMark, "X-Two": engine.SlotMark}, "query_parameters": mark, "json_payload": mark,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"url", "headers.X-One", "headers.X-Two", "query_parameters.a", "json_payload.a"}, o.slots); diff != "" {
		t.Error(diff)
	}
	if got := r.got[0]; got.URL.String() != "/" || got.Header.Get("X-One") != "" || r.bodies[0] != `{"a":"$credentials"}` {
		t.Errorf("sent %s %v %s", got.URL, got.Header, r.bodies[0])
	}
}

func TestASinkThatIsOff(t *testing.T) {
	t.Parallel()
	r, o := newReceiver(t), &out{}
	got, err := run(t, o, false, nil, args(r.URL, nil))
	if diff := cmp.Diff(outcome(false, false, "Sinks are switched off in this run"), got, results); err != nil || diff != "" {
		t.Error(err, diff)
	}
	got, err = run(t, o, true, nil, args(r.URL, map[string]any{"disable_sink": true}))
	if diff := cmp.Diff(outcome(false, false, "Sink was disabled by parameter `disable_sink`"), got, results); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if len(r.got) != 0 || len(o.slots) != 0 {
		t.Error("something was sent")
	}
}

func TestCooldownIsOfTheRun(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	step := engine.Step{Name: "hook", Type: webhook}
	block, err := sink.Blocks()[webhook](step)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1000, 0)
	env := &engine.Env{Outbound: &out{}, Sinks: true, Now: func() time.Time { return now }}
	call := blocktest.Call(env, &step, args(r.URL, map[string]any{"cooldown_seconds": int64(5)}))
	for i, want := range []engine.Result{
		outcome(false, false, "Notification sent successfully"), outcome(false, true, "Sink cooldown applies"),
		outcome(false, false, "Notification sent successfully"),
	} {
		got, err := block.Run(t.Context(), call)
		if diff := cmp.Diff(want, got, results); err != nil || diff != "" {
			t.Errorf("call %d: %v %s", i, err, diff)
		}
		now = now.Add(3 * time.Second)
	}
	another := blocktest.Call(env, &step, args(r.URL, map[string]any{"cooldown_seconds": int64(5)}))
	if got, _ := block.Run(t.Context(), another); cmp.Diff(outcome(false, false, "Notification sent successfully"), got, results) != "" {
		t.Error("another run was throttled")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.status = http.StatusInternalServerError
	for name, tc := range map[string]struct {
		args    map[string]any
		message string
	}{
		"status":       {nil, "Failed to send webhook notification: the server answered 500"},
		"no URL":       {map[string]any{"url": "hello"}, "Failed to send webhook notification: url must be an absolute http or https URL without credentials"},
		"bad header":   {map[string]any{"headers": map[string]any{"X": "a\r\nY: b"}}, `Failed to send webhook notification: header "X" cannot be sent`},
		"not JSON":     {map[string]any{"json_payload": map[string]any{"a": []any{[]byte("x")}}}, `Failed to send webhook notification: field "a" is bytes: convert them to a string first`},
		"background":   {map[string]any{"fire_and_forget": true}, "Notification sent in the background task"},
		"not a number": {map[string]any{"json_payload": map[string]any{"a": json.Number("1e999")}}, `Failed to send webhook notification: field "a" is a number that JSON does not have`},
	} {
		got, err := run(t, &out{}, true, nil, args(r.URL, tc.args))
		if diff := cmp.Diff(outcome(name != "background", false, tc.message), got, results); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// A refused address fails the webhook; a revoked right fails the run.
func TestRefusals(t *testing.T) {
	t.Parallel()
	refused := &out{err: errs.PermissionDenied("the address may not be called").WithReason(errorsv1.Reason_REASON_ADDRESS_REFUSED)}
	got, err := run(t, refused, true, nil, args("http://10.0.0.1/", nil))
	if diff := cmp.Diff(outcome(true, false, "Failed to send webhook notification: the address may not be called"), got, results); err != nil || diff != "" {
		t.Error(err, diff)
	}
	gone := &out{err: errs.PermissionDenied("no").WithReason(errorsv1.Reason_REASON_HANDLE_INVALID)}
	if _, err := run(t, gone, true, nil, args("http://10.0.0.1/", nil)); errs.ReasonOf(err) != errorsv1.Reason_REASON_HANDLE_INVALID {
		t.Errorf("got %v", err)
	}
}

func TestATimeoutIsReported(t *testing.T) {
	t.Parallel()
	quit := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-quit:
		}
	}))
	t.Cleanup(func() { close(quit); server.Close() })
	got, err := run(t, &out{}, true, nil, args(server.URL, map[string]any{"request_timeout": 0.05}))
	want := outcome(true, false, "Failed to send webhook notification: the server did not answer within request_timeout")
	if diff := cmp.Diff(want, got, results); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// An operation that does not fit its value fails the step with the operation's message, and
// nothing is sent.
func TestAnOperationThatFailsFailsTheStep(t *testing.T) {
	t.Parallel()
	op := func(kind string, more ...any) []any {
		o := map[string]any{"type": kind}
		for i := 0; i < len(more); i += 2 {
			o[more[i].(string)] = more[i+1]
		}
		return []any{o}
	}
	for _, tc := range []struct {
		value any
		ops   []any
		want  string
	}{
		{[]byte("JPEG"), op("ConvertImageToBase64"), "ConvertImageToBase64 needs a picture, but got bytes"},
		{int64(3), op("StringToUpperCase"), "StringToUpperCase needs"},
		{"c", op("LookupTable", "lookup_table", map[string]any{"a": "b"}), "LookupTable"},
		{"abc", op("ToNumber", "cast_to", "int"), "ToNumber"},
		{int64(3), op("SequenceLength"), "SequenceLength needs"},
	} {
		for _, field := range []string{"json_payload", "form_data", "multi_part_encoded_files"} {
			r := newReceiver(t)
			fields := map[string]any{field + "_operations": map[string]any{"v": tc.ops}}
			for _, forget := range []bool{false, true} {
				got, err := run(t, &out{}, true, fields, args(r.URL, map[string]any{field: map[string]any{"v": tc.value}, "fire_and_forget": forget}))
				known, ok := errors.AsType[*query.Error](err)
				if !ok || !strings.Contains(known.Error(), tc.want) {
					t.Errorf("%s, %s: %+v, %v", field, tc.want, got, err)
				}
			}
			if len(r.got) > 0 {
				t.Errorf("%s, %s: something was sent", field, tc.want)
			}
		}
	}
}
