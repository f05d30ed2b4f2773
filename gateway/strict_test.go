package gateway

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// services answers every method with nothing, and keeps what it was asked.
type services struct {
	*Gateway
	mu    sync.Mutex
	asked []byte
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{}
	conn := dialled(t, func(*grpc.Server) {}, grpc.UnknownServiceHandler(s.answer), grpc.MaxRecvMsgSize(rpc.MaxMessage))
	g, err := New(t.Context(), Config{}, Deps{
		Sharing: conn, Vault: conn, Registry: conn, Runner: conn, VaultInternal: conn, RunnerInternal: conn, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	return s
}

func (s *services) answer(_ any, stream grpc.ServerStream) error {
	var request emptypb.Empty // keeps all as unknown fields
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = request.ProtoReflect().GetUnknown()
	return stream.SendMsg(&emptypb.Empty{})
}

// last is what was asked last.
func (s *services) last(t *testing.T, into proto.Message) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := proto.Unmarshal(s.asked, into); err != nil {
		t.Fatal(err)
	}
}

// refusal is an error as a client reads it.
type refusal struct {
	status  int
	text    string
	reason  string
	request string
	fields  []string
}

func (s *services) send(t *testing.T, verb, target, body string, header ...string) refusal {
	t.Helper()
	r := httptest.NewRequest(verb, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	got := refusal{status: w.Code, text: w.Body.String()}
	var status struct {
		Details []struct {
			Reason          string
			RequestID       string `json:"requestId"`
			FieldViolations []struct{ Field, Description string }
		}
	}
	_ = json.Unmarshal(w.Body.Bytes(), &status) // a stream's lines have none
	for _, d := range status.Details {
		got.reason, got.request = got.reason+d.Reason, got.request+d.RequestID
		for _, v := range d.FieldViolations {
			if v.Description == "" {
				t.Errorf("%s %s: %s says nothing", verb, target, v.Field)
			}
			got.fields = append(got.fields, v.Field)
		}
	}
	return got
}

func (r refusal) String() string { return fmt.Sprintf("%d %.300s", r.status, r.text) }

// want fails unless the field alone is refused for the reason, and no value is quoted.
func (r refusal) want(t *testing.T, what, reason, field string) {
	t.Helper()
	if r.status != http.StatusBadRequest || r.reason != reason || len(r.fields) != 1 || r.fields[0] != field || strings.Contains(r.text, canary) {
		t.Errorf("%s: got %s, want %s of %q", what, r, reason, field)
	}
}

const canary = "c4n4ry"

// at is a path of the method with every variable filled in.
func at(m *method, with string) string {
	return pathVariable.ReplaceAllStringFunc(m.pattern, func(v string) string {
		_, pattern, _ := strings.Cut(strings.Trim(v, "{}"), "=")
		return strings.ReplaceAll(pattern, "*", with)
	})
}

// sample is a body that each method takes.
func sample(m *method) string {
	if m.body == "" {
		return ""
	}
	return "{}"
}

// queryFields are those that a query may give.
func queryFields(m *method) []protoreflect.FieldDescriptor {
	var out []protoreflect.FieldDescriptor
	fields := m.input.Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); m.body != "*" && m.body != string(f.Name()) && !m.path[string(f.Name())] {
			out = append(out, f)
		}
	}
	return out
}

func eachMethod(t *testing.T, test func(t *testing.T, s *services, m *method)) {
	t.Helper()
	s, all := newServices(t), methods()
	if len(all) < 40 {
		t.Fatalf("only %d methods", len(all))
	}
	for _, m := range all {
		test(t, s, m)
	}
}

func TestEveryMethodIsReached(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""} {
			if got := s.send(t, m.verb, at(m, "x"), sample(m), "Content-Type", kind); got.status != http.StatusOK {
				t.Errorf("%s as %q: %s", m.route(), kind, got)
			}
		}
	})
}

func TestEveryMethodRefusesParametersByName(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		refused := func(query, reason, field string) {
			t.Helper()
			s.send(t, m.verb, at(m, "x")+"?"+query, sample(m)).want(t, m.route()+" "+query, reason, field)
		}
		bogus := "bogus"
		if m.passedOn { // a link may have parameters of others behind it, but no key
			bogus = "bogus_key"
			got := s.send(t, m.verb, at(m, "x")+"?utm_source=mail&ref=x&a.b=c&x[y]=z", sample(m))
			if got.status != http.StatusOK {
				t.Errorf("%s with parameters of others: %s", m.route(), got)
			}
		}
		refused(bogus+"="+canary, "UNKNOWN_FIELD", bogus)
		refused("a."+bogus+"="+canary, "UNKNOWN_FIELD", "a."+bogus)
		refused(bogus+"[y]="+canary, "UNKNOWN_FIELD", bogus+"[y]")
		refused("bogus="+canary+"%zz", "INVALID_REQUEST", "bogus")
		refused("bogus;x="+canary, "INVALID_REQUEST", "bogus;x")
		for field := range m.path {
			refused(field+"="+canary, "UNKNOWN_FIELD", field)
		}
		fields := m.input.Descriptor().Fields()
		for i := range fields.Len() {
			if f := fields.Get(i); m.body == "*" && !m.path[string(f.Name())] || m.body == string(f.Name()) {
				refused(f.JSONName()+"="+canary, "UNKNOWN_FIELD", f.JSONName())
				if f.Message() != nil && !f.IsMap() && !f.IsList() && !wellKnown(f.Message()) {
					below := f.JSONName() + "." + f.Message().Fields().Get(1).JSONName()
					refused(below+"="+canary, "UNKNOWN_FIELD", below)
				}
			}
		}
		got := s.send(t, m.verb, at(m, "x")+"?one=1&two=2", sample(m))
		if !m.passedOn && strings.Join(got.fields, " ") != "one two" {
			t.Errorf("%s: not all are named: %s", m.route(), got)
		}
	})
}

// good is a value that a query field takes.
func good(f protoreflect.FieldDescriptor) string {
	switch {
	case f.Kind() == protoreflect.BoolKind:
		return "true"
	case f.Kind() == protoreflect.EnumKind:
		return string(f.Enum().Values().Get(1).Name())
	case f.Message() != nil && f.Message().FullName() == "google.protobuf.Timestamp":
		return "2026-01-31T12:00:00Z"
	}
	return "1"
}

func TestEveryQueryFieldIsRefusedByName(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		for _, f := range queryFields(m) {
			name, target := f.JSONName(), at(m, "x")+"?"
			if got := s.send(t, m.verb, target+name+"="+good(f), sample(m)); got.status != http.StatusOK {
				t.Errorf("%s: %s of %s is not taken: %s", m.route(), good(f), name, got)
			}
			refused := func(query string) {
				t.Helper()
				s.send(t, m.verb, target+query, sample(m)).want(t, m.route()+" "+query, "INVALID_REQUEST", name)
			}
			if !f.IsList() {
				refused(name + "=" + good(f) + "&" + name + "=" + good(f))
				if other := string(f.Name()); other != name {
					s.send(t, m.verb, target+name+"="+good(f)+"&"+other+"="+good(f), sample(m)).want(t, m.route()+" "+other, "INVALID_REQUEST", other)
				}
			}
			refused(name + "=%ff" + canary)
			mask := f.Message() != nil && f.Message().FullName() == "google.protobuf.FieldMask"
			if f.Kind() != protoreflect.StringKind && !mask {
				refused(name + "=" + canary)
				refused(name + "=")
			}
		}
	})
}

func TestEveryPathMustBeText(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		for field := range m.path {
			s.send(t, m.verb, at(m, "%ff%fe"), sample(m)).want(t, m.route(), "INVALID_REQUEST", field)
		}
	})
}

// bodyOf is the message that a body is.
func bodyOf(m *method) protoreflect.MessageDescriptor {
	if m.body == "*" {
		return m.input.Descriptor()
	}
	return fieldOf(m.input.Descriptor(), m.body).Message()
}

func TestEveryBodyIsRefusedByName(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		if m.body == "" {
			return
		}
		refused := func(body, reason, field string) {
			t.Helper()
			s.send(t, m.verb, at(m, "x"), body).want(t, m.route()+" "+body, reason, field)
		}
		refused(`{"bogus":"`+canary+`"}`, "UNKNOWN_FIELD", "bogus")
		refused(`["`+canary+`"]`, "MALFORMED_JSON", "body")
		refused(`null`, "MALFORMED_JSON", "body")
		fields := bodyOf(m).Fields()
		for i := range fields.Len() {
			f := fields.Get(i)
			name := f.JSONName()
			refused(`{"`+name+`":}`, "MALFORMED_JSON", name)
			if !isText(f) { // which takes any JSON: what it must be is for the service to say
				refused(`{"`+name+`":[[{"`+canary+`":"`+canary+`"}]]}`, "MALFORMED_JSON", name)
			} else {
				refused(`{"`+name+`":[[{"`+canary+`":1,"`+canary+`":2}]]}`, "MALFORMED_JSON", name)
				refused(`{"`+name+`":["`+"\xff"+`"]}`, "MALFORMED_JSON", name)
			}
			refused(`{"`+name+`":null,`+"\n"+` "`+name+`":null}`, "MALFORMED_JSON", name)
			refused(`{"`+name+`":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+`}`, "INVALID_REQUEST", name)
			if f.Message() != nil && !f.IsMap() && !f.IsList() && !wellKnown(f.Message()) {
				refused(`{"`+name+`":{"bogus":"`+canary+`"}}`, "UNKNOWN_FIELD", name+".bogus")
			}
		}
	})
}

// A mask is written as JSON writes it, or as the contract does.
func TestEveryMaskIsTakenAsJSONWritesIt(t *testing.T) {
	t.Parallel()
	masks := 0
	eachMethod(t, func(t *testing.T, s *services, m *method) {
		for _, f := range queryFields(m) {
			if f.Message() == nil || f.Message().FullName() != "google.protobuf.FieldMask" {
				continue
			}
			masks++
			if got := s.send(t, m.verb, at(m, "x")+"?"+f.JSONName()+"=runAccess,limits.visitorRuns,fork_disabled", `{}`); got.status != http.StatusOK {
				t.Errorf("%s: %s", m.route(), got)
			}
			request := m.input.New()
			s.last(t, request.Interface())
			mask, _ := request.Get(f).Message().Interface().(*fieldmaskpb.FieldMask)
			if got := strings.Join(mask.GetPaths(), " "); got != "run_access limits.visitor_runs fork_disabled" {
				t.Errorf("%s: the mask is %q", m.route(), got)
			}
		}
	})
	if masks == 0 {
		t.Error("no method takes a mask")
	}
}

// Without a mask what the body gives is changed; names in free data are none of its
// fields.
func TestTheMaskOfABody(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	body := `{"title":"t","definition":{"fooBar":1}}`
	if got := s.send(t, http.MethodPatch, "/v1/workspaces/x/workflows/x", body); got.status != http.StatusOK {
		t.Fatal(got)
	}
	var request sharingv1.UpdateWorkflowRequest
	s.last(t, &request)
	if got := strings.Join(request.GetUpdateMask().GetPaths(), " "); got != "definition title" || string(request.GetWorkflow().GetDefinition()) != `{"fooBar":1}` {
		t.Errorf("the mask is %q of %v", got, &request)
	}
}

func TestAMethodThatAPathDoesNotTake(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	for target, want := range map[string]string{
		"PUT /v1/workspaces":                        "GET, POST",
		"POST /v1/workspaces/x/keys/y":              "DELETE, GET, PATCH",
		"DELETE /v1/whoami":                         "GET",
		"PATCH /v1/shared/x":                        "GET",
		"DELETE /v1/workspaces/x/workflows":         "GET, POST",
		"PUT /v1/workspaces/x/workflows/y:run":      "DELETE, GET, PATCH, POST",
		"DELETE /v1/workspaces/x/models/y/versions": "GET, POST",
	} {
		verb, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(verb, path, nil))
		if got := w.Header().Get("Allow"); w.Code != http.StatusMethodNotAllowed || got != want {
			t.Errorf("%s: %d, Allow: %s, want %s", target, w.Code, got, want)
		}
	}
}

func TestACompressedBodyIsRefused(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	artifact := "/v1/workspaces/x/models/y/versions/1/artifact"
	for target, verb := range map[string]string{"/v1/shared/x:run": "POST", "/v1/workspaces/x/workflows/y": "PATCH", artifact: "PUT", "/s/x/a/workflows/b": "POST"} {
		for _, encoding := range []string{"gzip", "deflate", "identity, br", "x"} {
			got := s.send(t, verb, target, `{"inputs":{}}`, "Content-Encoding", encoding)
			if got.status != http.StatusUnsupportedMediaType || !strings.Contains(got.text, "INVALID_REQUEST") || !strings.Contains(got.text, `"Content-Encoding"`) {
				t.Errorf("%s %s as %s: %s", verb, target, encoding, got)
			}
		}
		if got := s.send(t, verb, target, `{}`, "Content-Encoding", "identity"); got.status == http.StatusUnsupportedMediaType {
			t.Errorf("%s %s as identity: %s", verb, target, got)
		}
	}
}
