package sink_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/sink"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// accounts answers as the egress does for a provider with accounts: a status, a code and no body.
type accounts struct {
	status int
	code   string
	calls  []string
	slots  []string
}

func (p *accounts) Client(_ context.Context, a engine.Attempt, slots ...string) (*http.Client, error) {
	if p.slots = slots; a.Number != len(p.calls)+1 { // each call is an attempt of its own
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Client{Transport: p}, nil
}

func (p *accounts) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, _ := io.ReadAll(r.Body)
	p.calls = append(p.calls, r.Method+" "+r.URL.String()+" "+string(raw))
	return &http.Response{StatusCode: p.status, Header: http.Header{"Error-Code": {p.code}}, Body: http.NoBody, Request: r}, nil
}

const twilioV2 = "roboflow_core/twilio_sms_notification@v2"

func smsArgs(more map[string]any) map[string]any {
	all := map[string]any{
		"twilio_account_sid": engine.SlotMark, "twilio_auth_token": engine.SlotMark, "sender_number": "+15005550006", "receiver_number": "+4915112345678",
		"message": "{{ $parameters.n }} people", "message_parameters": map[string]any{"n": int64(2)}, "cooldown_seconds": int64(0),
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func TestTwilio(t *testing.T) {
	t.Parallel()
	const to = "POST https://api.twilio.com/2010-04-01/Accounts/$credentials/Messages.json "
	for name, tc := range map[string]struct {
		args   map[string]any
		status int
		code   string
		form   string // of the request; "" for none
		want   string // of the message, if it failed
	}{
		"a message":  {nil, 201, "", "Body=2+people&From=%2B15005550006&To=%2B4915112345678", ""},
		"pictures":   {map[string]any{"media_url": []any{"https://a.example.com/1.jpg", "https://a.example.com/2.jpg"}}, 201, "", "Body=2+people&From=%2B15005550006&MediaUrl=https%3A%2F%2Fa.example.com%2F1.jpg&MediaUrl=https%3A%2F%2Fa.example.com%2F2.jpg&To=%2B4915112345678", ""},
		"a service":  {map[string]any{"sender_number": "MG0123456789abcdef0123456789abcdef"}, 201, "", "Body=2+people&MessagingServiceSid=MG0123456789abcdef0123456789abcdef&To=%2B4915112345678", ""},
		"cut":        {map[string]any{"message": "äöü, and more", "length_limit": int64(8)}, 201, "", "Body=%C3%A4%C3%B6%C3%BC%5B...%5D&From=%2B15005550006&To=%2B4915112345678", ""},
		"to nobody":  {nil, 400, "21211", "Body=2+people&From=%2B15005550006&To=%2B4915112345678", "Twilio answered 400 with error 21211; see https://www.twilio.com/docs/api/errors/21211"},
		"no sign-in": {nil, 401, "20003", "Body=2+people&From=%2B15005550006&To=%2B4915112345678", "Twilio refused the sign-in; check the credentials of twilio_account_sid and twilio_auth_token"},
		"too many":   {nil, 429, "", "Body=2+people&From=%2B15005550006&To=%2B4915112345678", "the server answered 429"},
		"no account": {map[string]any{"twilio_account_sid": nil}, 201, "", "", "twilio_account_sid has no credential"},
	} {
		p := &accounts{status: tc.status, code: tc.code}
		got, err := notify(t, twilioV2, p, nil, smsArgs(tc.args))
		message := "Notification sent successfully"
		if tc.want != "" {
			message = "Failed to send text message: " + tc.want
		}
		if diff := cmp.Diff(outcome(tc.want != "", false, message), got, results); diff != "" || err != nil {
			t.Errorf("%s: %s %v", name, diff, err)
		}
		if tc.form == "" {
			if len(p.calls) != 0 {
				t.Errorf("%s: %q", name, p.calls)
			}
			continue
		}
		if diff := cmp.Diff([]string{to + tc.form}, p.calls); diff != "" || fmt.Sprint(p.slots) != "[twilio_account_sid twilio_auth_token]" {
			t.Errorf("%s: %s %v", name, diff, p.slots)
		}
	}
}

// What a visitor brings cannot change the request: numbers and addresses are one field each.
func TestTwilioRefuses(t *testing.T) {
	t.Parallel()
	many := make([]any, 11)
	for i := range many {
		many[i] = "https://a.example.com/x"
	}
	for name, args := range map[string]map[string]any{
		"no receiver":      {"receiver_number": ""},
		"a line break":     {"receiver_number": "+1\r\nX: y"},
		"a long number":    {"receiver_number": strings.Repeat("1", 101)},
		"no sender":        {"sender_number": nil},
		"a file":           {"media_url": "file:///etc/passwd"},
		"a user":           {"media_url": "https://me:pw@a.example.com/x"},
		"a number as URL":  {"media_url": []any{int64(1)}},
		"an object as URL": {"media_url": map[string]any{}},
		"too many":         {"media_url": many},
	} {
		p := &accounts{status: 201}
		if _, err := notify(t, twilioV2, p, nil, smsArgs(args)); err == nil || len(p.calls) != 0 {
			t.Errorf("%s: %v %q", name, err, p.calls)
		}
	}
}

const s3Block = "roboflow_core/s3_sink@v1"

// bucketRun is one run of a step that stores texts.
type bucketRun struct {
	*accounts
	block engine.Block
	call  *engine.Call
	args  map[string]any
}

func newBucketRun(t *testing.T, p *accounts, more map[string]any) *bucketRun {
	t.Helper()
	step := engine.Step{Name: "store", Type: s3Block}
	block, err := sink.Blocks()[s3Block](step)
	if err != nil {
		t.Fatal(err)
	}
	args := map[string]any{
		"file_type": "csv", "output_mode": "separate_files", "bucket_name": "frames", "s3_prefix": "/a b/c/", "file_name_prefix": "out", "max_entries_per_file": int64(2),
		"aws_access_key_id": engine.SlotMark, "aws_secret_access_key": engine.SlotMark, "aws_region": "eu-central-1",
	}
	for k, v := range more {
		args[k] = v
	}
	env := &engine.Env{Outbound: p, Sinks: true, Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_901_000, time.UTC) }}
	return &bucketRun{p, block, blocktest.Call(env, &step, args), args}
}

func (b *bucketRun) store(t *testing.T, content string) (engine.Result, error) {
	t.Helper()
	b.args["content"] = content
	return b.block.Run(t.Context(), b.call)
}

func kept(failed bool, message string) engine.Result {
	return engine.One(engine.Outputs{"error_status": failed, "message": message})
}

func TestS3(t *testing.T) {
	t.Parallel()
	const at, stamp = "PUT https://frames.s3.eu-central-1.amazonaws.com/", "out_2026_01_02_03_04_05_678901"
	for name, tc := range map[string]struct {
		args map[string]any
		puts []string
	}{
		"files":      {nil, []string{"a%20b/c/" + stamp + ".csv n,x\n1,2\n", "a%20b/c/" + stamp + "_1.csv n,x\n3,4\n", "a%20b/c/" + stamp + "_2.csv n,x\n5,6\n"}},
		"a log":      {map[string]any{"output_mode": "append_log", "s3_prefix": ""}, []string{stamp + ".csv n,x\n1,2\n", stamp + ".csv n,x\n1,2\n3,4\n", stamp + "_1.csv n,x\n5,6\n"}},
		"a text log": {map[string]any{"output_mode": "append_log", "s3_prefix": "", "file_type": "txt", "max_entries_per_file": int64(9)}, []string{stamp + ".txt n,x\n1,2\n", stamp + ".txt n,x\n1,2\nn,x\n3,4\n", stamp + ".txt n,x\n1,2\nn,x\n3,4\nn,x\n5,6\n"}},
		"in China":   {map[string]any{"aws_region": "cn-north-1", "s3_prefix": ""}, nil},
		"no region":  {map[string]any{"aws_region": nil, "s3_prefix": ""}, nil},
	} {
		b := newBucketRun(t, &accounts{status: 200}, tc.args)
		for _, text := range []string{"n,x\n1,2\n", "n,x\n3,4\n", "n,x\n5,6\n"} {
			got, err := b.store(t, text)
			if diff := cmp.Diff(kept(false, "Data saved successfully"), got, results); diff != "" || err != nil {
				t.Errorf("%s: %s %v", name, diff, err)
			}
		}
		want := map[string]string{"in China": "https://frames.s3.cn-north-1.amazonaws.com.cn/", "no region": "https://frames.s3.us-east-1.amazonaws.com/"}[name]
		if want != "" && !strings.HasPrefix(b.calls[0], "PUT "+want+stamp) {
			t.Errorf("%s: %q", name, b.calls[0])
		}
		for i, put := range tc.puts {
			if b.calls[i] != at+put {
				t.Errorf("%s: %q, want %q", name, b.calls[i], at+put)
			}
		}
		if fmt.Sprint(b.slots) != "[aws_access_key_id aws_secret_access_key]" {
			t.Errorf("%s: %v", name, b.slots)
		}
	}
}

// A log of JSON has one document a line, with its numbers as they were written.
func TestS3Lines(t *testing.T) {
	t.Parallel()
	b := newBucketRun(t, &accounts{status: 200}, map[string]any{"output_mode": "append_log", "file_type": "json", "s3_prefix": ""})
	for _, text := range []string{"{\n \"n\": 12345678901234567890.0,\n \"t\": \"a\\\\\\\"b\\n\"\n}", "[1,\r\n2]"} {
		if _, err := b.store(t, text); err != nil {
			t.Fatal(err)
		}
	}
	want := "PUT https://frames.s3.eu-central-1.amazonaws.com/out_2026_01_02_03_04_05_678901.jsonl {  \"n\": 12345678901234567890.0, \"t\": \"a\\\\\\\"b\\n\"}\n[1,2]\n"
	if b.calls[1] != strings.Replace(want, "{  \"n\"", "{ \"n\"", 1) {
		t.Errorf("%q, want %q", b.calls[1], want)
	}
	if _, err := b.store(t, "{\"n\": 1}\n{\"n\": 2}"); err == nil {
		t.Error("two documents are one entry")
	}
}

func TestS3Fails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   map[string]any
		status int
		code   string
		want   string // "" if the step fails
	}{
		"no bucket":        {nil, 404, "NoSuchBucket", "S3 answered 404 NoSuchBucket"},
		"a wrong key":      {nil, 403, "SignatureDoesNotMatch", "S3 answered 403 SignatureDoesNotMatch"},
		"another region":   {nil, 301, "", "the bucket is in another region; write it in aws_region"},
		"busy":             {nil, 503, "", "the server answered 503"},
		"no key":           {map[string]any{"aws_secret_access_key": nil}, 200, "", "aws_secret_access_key has no credential"},
		"a bucket's path":  {map[string]any{"bucket_name": "frames/../other"}, 200, "", "bucket_name must have 3 to 63 lower-case letters, digits and hyphens, without dots"},
		"another host":     {map[string]any{"bucket_name": "evil.com#"}, 200, "", "bucket_name must have 3 to 63 lower-case letters, digits and hyphens, without dots"},
		"a strange region": {map[string]any{"aws_region": "x.evil.com/"}, 200, "", "aws_region must be a region of AWS, such as eu-central-1"},
		"dots":             {map[string]any{"s3_prefix": "a/../b"}, 200, "", "the name of the object has an empty part, dots, a backslash or a control character; change s3_prefix or file_name_prefix"},
		"a long name":      {map[string]any{"s3_prefix": strings.Repeat("a", 1024)}, 200, "", "the name of the object is longer than 1024 bytes"},
		"a large object":   {map[string]any{"content": "large"}, 200, "", "the object is larger than 8 MiB"},
	} {
		b := newBucketRun(t, &accounts{status: tc.status, code: tc.code}, tc.args)
		content := "n\n1\n"
		if tc.args["content"] != nil {
			content = strings.Repeat("a", 8<<20+1)
		}
		got, err := b.store(t, content)
		if diff := cmp.Diff(kept(true, "Failed to save data: "+tc.want), got, results); diff != "" || err != nil {
			t.Errorf("%s: %s %v", name, diff, err)
		}
		if tc.status == 200 && len(b.calls) != 0 {
			t.Errorf("%s: %q", name, b.calls)
		}
	}
	b := newBucketRun(t, &accounts{status: 200}, nil)
	b.call.Sinks = false
	if got, err := b.store(t, "x"); err != nil || !cmp.Equal(kept(false, "Sinks are switched off in this run"), got, results) || len(b.calls) != 0 {
		t.Errorf("%v %v", got, err)
	}
}
