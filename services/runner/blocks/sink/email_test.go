package sink_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/sink"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// post is an egress that records requests, and answers like a mail server behind it.
type post struct {
	status   int
	header   http.Header
	slots    []string
	requests []*http.Request
	bodies   []string
}

func (p *post) Client(_ context.Context, _ engine.Attempt, slots ...string) (*http.Client, error) {
	p.slots = append(p.slots, slots...)
	return &http.Client{Transport: p}, nil
}

func (p *post) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	p.requests, p.bodies = append(p.requests, r), append(p.bodies, string(body))
	if p.status == 0 {
		p.status = 250
	}
	return &http.Response{StatusCode: p.status, Header: p.header, Body: http.NoBody, Request: r}, err
}

type pictures struct{ value.Codec }

func (pictures) EncodeJPEG(_ context.Context, pixels image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// notify runs a notification once.
func notify(t *testing.T, blockType string, p engine.Outbound, fields, args map[string]any) (engine.Result, error) {
	t.Helper()
	step := engine.Step{Name: "note", Type: blockType, Fields: fields}
	block, err := sink.Blocks()[blockType](step)
	if err != nil {
		t.Fatal(err)
	}
	env := &engine.Env{Outbound: p, Sinks: true, Codec: pictures{}, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }}
	return block.Run(t.Context(), blocktest.Call(env, &step, args))
}

const emailBlock = "roboflow_core/email_notification@v2"

func mailArgs(more map[string]any) map[string]any {
	all := map[string]any{
		"email_provider": "Custom SMTP", "subject": "Alert", "message": "Hello", "sender_email": "cam@example.com", "receiver_email": "ann@example.com",
		"smtp_server": "smtp.example.com", "smtp_port": int64(465), "sender_email_password": engine.SlotMark, "fire_and_forget": true, "cooldown_seconds": int64(0),
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// parts reads a message: its header, its text and its attachments by name.
func parts(t *testing.T, message string) (mail.Header, string, map[string]string) {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(message, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(message, "\r\n", ""), "\r") {
		t.Errorf("a line of the message does not end in CRLF")
	}
	m, err := mail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "text/plain" {
		text, _ := io.ReadAll(quotedprintable.NewReader(m.Body))
		return m.Header, string(text), nil
	}
	files, text := map[string]string{}, ""
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextPart() // decodes quoted-printable
		if err != nil {
			return m.Header, text, files
		}
		raw, _ := io.ReadAll(p)
		if p.FileName() == "" {
			text = string(raw)
			continue
		}
		plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(raw), "\r\n", ""))
		if err != nil {
			t.Error(err)
		}
		files[p.FileName()] = string(plain)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	picture := value.NewImage(image.NewRGBA(image.Rect(0, 0, 4, 3)), "p")
	for name, tc := range map[string]struct {
		fields, args  map[string]any
		url, to, text string
		header        map[string]string
		files         []string
	}{
		"plain":    {url: "smtps://smtp.example.com:465", to: "ann@example.com", text: "Hello\r\n", header: map[string]string{"From": "<cam@example.com>", "To": "<ann@example.com>", "Subject": "Alert"}},
		"STARTTLS": {args: map[string]any{"smtp_port": int64(587)}, url: "smtp://smtp.example.com:587", to: "ann@example.com", text: "Hello\r\n"},
		"all receivers, once each": {
			args: map[string]any{"receiver_email": []any{"ann@example.com", "Bob <bob@example.com>"}, "cc_receiver_email": "cy@example.com", "bcc_receiver_email": []any{"dee@example.com", "ann@example.com"}},
			url:  "smtps://smtp.example.com:465", to: "ann@example.com bob@example.com cy@example.com dee@example.com", text: "Hello\r\n",
			header: map[string]string{"To": "<ann@example.com>, <bob@example.com>", "Cc": "<cy@example.com>", "Bcc": ""},
		},
		"parameters": {
			fields: map[string]any{"message_parameters_operations": map[string]any{"n": []any{map[string]any{"type": "SequenceLength"}}}},
			args: map[string]any{
				"subject": "Größe ✓ " + strings.Repeat("long ", 30), "message": "{{ $parameters.n }} of {{$parameters.x}} and {{ $parameters.none }}\n.\nfrom é\r",
				"message_parameters": map[string]any{"n": []any{"a", "b"}, "x": "{{ $parameters.n }}"},
			},
			url: "smtps://smtp.example.com:465", to: "ann@example.com", text: "2 of {{ $parameters.n }} and {{ $parameters.none }}\r\n.\r\nfrom é\r\n",
			header: map[string]string{"Subject": "Größe ✓ " + strings.Repeat("long ", 30)},
		},
		"files": {
			args: map[string]any{
				"message": "see {{ $parameters.shot }}", "message_parameters": map[string]any{"shot": picture},
				"attachments": map[string]any{"report.csv": "a,b\n1,2", "../größe.jpg": picture, "b.bin": []byte(strings.Repeat("\x00\r\n", 100))},
			},
			url: "smtps://smtp.example.com:465", to: "ann@example.com", text: "see [shot.jpg]\r\n", files: []string{"b.bin", "größe.jpg", "report.csv", "shot.jpg"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &post{}
			got, err := notify(t, emailBlock, p, tc.fields, mailArgs(tc.args))
			if diff := cmp.Diff(outcome(false, false, "Notification sent successfully"), got, results); diff != "" || err != nil {
				t.Fatal(diff, err)
			}
			r := p.requests[0]
			if r.URL.String() != tc.url || r.Method != "MAIL" || r.Header.Get("Mail-From") != "cam@example.com" || strings.Join(r.Header["Rcpt-To"], " ") != tc.to || len(p.slots) != 1 {
				t.Errorf("%s %s %v %v", r.Method, r.URL, r.Header, p.slots)
			}
			header, text, files := parts(t, p.bodies[0])
			if text != tc.text {
				t.Errorf("text %q, want %q", text, tc.text)
			}
			for name, want := range tc.header {
				decoded, err := new(mime.WordDecoder).DecodeHeader(header.Get(name))
				if decoded != want || err != nil {
					t.Errorf("%s: %q, want %q", name, decoded, want)
				}
			}
			for _, name := range tc.files {
				if files[name] == "" {
					t.Errorf("%s is missing among %d files", name, len(files))
				}
			}
			if len(tc.files) > 0 && (files["report.csv"] != "a,b\n1,2" || files["b.bin"] != strings.Repeat("\x00\r\n", 100)) {
				t.Error("a file has changed")
			}
		})
	}
}

func TestEmailSaysWhatTheServerRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		header http.Header
		want   string
	}{
		{535, http.Header{"Mail-Stage": {"sign-in"}}, "Failed to send email notification: the mail server refused the sign-in; many providers want an app password instead of the account's own (535)"},
		{250, http.Header{"Mail-Refused": {"1"}}, "Failed to send email notification: the mail server refused 1 of 2 receivers; the others got the mail"},
	} {
		p := &post{status: tc.status, header: tc.header}
		got, err := notify(t, emailBlock, p, nil, mailArgs(map[string]any{"cc_receiver_email": "b@example.com"}))
		if diff := cmp.Diff(outcome(true, false, tc.want), got, results); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	got, err := notify(t, emailBlock, &post{}, nil, mailArgs(map[string]any{"sender_email_password": nil}))
	if diff := cmp.Diff(outcome(true, false, "Failed to send email notification: sender_email_password has no credential"), got, results); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAttackMailFields(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-5", "headers and receivers through the fields of a mail")
	evil := "\r\nBcc: evil@example.com"
	for name, args := range map[string]map[string]any{
		"subject": {"subject": "x" + evil}, "subject, LF": {"subject": "x\nBcc: evil@example.com"}, "subject, LS": {"subject": "x\u2028y"}, "a long subject": {"subject": strings.Repeat("x", 501)},
		"sender": {"sender_email": "a@example.com" + evil}, "receiver": {"receiver_email": "b@example.com" + evil}, "cc": {"cc_receiver_email": []any{"c@example.com\nX: y"}},
		"two in one": {"receiver_email": "b@example.com, evil@example.com"}, "no receiver": {"receiver_email": []any{}}, "two senders": {"sender_email": []any{"a@example.com", "b@example.com"}},
		"a number": {"receiver_email": int64(3)}, "51 receivers": {"bcc_receiver_email": many(51)},
		"attachment": {"attachments": map[string]any{"a\r\nContent-Type: text/html": "x"}}, "no name": {"attachments": map[string]any{"..": "x"}},
		"a large attachment": {"attachments": map[string]any{"a": strings.Repeat("x", 15<<20), "b": "x"}}, "a long text": {"message_parameters": map[string]any{"x": strings.Repeat("x", 1<<20)}, "message": "{{ $parameters.x }}{{ $parameters.x }}"},
	} {
		p := &post{}
		_, err := notify(t, emailBlock, p, nil, mailArgs(args))
		a.Attempt(err != nil || len(p.requests) == 0, "%s: sent %v", name, p.requests)
	}
	p := &post{}
	_, err := notify(t, emailBlock, p, nil, mailArgs(map[string]any{"message": "x\r\n.\r\nMAIL FROM:<evil@example.com>\rRCPT\n\n.\n", "sender_email": `"x\"y" <a@example.com>`}))
	header, text, _ := parts(t, p.bodies[0])
	a.Attempt(err == nil && header.Get("From") == "<a@example.com>" && !strings.Contains(p.bodies[0], evil[2:]) && strings.HasPrefix(text, "x\r\n.\r\n"), "%v %s", err, text)
}

func many(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = strings.Repeat("b", i+1) + "@example.com"
	}
	return all
}
