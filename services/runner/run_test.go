package runner_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/runner"
)

const canary = "sk-canary-0123456789-visitor"

func TestASharedRunIsBooked(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	got, err := w.shared(t, map[string]any{"who": "you"})
	if err != nil {
		t.Fatal(err)
	}
	booked := w.sharing.bookings(t, 1)[0]
	want := &runnerv1.RunResponse{
		Run:        "workspaces/demo/runs/" + booked.GetRun(),
		Charges:    []*sharingv1.LineItem{{Kind: "run", Quantity: 1}},
		Allowances: []*sharingv1.Allowance{{Scope: "key", RunsLeft: 9}},
		Outputs:    got.GetOutputs(),
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if text := output(t, got, "text"); text != "hello you" {
		t.Errorf("it said %q", text)
	}
	if booked.GetState() != sharingv1.RunState_RUN_STATE_SUCCEEDED || len(booked.GetSteps()) != 1 || booked.GetSteps()[0].GetState() != "succeeded" {
		t.Errorf("booked %v", booked)
	}
	asked := w.sharing.asked[0]
	if asked.GetToken() != "tok" || asked.GetRun() != booked.GetRun() || cmp.Diff([]string{"who"}, asked.GetInputs()) != "" {
		t.Errorf("asked %v", asked)
	}
}

func TestARefusedRunCostsNothing(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.refusal = errs.ResourceExhausted(errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "used up").With("until", "tomorrow")
	_, err := w.shared(t, nil)
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED || errs.From(err).Metadata()["until"] != "tomorrow" {
		t.Errorf("got %v", err)
	}
	if len(w.sharing.finished) != 0 {
		t.Errorf("booked %v", w.sharing.finished)
	}
}

// While sharing is being replaced, the runner repeats its request for the same run.
func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.absent = 2
	if _, err := w.shared(t, map[string]any{"who": "you"}); err != nil {
		t.Errorf("got %v", err)
	}
	if len(w.sharing.asked) != 3 || w.sharing.asked[0].GetRun() != w.sharing.asked[2].GetRun() {
		t.Errorf("asked %v", w.sharing.asked)
	}
	w.sharing.absent = 10
	if _, err := w.shared(t, map[string]any{"who": "you"}); errs.ReasonOf(err) != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("got %v", err)
	}
	booked := w.sharing.bookings(t, 2)[1]
	if booked.GetState() != sharingv1.RunState_RUN_STATE_CANCELLED || booked.GetRun() != w.sharing.asked[3].GetRun() {
		t.Errorf("a run of unknown state is left as %v", booked)
	}
}

// The owner's hidden credential is used, and appears nowhere.
func TestAHiddenCredentialIsUsedThroughAHandle(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	w.sharing.definition = asking(t, provider.URL)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	got, err := w.shared(t, map[string]any{"question": "hi"})
	if err != nil {
		t.Fatal(err)
	}
	if text := output(t, got, "answer"); text != "a red motorcycle" {
		t.Errorf("answered %q", text)
	}
	if auth := provider.Calls()[0].Header.Get("Authorization"); auth != "Bearer "+canary {
		t.Errorf("the provider saw %q", auth)
	}
	want := []*sharingv1.LineItem{{
		Step: "llm", Attempt: 1, Kind: "credential", Resource: "workspaces/demo/credentials/llm",
		Quantity: 1, InputTokens: 7, OutputTokens: 4,
	}}
	if diff := cmp.Diff(want, w.sharing.bookings(t, 1)[0].GetItems(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if seen := w.vault.heads[0].String(); strings.Contains(strings.ToLower(seen), "authorization") {
		t.Errorf("the runner sent %s", seen)
	}
}

// A visitor's own credential goes to the vault, and is removed from everything else.
func TestAVisitorsCredentialIsHandedOver(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	provider.Answer("your key is " + canary + ", in base64 c2stY2FuYXJ5LTAxMjM0NTY3ODktdmlzaXRvcg==")
	w.sharing.definition = asking(t, provider.URL)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Input: "llm_api_key", Destination: provider.URL}}
	w.sharing.answer.CredentialInputs = []*sharinginternalv1.CredentialInput{{Name: "llm_api_key"}}
	got, err := w.shared(t, map[string]any{"question": "tell me " + canary, "llm_api_key": canary})
	if err != nil {
		t.Fatal(err)
	}
	if auth := provider.Calls()[0].Header.Get("Authorization"); auth != "Bearer "+canary {
		t.Errorf("the provider saw %q", auth)
	}
	reply := got.GetOutputs()
	for _, form := range []string{canary, "c2stY2FuYXJ5LTAxMjM0NTY3ODktdmlzaXRvcg"} {
		if strings.Contains(string(reply), form) {
			t.Errorf("%q is in %s", form, reply)
		}
	}
	booked := w.sharing.bookings(t, 1)[0]
	if strings.Contains(booked.String(), canary) {
		t.Errorf("booked %v", booked)
	}
	if item := booked.GetItems()[0]; item.GetResource() != "llm_api_key" || item.GetQuantity() != 1 {
		t.Errorf("booked %v", item)
	}
}

func TestCredentialsThatAreMissingAreAllNamed(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.answer.CredentialInputs = []*sharinginternalv1.CredentialInput{{Name: "a_key"}, {Name: "b_key"}, {Name: "c_key"}}
	_, err := w.shared(t, map[string]any{"who": "x", "a_key": "", "c_key": canary})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_INPUT_MISSING || len(errs.From(err).Violations()) != 2 {
		t.Errorf("got %v", err)
	}
	if len(w.vault.brought) != 0 {
		t.Error("a credential was handed over for a run that cannot be")
	}
	if booked := w.sharing.bookings(t, 1)[0]; booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED || booked.GetReason() != "INPUT_MISSING" {
		t.Errorf("booked %v", booked)
	}
}

// A provider's refusal fails a run whose workflow does not read error_status. The owner
// sees the provider's text, everyone else sees the failure without it, and the run is
// booked.
func TestAProvidersRefusalFailsTheRun(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	provider.Behave(testkit.EchoUnauthorized)
	w.sharing.definition = bytes.Replace(asking(t, provider.URL), []byte("$steps.llm.error_status"), []byte("$inputs.question"), 1)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	for i, preview := range []bool{true, false} {
		w.sharing.set(func(p *sharingPeer) { p.answer.Preview = preview })
		_, err := w.shared(t, nil)
		e := errs.From(err)
		if e.Reason() != errorsv1.Reason_REASON_PROVIDER_FAILED || !strings.Contains(e.Message(), "401 Unauthorized") ||
			e.Metadata()["step"] != "llm" || e.Metadata()["status"] != "401" || (e.Metadata()["providerMessage"] == "") != preview {
			t.Errorf("preview %v: %v %v", preview, err, e.Metadata())
		}
		booked := w.sharing.bookings(t, i+1)[i]
		if booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED || booked.GetReason() != "PROVIDER_FAILED" || len(booked.GetItems()) != 1 {
			t.Errorf("booked %v", booked)
		}
		if strings.Contains(booked.String(), "canary") || preview && strings.Contains(e.GRPCStatus().String()+fmt.Sprint(e.Metadata()), "canary") {
			t.Errorf("the provider's words are in %v, %v", booked, e.Metadata())
		}
	}
}

// Whatever a provider does, the run ends with a reason, every attempt is booked, and the
// provider's text is withheld.
func TestAProviderThatMisbehaves(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		behaviour testkit.Behaviour
		attempts  int
		message   string
	}{
		"unauthorized": {testkit.EchoUnauthorized, 1, "the provider answered 401 Unauthorized: it does not accept the credential, or the credential may not use this model; check the credential"},
		"broken":       {testkit.ServerError, 3, "the provider answered 500 Internal Server Error: it is overloaded or out of order; try again later"},
		"redirect":     {testkit.Redirect, 1, "the provider did not give a usable answer"},
		"garbage":      {testkit.Garbage, 1, "the provider did not give a usable answer"},
		"reset":        {testkit.Reset, 1, "the destination broke off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarness(t, runner.Config{})
			provider := testkit.Provider(t)
			provider.Behave(tc.behaviour)
			provider.RedirectTo = provider.URL + "/elsewhere"
			w.sharing.definition = asking(t, provider.URL)
			w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
			w.vault.stored["workspaces/demo/credentials/llm"] = canary
			w.sharing.answer.Preview = true
			got, err := w.shared(t, nil)
			if err != nil {
				t.Fatal(err)
			}
			if text := output(t, got, "error"); text != tc.message {
				t.Errorf("error_status %q, want %q", text, tc.message)
			}
			if strings.Contains(got.String(), "canary") {
				t.Errorf("the secret is in %v", got)
			}
			if provider.Count() != tc.attempts || len(w.sharing.bookings(t, 1)[0].GetItems()) != tc.attempts {
				t.Errorf("%d calls, %d items, want %d", provider.Count(), len(w.sharing.finished[0].GetItems()), tc.attempts)
			}
		})
	}
}

// A refusal by the vault fails the run with the vault's reason and the step.
func TestWhatTheVaultRefuses(t *testing.T) {
	t.Parallel()
	for _, reason := range []errorsv1.Reason{errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, errorsv1.Reason_REASON_ANSWER_WITHHELD} {
		t.Run(reason.String(), func(t *testing.T) {
			t.Parallel()
			w := newHarness(t, runner.Config{})
			provider := testkit.Provider(t)
			w.sharing.definition = asking(t, provider.URL)
			w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
			items := 0
			if reason == errorsv1.Reason_REASON_ANSWER_WITHHELD {
				w.vault.withhold, items = true, 1
			} else {
				w.vault.refusal = errs.ResourceExhausted(reason, "no calls are left")
			}
			_, err := w.shared(t, nil)
			if errs.ReasonOf(err) != reason || errs.From(err).Metadata()["step"] != "llm" {
				t.Errorf("got %v %v", err, errs.From(err).Metadata())
			}
			booked := w.sharing.bookings(t, 1)[0]
			if booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED || len(booked.GetItems()) != items {
				t.Errorf("booked %v, want %d items", booked, items)
			}
		})
	}
}

func TestExecuteJSONKeepsWholeNumbers(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	definition := mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowParameter", "name": "n"}},
		"steps":   []any{},
		"outputs": []any{
			map[string]any{"type": "JsonField", "name": "n", "selector": "$inputs.n"},
			map[string]any{"type": "JsonField", "name": "m", "selector": "$inputs.n"},
		},
	})
	got, err := w.internal.ExecuteJSON(w.member(t, "demo"), &runnerinternalv1.ExecuteJSONRequest{
		Target:         &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: definition},
		Inputs:         []byte(`{"n": [9007199254740993, 3, 3.0, "<b>"], "unknown": 1}`),
		ExcludedFields: []string{"m"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`[{"n":[9007199254740993,3,3.0,"<b>"]}]`, string(got.GetOutputs())); diff != "" {
		t.Error(diff)
	}
}

func TestADefinitionIsRefusedWithEveryProblem(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	_, err := w.internal.ExecuteJSON(w.member(t, "demo"), &runnerinternalv1.ExecuteJSONRequest{
		Target: &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: []byte(`{"version":"1.0","inputs":[],"outputs":[],
			"steps":[{"type":"roboflow_core/nonsense@v1","name":"a"},{"type":"roboflow_core/nonsense@v2","name":"b"}]}`)},
		Inputs: []byte(`{}`),
	})
	e := errs.From(err)
	if e.Reason() != errorsv1.Reason_REASON_DEFINITION_INVALID || len(e.Violations()) != 2 || e.Metadata()["errorType"] == "" {
		t.Fatalf("got %v %v", err, e.Metadata())
	}
	if field := e.Violations()[1].GetField(); !strings.HasPrefix(field, "steps.b") {
		t.Errorf("the second is at %q", field)
	}
	w.sharing.bookings(t, 1)
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	request := &runnerv1.RunWorkflowRequest{Name: "workspaces/demo/workflows/w", Inputs: inputs(t, map[string]any{"who": "me"})}
	if _, err := w.public.RunWorkflow(guest(t.Context()), request); errs.CodeOf(err) != codes.Unauthenticated {
		t.Errorf("a guest got %v", err)
	}
	if _, err := w.public.RunWorkflow(w.member(t, "other"), request); errs.CodeOf(err) != codes.NotFound {
		t.Errorf("a stranger got %v", err)
	}
	if len(w.sharing.asked) != 0 {
		t.Error("sharing was asked")
	}
	if _, err := w.public.RunWorkflow(w.member(t, "demo"), request); err != nil {
		t.Errorf("the owner got %v", err)
	}
}

// captioning is a definition with a step that fails the run when its provider fails.
func captioning(t *testing.T) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/open_ai@v3", "name": "gpt", "images": "$inputs.image", "task_type": "caption", "api_key": "$credentials.openai",
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "caption", "selector": "$steps.gpt.output"}},
	})
}

// Only the workflow's owner sees the provider's text.
func TestAProvidersWordsAreForTheOwner(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{true, false} {
		w := newHarness(t, runner.Config{})
		provider := testkit.Provider(t)
		provider.Behave(testkit.EchoUnauthorized)
		host := strings.TrimSuffix(strings.TrimPrefix(provider.URL, "http://"), "/v1")
		w.vault.elsewhere = map[string]string{"api.openai.com": host}
		w.vault.stored["workspaces/demo/credentials/openai"] = "sk-not-a-canary"
		w.sharing.definition = captioning(t)
		w.sharing.slots = []grant.Slot{{Step: "gpt", Field: "api_key", Credential: "workspaces/demo/credentials/openai", Destination: "https://api.openai.com:443"}}
		w.sharing.answer.Preview = preview
		picture := base64.StdEncoding.EncodeToString(pngOf(t, 3, 2))
		_, err := w.shared(t, map[string]any{"image": []any{picture, picture}})
		e := errs.From(err)
		meta := e.Metadata()
		if e.Reason() != errorsv1.Reason_REASON_PROVIDER_FAILED || meta["step"] != "gpt" || meta["status"] != "401" ||
			meta["errorType"] != "ClientCausedStepExecutionError" || meta["blockType"] != "roboflow_core/open_ai@v3" {
			t.Errorf("preview %v: %v %v", preview, err, meta)
		}
		if told := strings.Contains(meta["providerMessage"], "Incorrect API key"); told == preview {
			t.Errorf("preview %v: told %q", preview, meta["providerMessage"])
		}
		if strings.Contains(e.Message(), "Incorrect") {
			t.Errorf("preview %v: everyone gets %q", preview, e.Message())
		}
		booked := w.sharing.bookings(t, 1)[0]
		if strings.Contains(booked.String(), "Incorrect") || booked.GetReason() != "PROVIDER_FAILED" || len(booked.GetItems()) == 0 {
			t.Errorf("booked %v", booked)
		}
	}
}

// Sinks act if sharing allows it, and a caller can only switch them off.
func TestSinksAreOffUnlessAllowed(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	definition := mustJSON(t, map[string]any{
		"version": "1.0", "inputs": []any{},
		"steps": []any{map[string]any{
			"type": "roboflow_core/webhook_sink@v1", "name": "hook", "url": server.URL, "method": "POST", "fire_and_forget": false,
			"json_payload": map[string]any{"a": 1}, "cooldown_seconds": 0,
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "message", "selector": "$steps.hook.message"}},
	})
	for _, tc := range []struct {
		allowed, off bool
		hits         int64
		message      string
	}{
		{false, false, 0, "Sinks are switched off in this run"},
		{true, true, 0, "Sinks are switched off in this run"},
		{true, false, 1, "Notification sent successfully"},
	} {
		w := newHarness(t, runner.Config{})
		w.sharing.answer.SinksEnabled = tc.allowed
		got, err := w.internal.ExecuteJSON(w.member(t, "demo"), &runnerinternalv1.ExecuteJSONRequest{
			Target:       &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: definition},
			Inputs:       []byte(`{}`),
			DisableSinks: tc.off,
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := `[{"message":"` + tc.message + `"}]`; string(got.GetOutputs()) != want || hits.Load() != tc.hits {
			t.Errorf("%+v: %s after %d requests", tc, got.GetOutputs(), hits.Load())
		}
	}
}

// A literal secret in a caller's definition is used like any other, and only the vault gets
// it.
func TestALiteralInAnInlineDefinition(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	provider.Answer("it was " + canary)
	w.sharing.rewritten = asking(t, provider.URL)
	literal := strings.Replace(string(w.sharing.rewritten), "$credentials.llm", canary, 1)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Input: "literal_1", Destination: provider.URL}}
	w.sharing.answer.CredentialInputs = []*sharinginternalv1.CredentialInput{{Name: "literal_1", Pointer: "/steps/0/api_key"}}
	got, err := w.internal.ExecuteJSON(w.member(t, "demo"), &runnerinternalv1.ExecuteJSONRequest{
		Target: &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: []byte(literal)}, Inputs: []byte(`{}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if auth := provider.Calls()[0].Header.Get("Authorization"); auth != "Bearer "+canary {
		t.Errorf("the provider saw %q", auth)
	}
	if strings.Contains(string(got.GetOutputs()), "canary") {
		t.Errorf("the secret is in %s", got.GetOutputs())
	}
}

// Bodies are longer than one message, in both directions.
func TestLongBodiesArePutTogether(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	answer, question := strings.Repeat("0123456789", 5000), strings.Repeat("abcdefghij", 60_000)
	provider.Answer(answer)
	w.sharing.definition = asking(t, provider.URL)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	got, err := w.shared(t, map[string]any{"question": question})
	if err != nil {
		t.Fatal(err)
	}
	if text := output(t, got, "answer"); text != answer {
		t.Errorf("%d bytes came back, want %d", len(text), len(answer))
	}
	if body := string(provider.Calls()[0].Body); !strings.Contains(body, question) {
		t.Errorf("%d bytes arrived, which are not those that were sent", len(body))
	}
}

// A run whose sample cannot be read ends like any other. Otherwise it would count against its
// limits until the reaper finds it.
func TestARunWithoutItsSampleIsBooked(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.answer.SampleInputs = []byte(`["no object"]`)
	if _, err := w.shared(t, map[string]any{"who": "you"}); errs.CodeOf(err) != codes.Internal {
		t.Errorf("got %v", err)
	}
	if booked := w.sharing.bookings(t, 1)[0]; booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED {
		t.Errorf("booked %v", booked)
	}
}
