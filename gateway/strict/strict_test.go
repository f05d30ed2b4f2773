package strict_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// services is a gateway whose services record their requests.
type services struct {
	*gateway.Gateway
	*gatewaytest.Services
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{Services: gatewaytest.NewServices(t)}
	g, err := gateway.New(t.Context(), gateway.Config{}, gateway.Deps{
		Sharing: s.Conn, Vault: s.Conn, Registry: s.Conn, Runner: s.Conn, VaultInternal: s.Conn, RunnerInternal: s.Conn,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	return s
}

func (s *services) send(t *testing.T, verb, target, body string, header ...string) gatewaytest.Answer {
	t.Helper()
	return gatewaytest.Send(t, s, verb, target, body, header...)
}

const canary = gatewaytest.Canary

// at returns a path of the method with every variable filled in.
func at(m *strict.Method, with string) string {
	return strict.PathVariable.ReplaceAllStringFunc(m.Pattern, func(v string) string {
		_, pattern, _ := strings.Cut(strings.Trim(v, "{}"), "=")
		return strings.ReplaceAll(pattern, "*", with)
	})
}

// sample is a body that each method takes.
func sample(m *strict.Method) string {
	if m.Body == "" {
		return ""
	}
	return "{}"
}

// queryFields are the fields that a query may set.
func queryFields(m *strict.Method) []protoreflect.FieldDescriptor {
	var out []protoreflect.FieldDescriptor
	fields := m.Input.Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); m.Body != "*" && m.Body != string(f.Name()) && !m.Path[string(f.Name())] {
			out = append(out, f)
		}
	}
	return out
}

func eachMethod(t *testing.T, test func(t *testing.T, s *services, m *strict.Method)) {
	t.Helper()
	s, all := newServices(t), strict.Methods()
	if len(all) < 40 {
		t.Fatalf("only %d methods", len(all))
	}
	for _, m := range all {
		test(t, s, m)
	}
}

func TestEveryMethodIsReached(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""} {
			want := http.StatusOK
			if strings.HasPrefix(kind, "multipart/") && strings.Contains(m.Route(), "/shared/{token=*}:run") {
				want = http.StatusBadRequest // a run through a link reads it as the form that it says it is
			}
			if got := s.send(t, m.Verb, at(m, "x"), sample(m), "Content-Type", kind); got.Status != want {
				t.Errorf("%s as %q: %s", m.Route(), kind, got)
			}
		}
	})
}

func TestEveryMethodRefusesParametersByName(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		refused := func(query, reason, field string) {
			t.Helper()
			s.send(t, m.Verb, at(m, "x")+"?"+query, sample(m)).Want(t, m.Route()+" "+query, reason, field)
		}
		bogus := "bogus"
		if m.AnyQuery { // a link may have foreign parameters, but not a key
			bogus = "bogus_key"
			got := s.send(t, m.Verb, at(m, "x")+"?utm_source=mail&ref=x&a.b=c&x[y]=z", sample(m))
			if got.Status != http.StatusOK {
				t.Errorf("%s with parameters of others: %s", m.Route(), got)
			}
		}
		refused(bogus+"="+canary, "UNKNOWN_FIELD", bogus)
		refused("a."+bogus+"="+canary, "UNKNOWN_FIELD", "a."+bogus)
		refused(bogus+"[y]="+canary, "UNKNOWN_FIELD", bogus+"[y]")
		refused("bogus="+canary+"%zz", "INVALID_REQUEST", "bogus")
		refused("bogus;x="+canary, "INVALID_REQUEST", "bogus;x")
		for field := range m.Path {
			refused(field+"="+canary, "UNKNOWN_FIELD", field)
		}
		fields := m.Input.Descriptor().Fields()
		for i := range fields.Len() {
			if f := fields.Get(i); m.Body == "*" && !m.Path[string(f.Name())] || m.Body == string(f.Name()) {
				refused(f.JSONName()+"="+canary, "UNKNOWN_FIELD", f.JSONName())
				if f.Message() != nil && !f.IsMap() && !f.IsList() && !strict.WellKnown(f.Message()) {
					below := f.JSONName() + "." + f.Message().Fields().Get(1).JSONName()
					refused(below+"="+canary, "UNKNOWN_FIELD", below)
				}
			}
		}
		got := s.send(t, m.Verb, at(m, "x")+"?one=1&two=2", sample(m))
		if !m.AnyQuery && strings.Join(got.Fields, " ") != "one two" {
			t.Errorf("%s: not all are named: %s", m.Route(), got)
		}
	})
}

// good returns a value that a query field accepts.
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
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		for _, f := range queryFields(m) {
			name, target := f.JSONName(), at(m, "x")+"?"
			if got := s.send(t, m.Verb, target+name+"="+good(f), sample(m)); got.Status != http.StatusOK {
				t.Errorf("%s: %s of %s is not taken: %s", m.Route(), good(f), name, got)
			}
			refused := func(query string) {
				t.Helper()
				s.send(t, m.Verb, target+query, sample(m)).Want(t, m.Route()+" "+query, "INVALID_REQUEST", name)
			}
			if !f.IsList() {
				refused(name + "=" + good(f) + "&" + name + "=" + good(f))
				if other := string(f.Name()); other != name {
					s.send(t, m.Verb, target+name+"="+good(f)+"&"+other+"="+good(f), sample(m)).Want(t, m.Route()+" "+other, "INVALID_REQUEST", other)
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
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		for field := range m.Path {
			s.send(t, m.Verb, at(m, "%ff%fe"), sample(m)).Want(t, m.Route(), "INVALID_REQUEST", field)
		}
	})
}

// bodyOf returns the message of a body.
func bodyOf(m *strict.Method) protoreflect.MessageDescriptor {
	if m.Body == "*" {
		return m.Input.Descriptor()
	}
	return strict.FieldOf(m.Input.Descriptor(), m.Body).Message()
}

func TestEveryBodyIsRefusedByName(t *testing.T) {
	t.Parallel()
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		if m.Body == "" {
			return
		}
		refused := func(body, reason, field string) {
			t.Helper()
			s.send(t, m.Verb, at(m, "x"), body).Want(t, m.Route()+" "+body, reason, field)
		}
		refused(`{"bogus":"`+canary+`"}`, "UNKNOWN_FIELD", "bogus")
		refused(`["`+canary+`"]`, "MALFORMED_JSON", "body")
		refused(`null`, "MALFORMED_JSON", "body")
		fields := bodyOf(m).Fields()
		for i := range fields.Len() {
			f := fields.Get(i)
			name := f.JSONName()
			refused(`{"`+name+`":}`, "MALFORMED_JSON", name)
			if !strict.IsText(f) { // which accepts any JSON: the service decides what is valid
				refused(`{"`+name+`":[[{"`+canary+`":"`+canary+`"}]]}`, "MALFORMED_JSON", name)
			} else {
				refused(`{"`+name+`":[[{"`+canary+`":1,"`+canary+`":2}]]}`, "MALFORMED_JSON", name)
				refused(`{"`+name+`":["`+"\xff"+`"]}`, "MALFORMED_JSON", name)
			}
			refused(`{"`+name+`":null,`+"\n"+` "`+name+`":null}`, "MALFORMED_JSON", name)
			refused(`{"`+name+`":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+`}`, "INVALID_REQUEST", name)
			if f.Message() != nil && !f.IsMap() && !f.IsList() && !strict.WellKnown(f.Message()) {
				refused(`{"`+name+`":{"bogus":"`+canary+`"}}`, "UNKNOWN_FIELD", name+".bogus")
			}
		}
	})
}

// A mask is accepted in the spelling of JSON and of the contract.
func TestEveryMaskIsTakenAsJSONWritesIt(t *testing.T) {
	t.Parallel()
	masks := 0
	eachMethod(t, func(t *testing.T, s *services, m *strict.Method) {
		for _, f := range queryFields(m) {
			if f.Message() == nil || f.Message().FullName() != "google.protobuf.FieldMask" {
				continue
			}
			masks++
			if got := s.send(t, m.Verb, at(m, "x")+"?"+f.JSONName()+"=runAccess,limits.visitorRuns,fork_disabled", `{}`); got.Status != http.StatusOK {
				t.Errorf("%s: %s", m.Route(), got)
			}
			request := m.Input.New()
			s.Last(t, request.Interface())
			mask, _ := request.Get(f).Message().Interface().(*fieldmaskpb.FieldMask)
			if got := strings.Join(mask.GetPaths(), " "); got != "run_access limits.visitor_runs fork_disabled" {
				t.Errorf("%s: the mask is %q", m.Route(), got)
			}
		}
	})
	if masks == 0 {
		t.Error("no method takes a mask")
	}
}

// Without a mask, the fields in the body are changed. Names inside free JSON are not
// fields.
func TestTheMaskOfABody(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	body := `{"title":"t","definition":{"fooBar":1}}`
	if got := s.send(t, http.MethodPatch, "/v1/workspaces/x/workflows/x", body); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	var request sharingv1.UpdateWorkflowRequest
	s.Last(t, &request)
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
