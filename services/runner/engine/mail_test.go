package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
)

// mailbox is the mail server of a case whose mail the reference's test replaces. It accepts all.
type mailbox struct {
	mu    sync.Mutex
	mails []received
}

type received struct{ receiver, subject string }

// Client implements engine.Outbound.
func (m *mailbox) Client(context.Context, engine.Attempt, ...string) (*http.Client, error) {
	return &http.Client{Transport: m}, nil
}

// RoundTrip answers as the egress does for a mail.
func (m *mailbox) RoundTrip(r *http.Request) (*http.Response, error) {
	message, err := mail.ReadMessage(r.Body)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, received{strings.Join(r.Header["Rcpt-To"], " "), message.Header.Get("Subject")})
	return &http.Response{StatusCode: 250, Body: http.NoBody, Request: r}, nil
}

const mailBlock = "roboflow_core/email_notification@v2"

// withMail names a mail server in the steps that would send through the vendor's account.
func withMail(document []byte) []byte {
	var d map[string]any
	if !strings.Contains(string(document), mailBlock) || json.Unmarshal(document, &d) != nil {
		return document
	}
	steps, _ := d["steps"].([]any)
	for _, s := range steps {
		if step, _ := s.(map[string]any); step["type"] == mailBlock && step["email_provider"] != "Custom SMTP" {
			step["email_provider"], step["smtp_server"], step["sender_email"] = "Custom SMTP", "smtp.example.com", "cases@example.com"
			step["sender_email_password"] = "$credentials.mail"
		}
	}
	out, err := json.Marshal(d)
	if err != nil {
		return document
	}
	return out
}

// holds compares the mails with those that a case expects. The reference's parameters are not compared: the cases have
// them before their operations.
func (m *mailbox) holds(c *conformance.Case) error {
	var want struct {
		Service, Receiver, Subject string
		Calls                      *int
	}
	if len(c.Expect.SideEffects) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Expect.SideEffects, &want); err != nil || want.Service != "email_sender" {
		return err
	}
	if want.Calls != nil && len(m.mails) != *want.Calls {
		return fmt.Errorf("%d mails were sent, want %d", len(m.mails), *want.Calls)
	}
	for _, got := range m.mails {
		if want.Receiver != "" && got.receiver != want.Receiver || want.Subject != "" && got.subject != want.Subject {
			return fmt.Errorf("a mail about %q went to %s", got.subject, got.receiver)
		}
	}
	return nil
}
