package sink_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

const slackBlock = "roboflow_core/slack_notification@v1"

// workplace speaks the part of Slack's protocol that the block uses, and counts calls.
type workplace struct {
	upload, fail string
	calls        []string
	slots        [][]string
}

func (w *workplace) Client(_ context.Context, a engine.Attempt, slots ...string) (*http.Client, error) {
	w.slots = append(w.slots, slots)
	if a.Number != len(w.slots) { // each call is an attempt of its own
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Client{Transport: w}, nil
}

func (w *workplace) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}
	w.calls = append(w.calls, r.Method+" "+r.URL.String()+" "+body)
	answer := `{"ok":true,"upload_url":"` + w.upload + `","file_id":"F1"}`
	if w.fail != "" {
		answer = w.fail
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func slackArgs(more map[string]any) map[string]any {
	all := map[string]any{"slack_token": engine.SlotMark, "channel": "C1", "message": "{{ $parameters.n }} objects", "message_parameters": map[string]any{"n": int64(2)}, "cooldown_seconds": int64(0)}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func TestSlack(t *testing.T) {
	t.Parallel()
	w := &workplace{}
	got, err := notify(t, slackBlock, w, nil, slackArgs(nil))
	if diff := cmp.Diff(outcome(false, false, "Notification sent successfully"), got, results); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	if want := []string{`POST https://slack.com/api/chat.postMessage {"channel":"C1","text":"2 objects"}`}; !cmp.Equal(w.calls, want) || len(w.slots[0]) != 1 {
		t.Errorf("%q", w.calls)
	}
	w = &workplace{upload: "https://files.slack.com/upload/v1/x"}
	got, err = notify(t, slackBlock, w, nil, slackArgs(map[string]any{"attachments": map[string]any{"a b.csv": "1,2"}}))
	if diff := cmp.Diff(outcome(false, false, "Notification sent successfully"), got, results); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	want := []string{
		"GET https://slack.com/api/files.getUploadURLExternal?filename=a+b.csv&length=3 ", "POST https://files.slack.com/upload/v1/x 1,2",
		`POST https://slack.com/api/files.completeUploadExternal {"channel_id":"C1","files":[{"id":"F1","title":"a b.csv"}],"initial_comment":"2 objects"}`,
	}
	if diff := cmp.Diff(want, w.calls); diff != "" || len(w.slots[1]) != 0 { // the file goes without the token
		t.Errorf("%s %v", diff, w.slots)
	}
	for answer, said := range map[string]string{
		`{"ok":false,"error":"channel_not_found"}`: "Slack answered channel_not_found", `{"ok":false,"error":"x <b>"}`: "Slack's answer is not readable", `<html>`: "Slack's answer is not readable",
	} {
		got, err := notify(t, slackBlock, &workplace{fail: answer}, nil, slackArgs(nil))
		if diff := cmp.Diff(outcome(true, false, "Failed to send slack notification: "+said), got, results); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestAttackSlackUpload(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-6", "a file for Slack sent elsewhere")
	for _, to := range []string{"http://files.slack.com/x", "https://files.slack.com.evil.com/x", "https://evilslack.com/x", "https://169.254.169.254/x", "https://127.0.0.1/.slack.com", "", "//x", "https://slack.com@evil.com/"} {
		w := &workplace{upload: to}
		got, err := notify(t, slackBlock, w, nil, slackArgs(map[string]any{"attachments": map[string]any{"a.csv": "1,2"}}))
		diff := cmp.Diff(outcome(true, false, "Failed to send slack notification: Slack named no place for a file"), got, results)
		a.Attempt(diff == "" && err == nil && len(w.calls) == 1, "%s: %v %v", to, w.calls, err)
	}
}
