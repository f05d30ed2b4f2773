package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/mailserver"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/mail"
)

const canary = "Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeU"

const message = "Subject: hello\r\n\r\nfirst\r\n.\r\n..two\r\nRCPT TO:<evil@example.com>\r\n"

// client trusts a test server and allows the listed destinations.
func client(t *testing.T, s *mailserver.Server, allow ...string) *mail.Client {
	t.Helper()
	rules, err := egress.ParseRules(allow, false)
	if err != nil {
		t.Fatal(err)
	}
	return mail.New(egress.Config{Rules: rules, RootCAs: s.Roots()})
}

// request is a mail from a to b and c.
func request(t *testing.T, url, text string) egress.Request {
	t.Helper()
	d, err := egress.ParseDestination(url)
	if err != nil {
		t.Fatal(err)
	}
	return egress.Request{
		Method: mail.Send, URL: url, Body: strings.NewReader(text), Destinations: []egress.Destination{d},
		Header: http.Header{mail.HeaderSender: {"a@example.com"}, mail.HeaderReceiver: {"b@example.com", "c@example.org"}},
		Slots:  egress.Slots{{Kind: egress.Mail, Secret: secret.FromString(canary)}},
	}
}

// do makes a call. Neither the answer nor the error may hold the password.
func do(t *testing.T, c *mail.Client, req egress.Request) (*egress.Response, *egress.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	resp, err := c.Do(ctx, req)
	if strings.Contains(fmt.Sprintf("%+v %+v", resp, err), canary[:12]) {
		t.Errorf("the password gets out: %+v %v", resp, err)
	}
	if err == nil {
		return resp, nil
	}
	e, ok := errors.AsType[*egress.Error](err)
	if !ok {
		t.Fatalf("an error of type %T: %v", err, err)
	}
	return resp, e
}

func TestMailIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, config := range []mailserver.Config{
		{Mode: mailserver.Implicit}, {Mode: mailserver.StartTLS}, {Mode: mailserver.Implicit, Mechanisms: "LOGIN XOAUTH2"}, {Mode: mailserver.Never},
	} {
		s := mailserver.Start(t, config)
		resp, err := do(t, client(t, s, s.Address()), request(t, s.URL(), message))
		if err != nil || resp.Status != 250 || len(resp.Header) != 0 {
			t.Fatalf("%+v: %+v %v", config, resp, err)
		}
		mails, logins := s.Mails(), s.Logins()
		if len(mails) != 1 || len(logins) != 1 || s.Connections() != 1 {
			t.Fatalf("%d mails, %d logins", len(mails), len(logins))
		}
		if m := mails[0]; m.Sender != "a@example.com" || strings.Join(m.Receivers, " ") != "b@example.com c@example.org" || m.Text != message {
			t.Errorf("the server got %+v", m)
		}
		if l := logins[0]; l.User != "a@example.com" || l.Password != canary || l.Secure == (config.Mode == mailserver.Never) {
			t.Errorf("the server got the login %+v", l)
		}
	}
}

func TestTheUserOfACredentialSignsIn(t *testing.T) {
	t.Parallel()
	s := mailserver.Start(t, mailserver.Config{Password: canary})
	req := request(t, s.URL(), message)
	req.Method, req.Body, req.Header, req.Slots[0].Name = mail.SignIn, nil, nil, "apikey"
	if resp, err := do(t, client(t, s, s.Address()), req); err != nil || resp.Status != 235 {
		t.Fatalf("%+v %v", resp, err)
	}
	req.Slots[0].Secret = secret.FromString("another password")
	if resp, err := do(t, client(t, s, s.Address()), req); err != nil || resp.Status != 535 || resp.Header.Get(mail.HeaderStage) != "sign-in" {
		t.Fatalf("%+v %v", resp, err)
	}
	if l := s.Logins(); len(l) != 2 || l[0].User != "apikey" || len(s.Mails()) != 0 {
		t.Errorf("%+v", l)
	}
}

// A server may refuse at each stage. Receivers that it refuses do not stop the others.
func TestARefusalNamesItsStage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prefix, reply  string
		status         int
		stage, refused string
		mails          int
	}{
		"greeting":      {"", "554 no\r\n", 554, "greeting", "", 0},
		"sign in":       {"AUTH", "454 later\r\n", 454, "sign-in", "", 0},
		"sender":        {"MAIL", "553 not yours\r\n", 553, "sender", "", 0},
		"one receiver":  {"RCPT TO:<b", "550 unknown\r\n", 250, "", "1", 1},
		"all receivers": {"RCPT", "550 unknown\r\n", 550, "receiver", "2", 0},
		"data":          {"DATA", "451 busy\r\n", 451, "message", "", 0},
		"message":       {".", "552 too big\r\n", 552, "message", "", 0},
	} {
		s := mailserver.Start(t, mailserver.Config{Reply: func(command string) (string, bool) {
			return tc.reply, command == tc.prefix || tc.prefix != "" && strings.HasPrefix(command, tc.prefix)
		}})
		resp, err := do(t, client(t, s, s.Address()), request(t, s.URL(), message))
		if err != nil || resp.Status != tc.status || resp.Header.Get(mail.HeaderStage) != tc.stage || resp.Header.Get(mail.HeaderRefused) != tc.refused {
			t.Errorf("%s: %+v %v", name, resp, err)
		}
		if len(s.Mails()) != tc.mails {
			t.Errorf("%s: %d mails", name, len(s.Mails()))
		}
	}
}

func TestServersThatBreakOff(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"no SMTP": "HTTP/1.1 400 Bad Request\r\n\r\n", "endless": strings.Repeat("220-"+strings.Repeat("x", 900)+"\r\n", 600), "a code that is none": "299 what\r\n",
	} {
		s := mailserver.Start(t, mailserver.Config{Reply: func(command string) (string, bool) { return reply, command == "" }})
		if resp, err := do(t, client(t, s, s.Address()), request(t, s.URL(), message)); err == nil || len(s.Logins()) != 0 {
			t.Errorf("%s: %+v", name, resp)
		}
	}
}
