package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// withoutCommand are the methods of the contract that no command calls.
var withoutCommand = map[string]string{
	"RunnerService_RunWorkflow":       "workflow run takes the stream, which tells of each step",
	"RunnerService_RunSharedWorkflow": "share run takes the stream, which tells of each step",
	"VaultService_ApproveLogin":       "a person approves keyhole login in a browser",
}

// recorder is a proxy between the client and an installation. It records successful
// methods.
type recorder struct {
	mu   sync.Mutex
	seen []string // "GET /v1/whoami"
}

func (r *recorder) start(t *testing.T, base string) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	proxy.ModifyResponse = func(reply *http.Response) error {
		if reply.StatusCode == http.StatusOK {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.seen = append(r.seen, reply.Request.Method+" "+reply.Request.URL.Path)
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// check fails for each method of the OpenAPI document that did not succeed once.
func (r *recorder) check(t *testing.T) {
	t.Helper()
	raw, err := os.ReadFile("../../proto/gen/openapi/keyhole.swagger.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	parameter := regexp.MustCompile(`\\\{[^}]+\\\}`)
	for path, methods := range document.Paths {
		expression := parameter.ReplaceAllString(regexp.QuoteMeta(path), "[^/:]+")
		for method, operation := range methods {
			called := regexp.MustCompile("(?m)^" + strings.ToUpper(method) + " " + expression + "$").MatchString(strings.Join(r.seen, "\n"))
			switch _, excused := withoutCommand[operation.OperationID]; {
			case called && excused:
				t.Errorf("%s has a command: take it off the list of those without", operation.OperationID)
			case !called && !excused:
				t.Errorf("no command calls %s (%s %s)", operation.OperationID, strings.ToUpper(method), path)
			}
		}
	}
}

// wants runs a command and searches its output for texts. A "!" in front means: not
// present.
func (s *shell) wants(t *testing.T, texts []string, args ...string) string {
	t.Helper()
	out := s.keyhole(t, args...)
	for _, text := range texts {
		not := strings.HasPrefix(text, "!")
		if strings.Contains(out, strings.TrimPrefix(text, "!")) == not {
			t.Errorf("keyhole %s: want %q in\n%s", strings.Join(args, " "), text, out)
		}
	}
	return out
}

type says = []string

// commands runs every command of the client: every method of the HTTP contract.
func commands(t *testing.T, in *installation) {
	var r recorder
	w := in.tenant(t)
	s := w.shell(t)
	s.base = r.start(t, in.base)
	operator := &shell{dir: s.dir, base: s.base, keyFile: s.file(t, "operator.key", in.operatorKey(t))}
	id := "cli-" + random()[:12]
	operator.wants(t, says{id, "By hand"}, "workspace", "create", id, "--title", "By hand")
	operator.wants(t, says{"NAME"}, "workspace", "list", "--page-size", "1")
	operator.wants(t, says{"By hand"}, "workspace", "get", "workspaces/"+id)
	operator.wants(t, says{"Renamed"}, "workspace", "update", id, "--title", "Renamed")
	operator.wants(t, says{"by hand"}, "suspension", "create", "workspaces/"+id, "--reason", "suspended by hand")
	suspension := operator.made(t, "suspension", "list", id).text("suspensions.0.name")
	operator.keyhole(t, "suspension", "lift", suspension)
	operator.keyhole(t, "report", "list", "--all")
	s.refused(t, "PERMISSION_DENIED", "suspension", "create", w.name, "--reason", "by a member")
	s.wants(t, says{"member", strings.TrimPrefix(w.name, "workspaces/")}, "whoami")
	s.wants(t, says{"plc_reader@v1", "needs a PLC", "!open_ai"}, "block", "list", "plc", "--runnable=false")
	s.wants(t, says{"Dynamic Crop", "$inputs.image"}, "block", "show", "dynamic_crop@v1")
	s.wants(t, says{"read-text", "nothing", "an OpenAI key"}, "template", "list")
	s.wants(t, says{"Redact text", "black bar", "nothing"}, "template", "show", "redact-text", "--sample", filepath.Join(s.dir, "sample.jpg"))
	s.refused(t, "NOT_FOUND", "template", "show", "no-such")
	t.Run("sessions", s.sessionCommands)
	t.Run("sign in through a browser", func(t *testing.T) { s.browserLogin(t, w) })
	t.Run("people", func(t *testing.T) { s.peopleCommands(t, in) })
	t.Run("keys", func(t *testing.T) { s.keyCommands(t, in) })
	t.Run("credentials", func(t *testing.T) { s.credentialCommands(t, in) })
	t.Run("models", s.modelCommands)
	t.Run("workflows", s.workflowCommands)
	t.Run("shares", s.shareCommands)
	t.Run("an open share", func(t *testing.T) { s.openShare(t, w) })
	t.Run("runs", func(t *testing.T) { s.runCommands(t, w) })
	t.Run("models go", s.modelEnds)
	r.check(t)
}

// made returns the JSON of a command that creates something.
func (s *shell) made(t *testing.T, args ...string) reply {
	t.Helper()
	return reply{status: http.StatusOK, body: []byte(s.keyhole(t, append(args, "--json")...))}
}

// sessionCommands signs in with the key and with a link, and continues without the key.
func (s *shell) sessionCommands(t *testing.T) {
	link := s.made(t, "sign-in-link").text("link")
	s.wants(t, says{"ses_"}, "login")
	s.wants(t, says{"keyhole CLI", "EXPIRE"}, "session", "list")
	signedIn := &shell{dir: s.dir, base: s.base}
	signedIn.wants(t, says{"member", "ses_"}, "whoami")
	if out, err := signedIn.try(t, "sign-in-link"); err == nil || !strings.Contains(out, "PERMISSION_DENIED") {
		t.Errorf("a session makes a sign-in link: %v %s", err, out)
	}
	path := filepath.Join(s.dir, ".config", "keyhole", "sessions.json")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of sessions: %v %v", info, err)
	}
	signedIn.wants(t, nil, "logout")
	signedIn.wants(t, says{"guest"}, "whoami")
	signedIn.wants(t, says{"ses_"}, "login", link)
	session := s.made(t, "session", "list").text("sessions.0.name")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := signedIn.try(t, "whoami"); err == nil || !strings.Contains(out, "other users") {
		t.Errorf("a file that others can read is used: %v %s", err, out)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	signedIn.wants(t, says{"Left behind"}, "key", "create", "--title", "Left behind")
	s.wants(t, says{"now revoked", "Left behind"}, "session", "delete", session, "--revoke-keys")
}

func (s *shell) keyCommands(t *testing.T, in *installation) {
	key := s.made(t, "key", "create", "--title", "first", "--runs", "5", "--period", "day")
	in.planted.add(apiKey, key.text("key"))
	name := key.text("name")
	s.wants(t, says{path.Base(name)}, "key", "list")
	s.wants(t, says{"first", "runs 5", "period day"}, "key", "get", name)
	s.wants(t, says{"first", "runs 9", "period day"}, "key", "update", name, "--runs", "9")
	s.wants(t, says{"second", "runs 9", "period month"}, "key", "update", name, "--title", "second", "--period", "month")
	s.wants(t, says{"second", "!runs"}, "key", "update", name, "--no-budget")
	s.refused(t, "nothing to change", "key", "update", name)
	s.keyhole(t, "key", "revoke", name)
	s.wants(t, says{"revoked "}, "key", "get", name)
}

func (s *shell) credentialCommands(t *testing.T, in *installation) {
	first, second := in.secret(), in.secret()
	s.keyhole(t, "credential", "create", "llm", "--provider", "generic", "--host", "https://127.0.0.1:1001", "--value-file", s.file(t, "first", first+"\n"),
		"--slot-kind", "header", "--slot-name", "x-key")
	before := s.made(t, "credential", "get", "llm")
	if before.text("slotKind") != "SLOT_KIND_HEADER" || before.text("slotName") != "x-key" {
		t.Errorf("where it goes: %s", before)
	}
	s.wants(t, says{"A title", "https://127.0.0.1:1001", before.text("fingerprint")}, "credential", "update", "llm", "--title", "A title")
	s.refused(t, "CREDENTIAL_VALUE_NEEDED", "credential", "update", "llm", "--host", "https://127.0.0.1:1002")
	s.wants(t, says{"https://127.0.0.1:1002", "!127.0.0.1:1001"}, "credential", "update", "credentials/llm", "--host", "https://127.0.0.1:1002",
		"--value-file", s.file(t, "again", first))
	s.keyhole(t, "credential", "update", "llm", "--slot-kind", "query", "--slot-name", "key", "--value-file", s.file(t, "again", first))
	s.wants(t, says{"A title", "!" + before.text("fingerprint")}, "credential", "update", "llm", "--value-file", s.file(t, "second", second))
	after := s.made(t, "credential", "get", "llm")
	if after.number("version") != 4 || after.text("slotName") != "key" {
		t.Errorf("after a new value: %s", after)
	}
	s.wants(t, says{"llm"}, "credential", "list", "--text", "127.0.0.1")
	s.wants(t, says{"!llm"}, "credential", "list", "--text", "no such thing")
	s.wants(t, says{"not tested", "harmless call"}, "credential", "test", "llm")
	s.wants(t, says{"credential.create", "credential.update"}, "audit", "list", "--resource", "credentials/llm")
	s.wants(t, says{"credential.create", "!credential.update", "!key.create"}, "audit", "list", "--action", "credential.create", "--since", "2020-01-01")
	s.wants(t, says{"!credential.create"}, "audit", "list", "--until", "2020-01-01")
	s.wants(t, says{"--page-token"}, "audit", "list", "--page-size", "1")
	s.keyhole(t, "credential", "delete", "llm", "--force")
	s.refused(t, "NOT_FOUND", "credential", "get", "llm")
}

func (s *shell) modelCommands(t *testing.T) {
	weights := built(t, filepath.Join("models", "pp-ocr.zip"))
	s.wants(t, says{"ocr/1", "ready"}, "model", "upload", "ocr", weights, "--title", "Reads", "--task", "text-recognition")
	s.wants(t, says{"ocr"}, "model", "list")
	s.wants(t, says{"Reads", "private"}, "model", "get", "ocr")
	s.wants(t, says{"Reads", "public"}, "model", "update", "ocr", "--visibility", "public")
	s.wants(t, says{"Reads well", "public"}, "model", "update", "models/ocr", "--title", "Reads well")
	s.wants(t, says{"ocr/1"}, "model", "versions", "ocr")
	s.wants(t, says{"ready", "inputs"}, "model", "version", "ocr/1")
	s.wants(t, says{"private"}, "model", "update", "ocr", "--visibility", "private")
	s.wants(t, says{"coco/3", "ocr", "text-recognition"}, "model", "alias", "create", "coco/3", "ocr")
	s.wants(t, says{"ocr/1"}, "model", "alias", "update", "coco/3", "ocr/1")
	s.wants(t, says{"coco/3", "ocr/1"}, "model", "alias", "list")
	s.wants(t, says{"coco/3"}, "model", "alias", "get", "modelAliases/coco~3")
	s.refused(t, "ALREADY_EXISTS", "model", "alias", "create", "coco/3", "ocr")
	s.refused(t, "NOT_FOUND", "model", "alias", "create", "coco/4", "ocr", "--everyone")
	s.keyhole(t, "model", "alias", "delete", "coco/3")
	s.refused(t, "NOT_FOUND", "model", "alias", "get", "coco/3")
	s.importCommand(t)
}

// importCommand imports a well-known model from a mirror, which also maps the vendor's other
// name.
func (s *shell) importCommand(t *testing.T) {
	mirror := httptest.NewServer(http.FileServer(http.Dir(filepath.Join("..", "..", ".tools", "testdata"))))
	t.Cleanup(mirror.Close)
	from := []string{"model", "import", "yolov8n-640", "--source", mirror.URL + "/yolov8n.onnx"}
	s.refused(t, "--accept-licence", from...)
	s.wants(t, says{"yolov8n-640/1", "ready"}, append(from, "--accept-licence")...)
	s.wants(t, says{"yolov8n-640", "object-detection"}, "model", "alias", "get", "coco/3")
	s.keyhole(t, "model", "delete", "yolov8n-640")
	s.keyhole(t, "model", "alias", "delete", "coco/3")
}

func (s *shell) modelEnds(t *testing.T) {
	s.keyhole(t, "model", "delete-version", "ocr/1")
	s.wants(t, says{"!versions/1"}, "model", "versions", "ocr")
	s.keyhole(t, "model", "delete", "ocr")
	s.refused(t, "NOT_FOUND", "model", "get", "ocr")
}

func (s *shell) definition(t *testing.T, name, template string) string {
	t.Helper()
	raw, err := json.Marshal(plain())
	if err != nil {
		t.Fatal(err)
	}
	return s.file(t, name, strings.ReplaceAll(string(raw), "hello {who}", template))
}

func (s *shell) workflowCommands(t *testing.T) {
	s.keyhole(t, "workflow", "create", "greet", s.definition(t, "hello.json", "hello {who}"), "--description", "Says hello.")
	s.wants(t, says{"live version", "2"}, "workflow", "update", "greet", s.definition(t, "bye.json", "bye {who}"))
	s.wants(t, says{"Greeter", "Says hello.", "2"}, "workflow", "update", "greet", "--title", "Greeter")
	s.wants(t, says{"Greeter", "!Says hello."}, "workflow", "update", "greet", "--description", "")
	s.wants(t, says{"bye {who}"}, "workflow", "get", "greet")
	s.wants(t, says{"greet/2", "greet/1"}, "workflow", "versions", "greet")
	s.wants(t, says{"hello {who}"}, "workflow", "version", "greet/1")
	s.keyhole(t, "workflow", "restore", "greet/1")
	s.wants(t, says{"hello {who}"}, "workflow", "get", "greet")
	s.wants(t, says{"Inputs:"}, "workflow", "inspect", "greet")
	s.wants(t, says{"Inputs:"}, "workflow", "check", s.definition(t, "hello.json", "hello {who}"))
	s.wants(t, says{"live version", "1"}, "workflow", "create", "from-template", "--template", "redact-text")
	s.wants(t, says{"lines_hidden", "4"}, "workflow", "run", "from-template", "-i", "image=@"+filepath.Join(s.dir, "sample.jpg"), "--save", filepath.Join(s.dir, "out"))
	s.refused(t, "not both", "workflow", "create", "twice", s.definition(t, "hello.json", "hello {who}"), "--template", "read-text")
	s.draftCommands(t)
	s.wants(t, says{"deleted "}, "workflow", "delete", "greet")
	s.wants(t, says{"!greet"}, "workflow", "list")
	s.wants(t, says{"greet"}, "workflow", "list", "--deleted")
	s.wants(t, says{"greet", "PURGE"}, "workflow", "list", "--trash")
	s.wants(t, says{"!greet"}, "workflow", "list", "--trash", "--text", "no such thing")
	s.wants(t, says{"!deleted "}, "workflow", "undelete", "greet")
	s.wants(t, says{"hello me, you"}, "workflow", "run", "greet", "-i", "who=me, you") // a comma is part of the value
}

// draftCommands leave the live version as it was.
func (s *shell) draftCommands(t *testing.T) {
	s.wants(t, says{"greet/draft", "base version"}, "workflow", "draft", "save", "greet", s.definition(t, "draft.json", "draft {who}"))
	s.wants(t, says{"draft {who}"}, "workflow", "draft", "get", "greet")
	s.wants(t, says{"hello {who}"}, "workflow", "get", "greet")
	s.wants(t, says{"draft me", `"output"`}, "workflow", "run", "greet", "--draft", "--steps", "-i", "who=me")
	s.refused(t, "has changed since it was read", "workflow", "draft", "save", "greet", s.definition(t, "draft.json", "draft {who}"), "--etag", "old")
	s.wants(t, says{"live version", "4"}, "workflow", "draft", "publish", "greet")
	s.refused(t, "draft not found", "workflow", "draft", "get", "greet")
	s.keyhole(t, "workflow", "restore", "greet/1")
	s.keyhole(t, "workflow", "draft", "save", "greet", s.definition(t, "draft.json", "draft {who}"))
	s.keyhole(t, "workflow", "draft", "discard", "greet")
	s.refused(t, "draft not found", "workflow", "draft", "discard", "greet")
	s.keyhole(t, "workflow", "create", "blank")
	s.refused(t, "this workflow has no published version", "workflow", "get", "blank")
	s.refused(t, "this workflow has no published version", "share", "create", "blank")
	s.refused(t, "delete it first", "workflow", "purge", "blank")
	s.keyhole(t, "workflow", "delete", "blank")
	s.keyhole(t, "workflow", "purge", "blank")
	s.refused(t, "workflow not found", "workflow", "undelete", "blank")
}

func (s *shell) shareCommands(t *testing.T) {
	share := s.made(t, "share", "create", "greet", "--id", "one", "--title", "One")
	token, name := share.text("token"), share.text("name")
	link := s.base + "/s/" + token // a token may start like a flag
	s.wants(t, says{"greet/one"}, "share", "list", "greet")
	// A false or absent field is missing in a reply, so the test looks for its line.
	s.wants(t, says{"Two", "sinks enabled      yes", "fork disabled      yes", "expires", "https://a.example"}, "share", "update", "greet/one",
		"--title", "Two", "--sinks", "--no-forks", "--expires", "72h", "--frame-origin", "https://a.example", "--sample", "who=a, b")
	s.wants(t, says{"a, b"}, "share", "view", link, "--json")
	got := s.made(t, "share", "update", "greet/one", "--no-sinks", "--forks", "--expires", "never", "--frame-origin", "none", "--sample", "none")
	for _, field := range []string{"sinksEnabled", "forkDisabled", "expireTime", "frameOrigins.0", "samples.0"} {
		if v := got.at(field); v != nil && v != false {
			t.Errorf("%s is %v after it was taken back", field, v)
		}
	}
	if got := s.made(t, "share", "update", "greet/one", "--follow-live"); got.at("followLive") != true {
		t.Errorf("follow the live version: %s", got)
	}
	if got := s.made(t, "share", "update", "greet/one", "--pin", "2"); got.at("followLive") == true || got.number("version") != 2 {
		t.Errorf("pin version 2: %s", got)
	}
	s.present(t, link)
	s.passGate(t, link)
	s.refused(t, "expiry", "share", "update", "greet/one", "--expires", "soon")
	s.wants(t, says{"view disabled      yes", "fork disabled      yes"}, "share", "update", "greet/one", "--allow", "run")
	s.wants(t, says{"started"}, "share", "update", "greet/one", "--allow", "view,run,fork", "--starts", "24h")
	s.refused(t, "SHARE_NOT_STARTED", "share", "view", link)
	s.wants(t, says{"!started"}, "share", "update", "greet/one", "--starts", "now")
	s.wants(t, says{token}, "share", "get", "greet/one")
	s.wants(t, says{"bye me"}, "share", "run", link, "-i", "who=me")
	s.keyhole(t, "share", "fork", link, "--id", "copied", "--check")
	s.wants(t, says{"copied"}, "share", "fork", link, "--id", "copied", "--title", "Copied")
	s.wants(t, says{"Reported"}, "share", "report", link, "--kind", "phishing", "--text", "asks for a key")
	s.wants(t, says{"asks for a key"}, "report", "list")
	s.keyhole(t, "share", "pause", name)
	s.keyhole(t, "share", "resume", name)
	s.wants(t, says{"!" + token}, "share", "rotate", name)
	s.keyhole(t, "share", "revoke", name)
	s.wants(t, says{"!greet/one"}, "share", "list", "greet")
	s.wants(t, says{"greet/one"}, "share", "list", "greet", "--revoked")
}

// passGate gives a link a password, and passes it.
func (s *shell) passGate(t *testing.T, link string) {
	file := s.file(t, "password", "correct horse battery\n")
	s.wants(t, says{"password required", "!correct horse"}, "share", "update", "greet/one", "--password-file", file)
	guest := &shell{dir: t.TempDir(), base: s.base} // without a session
	guest.refused(t, "GATE_REQUIRED", "share", "view", link)
	pass := guest.made(t, "share", "unlock", link, "--password-file", file).text("pass")
	guest.wants(t, says{"me"}, "share", "run", link, "-i", "who=me", "--pass", pass)
	guest.refused(t, "GATE_REFUSED", "share", "unlock", link, "--password-file", s.file(t, "wrong", "not this one"))
	s.wants(t, says{"workspaces/nobody"}, "share", "update", "greet/one", "--member", "nobody", "--json")
	s.wants(t, says{"!gate"}, "share", "update", "greet/one", "--member", "none", "--password-file", "none", "--json")
}

// openShare opens run access and credentials: it needs a private model and a credential.
func (s *shell) openShare(t *testing.T, w *tenant) {
	key := path.Base(w.keyName)
	const nowhere = "http://127.0.0.1:9"
	w.credential(t, "hidden", nowhere)
	definition := readAndAsk(nowhere, "hidden")
	definition["steps"].([]any)[1].(object)["model_id"] = strings.TrimPrefix(w.name, "workspaces/") + "/ocr/1" //nolint:forcetypeassert // our own
	w.workflow(t, "opened", definition)
	s.wants(t, says{"period day", "runs 3"}, "share", "create", "opened", "--id", "two", "--runs", "3")
	s.wants(t, says{"run access         owner", "runs 30", "visitor runs 7", "period month", key}, "share", "update", "opened/two",
		"--run-access", "--runs", "30", "--visitor-runs", "7", "--period", "month", "--charged-key", w.keyName)
	s.wants(t, says{"run access         owner", "runs 30", "visitor runs 3", "period month"}, "share", "update", "opened/two", "--visitor-runs", "3")
	s.wants(t, says{"credential access  owner", "credential calls 4"}, "share", "update", "opened/two", "--credentials", "--credential-calls", "4")
	w.credential(t, "spare", nowhere)
	s.wants(t, says{"spare"}, "share", "update", "opened/two", "--slot", "llm.api_key=spare")
	s.refused(t, "STEP.FIELD=CREDENTIAL", "share", "update", "opened/two", "--slot", "spare")
	if got := s.made(t, "share", "update", "opened/two", "--slot", "none"); got.at("slotCredentials") != nil {
		t.Errorf("the choice is still %v", got.at("slotCredentials"))
	}
	s.wants(t, says{"run access         visitor", "credential access  visitor"}, "share", "update", "opened/two", "--no-run-access", "--no-credentials")
	s.unknownHost(t, w)
}

// unknownHost opens credentials to a host that is on no list. It is refused until the owner
// confirms the host, and the refusal names the flag.
func (s *shell) unknownHost(t *testing.T, w *tenant) {
	const first, second = "https://hooks.keyhole-tests.com", "https://other.keyhole-tests.com"
	value := w.in.secret()
	w.post(t, w.path()+"/credentials?credentialId=far", object{"provider": "openai_compatible", "value": value, "hosts": []string{first, second}})
	w.workflow(t, "far", ask(first+"/v1", "$credentials.far"))
	s.refused(t, "--confirm-destination", "share", "create", "far", "--id", "far", "--credentials")
	s.refused(t, first, "share", "create", "far", "--id", "far", "--credentials", "--confirm-destination", second)
	s.wants(t, says{"credential access  owner"}, "share", "create", "far", "--id", "far", "--credentials", "--confirm-destination", first)
	s.wants(t, says{"credential access  owner"}, "share", "update", "far/far", "--credentials")
	w.must(t, http.MethodPatch, w.path()+"/workflows/far", object{"definition": ask(second+"/v1", "$credentials.far")})
	s.refused(t, second, "share", "update", "far/far", "--pin", "2")
	s.wants(t, says{"credential access  owner"}, "share", "update", "far/far", "--pin", "2", "--confirm-destination", second)
	// A changed credential counts as new: the owner confirms its host again, and resumes.
	w.must(t, http.MethodPatch, w.path()+"/credentials/far", object{"value": value, "hosts": []string{second}})
	s.wants(t, says{"suspended"}, "share", "get", "far/far")
	s.refused(t, "--confirm-destination", "share", "resume", "far/far")
	s.wants(t, says{"suspended"}, "share", "update", "far/far", "--confirm-destination", second)
	s.wants(t, says{"active"}, "share", "resume", "far/far")
}

func (s *shell) runCommands(t *testing.T, w *tenant) {
	key := path.Base(w.keyName)
	all := s.made(t, "run", "list")
	if n := len(all.list("runs")); n < 2 {
		t.Fatalf("%d runs, after two: %s", n, all)
	}
	s.wants(t, says{"succeeded", key}, "run", "get", all.text("runs.0.name"))
	for _, filter := range [][]string{{"--workflow", "greet", "--share", "greet/one"}, {"--share", w.name + "/workflows/greet/shares/one"}} {
		if got := s.made(t, append([]string{"run", "list"}, filter...)...); len(got.list("runs")) != 3 { // a guest's through the gate, a visitor's, and the example
			t.Errorf("runs with %v: %s", filter, got)
		}
	}
	s.wants(t, says{"GROUP", key}, "usage", "--since", "2020-01-01", "--until", "2100-01-01T00:00:00Z")
	s.wants(t, says{"!" + key}, "usage", "--since", "2100-01-01", "--until", "2100-01-02")
	s.wants(t, says{"HOUR", key}, "usage", "--by-hour")
	s.wants(t, says{"equal the"}, "usage", "reconcile")
	s.refused(t, "31 days", "usage", "reconcile", "--since", "2020-01-01")
	s.refused(t, "is not a time", "usage", "--since", "yesterday")
}

// peopleCommands invites somebody, who joins, gets another role and is removed; and a visitor creates a workspace.
func (s *shell) peopleCommands(t *testing.T, in *installation) {
	link := s.made(t, "invitation", "create", "--role", "editor", "--email", "ada@example.com").text("link")
	s.wants(t, says{"ada@example.com", "editor"}, "invitation", "list")
	newcomer := &shell{dir: t.TempDir(), base: s.base}
	newcomer.wants(t, says{"ada@example.com", "editor"}, "invitation", "show", link)
	joined := newcomer.made(t, "invitation", "accept", link, "--title", "Ada")
	in.planted.add(apiKey, joined.text("key"))
	newcomer.wants(t, says{"editor", "Ada", "ses_"}, "whoami")
	s.wants(t, says{"Ada", "editor"}, "person", "list")
	s.wants(t, says{"Ada L.", "viewer"}, "person", "update", joined.text("person"), "--title", "Ada L.", "--role", "viewer")
	s.wants(t, says{"Ada L."}, "person", "get", joined.text("person"))
	s.keyhole(t, "person", "remove", joined.text("person"))
	s.wants(t, says{"!Ada"}, "person", "list")
	revoked := s.made(t, "invitation", "create", "--role", "viewer")
	s.keyhole(t, "invitation", "revoke", revoked.text("name"))
	if out, err := newcomer.try(t, "invitation", "accept", revoked.text("link"), "--title", "Eve"); err == nil || !strings.Contains(out, "UNAUTHENTICATED") {
		t.Errorf("a revoked invitation: %v %s", err, out)
	}
	made := newcomer.made(t, "sign-up", "cli-"+random()[:12], "--title", "Ada")
	in.planted.add(apiKey, made.text("key"))
	newcomer.wants(t, says{"member", "Ada", "cli-"}, "whoami")
}

// present gives a link a page of its own, an example and a change to watch for.
func (s *shell) present(t *testing.T, link string) {
	page := s.file(t, "page.json", `{"title": "Say hello", "inputs": [{"name": "who", "label": "Your name"}]}`)
	guide := s.file(t, "guide.md", "# How\n\nType a name.")
	s.wants(t, says{"Say hello"}, "share", "update", "greet/one", "--presentation", page, "--guide", guide, "--sample", "A friend: who=Eve")
	s.wants(t, says{"Say hello", "Your name", "Type a name."}, "share", "view", link, "--json")
	s.wants(t, says{"bye Eve"}, "share", "example", "greet/one", "--sample", "A friend")
	s.wants(t, says{"bye Eve"}, "share", "view", link, "--json")
	s.refused(t, "no sample", "share", "example", "greet/one", "--sample", "Nobody")
	told := make(chan string)
	go func() { told <- s.keyhole(t, "share", "watch", link) }()
	for i := 0; ; i++ {
		s.keyhole(t, "share", "update", "greet/one", "--presentation", page, "--guide", s.file(t, "guide.md", "# How "+strings.Repeat("!", i)))
		select {
		case out := <-told:
			if !strings.Contains(out, "changed") {
				t.Errorf("a watched link that changed: %q", out)
			}
			s.keyhole(t, "share", "update", "greet/one", "--presentation", "none", "--sample", "none")
			return
		default:
		}
	}
}
