package mail_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/mailserver"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/mail"
)

func TestAttackStrippedTLS(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-1", "a password for a mail server without TLS")
	stripped := func(command string) (string, bool) { return "454 TLS not available\r\n", command == "STARTTLS" }
	rules, err := egress.ParseRules([]string{"127.0.0.0/8"}, false)
	if err != nil {
		t.Fatal(err)
	}
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.1"} })
	for name, config := range map[string]mailserver.Config{
		"STARTTLS is not offered": {Mode: mailserver.Never},
		"STARTTLS is refused":     {Mode: mailserver.StartTLS, Reply: stripped},
	} {
		s := mailserver.Start(t, config)
		// The operator lists the network, but not this name.
		c := mail.New(egress.Config{Rules: rules, RootCAs: s.Roots(), Resolver: resolver})
		resp, err := do(t, c, request(t, "smtp://mail.example.net:"+port(s.Address()), message))
		a.Attempt(err != nil || resp.Status >= 400, "%s: no error", name)
		a.Attempt(s.Connections() == 1 && len(s.Logins()) == 0 && len(s.Mails()) == 0, "%s: the server got %v", name, s.Logins())
	}
	// A server with a certificate of another authority.
	s := mailserver.Start(t, mailserver.Config{})
	_, refused := do(t, mail.New(egress.Config{Rules: rules}), request(t, s.URL(), message))
	a.Attempt(refused != nil && refused.Kind == egress.TLS && len(s.Logins()) == 0, "a certificate that nobody trusts: %v", refused)
	// Answers that came before TLS are not those of the server.
	injected := mailserver.Start(t, mailserver.Config{Mode: mailserver.StartTLS, Reply: func(command string) (string, bool) {
		return "220 go ahead\r\n250-attacker\r\n250 AUTH XEVIL\r\n", command == "STARTTLS"
	}})
	resp, refused := do(t, client(t, injected, injected.Address()), request(t, injected.URL(), message))
	a.Attempt(refused == nil && resp.Status == 250 && injected.Logins()[0].Secure, "injected answers: %+v %v", resp, refused)
}

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

func TestAttackMailHeaders(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-2", "commands in the envelope and the message of a mail")
	s := mailserver.Start(t, mailserver.Config{})
	c := client(t, s, s.Address())
	for _, address := range []string{
		"", "b", "@example.com", "b@", "b@example.com\r\nRCPT TO:<evil@example.com>", "b@example.com\nX", "b@example.com> SIZE=1", "<b@example.com>", "b c@example.com",
		"\"b\"@example.com", "b@[127.0.0.1]", "b@exa mple.com", "b@@example.com", "b@example.com,evil@example.com", "b@example..com", "b@-example.com", ".b@example.com",
		"b..c@example.com", "b\x00@example.com", "é@example.com", strings.Repeat("b", 65) + "@example.com", "b@" + strings.Repeat("a.", 130) + "com",
	} {
		for _, header := range []string{mail.HeaderSender, mail.HeaderReceiver} {
			req := request(t, s.URL(), message)
			req.Header[header] = []string{address}
			_, err := do(t, c, req)
			a.Attempt(err != nil && err.Kind == egress.RefusedRequest && err.Unsent, "%s %q: %v", header, address, err)
		}
	}
	many := request(t, s.URL(), message)
	many.Header[mail.HeaderReceiver] = nil
	for i := range 51 {
		many.Header.Add(mail.HeaderReceiver, strings.Repeat("b", i+1)+"@example.com")
	}
	_, err := do(t, c, many)
	a.Attempt(err != nil, "51 receivers")
	for name, text := range map[string]string{
		"bare LF": "Subject: x\r\n\r\na\n.\nMAIL FROM:<evil@example.com>\r\n", "bare CR": "Subject: x\r\n\r\na\r.\rMAIL\r\n", "LF dot CRLF": "a\n.\r\nMAIL FROM:<e@example.com>\r\n",
		"CR dot": "a\r\n\r.\r\n", "NUL": "a\x00b\r\n", "no end": "a\r\nb", "a long line": strings.Repeat("a", 999) + "\r\n", "CR CR LF": "a\r\r\n.\r\r\n",
	} {
		_, err := do(t, c, request(t, s.URL(), text))
		a.Attempt(err != nil && err.Kind == egress.RefusedRequest, "%s: %v", name, err)
	}
	a.Attempt(len(s.Mails()) == 0, "the server accepted %d mails", len(s.Mails()))
	resp, err := do(t, c, request(t, s.URL(), "Subject: x\r\n\r\n.\r\nMAIL FROM:<evil@example.com>\r\n"))
	a.Attempt(err == nil && resp.Status == 250 && len(s.Mails()) == 1 && s.Mails()[0].Sender == "a@example.com", "a dot alone on a line: %+v %v", s.Mails(), err)
}

func TestAttackMailServerAddress(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-3", "a mail server inside the network")
	s := mailserver.Start(t, mailserver.Config{})
	c := client(t, s)
	for _, url := range []string{
		s.URL(), "smtp://" + s.Address(), "smtps://localhost:465", "smtps://[::1]:465", "smtps://169.254.169.254:465", "smtp://10.0.0.1:25", "smtp://mail.internal:25",
	} {
		_, err := do(t, c, request(t, url, message))
		a.Attempt(err != nil && err.Kind == egress.RefusedAddress && err.Unsent, "%s: %v", url, err)
	}
	// A public name with a private address among its addresses.
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.1", "8.8.8.8"} })
	rules, _ := egress.ParseRules(nil, false)
	c = mail.New(egress.Config{Rules: rules, RootCAs: s.Roots(), Resolver: resolver})
	_, err := do(t, c, request(t, "smtps://mail.attacker.com:"+port(s.Address()), message))
	a.Attempt(err != nil && err.Kind == egress.RefusedAddress, "a name with a private address: %v", err)
	for _, url := range []string{"smtps://a@b.com:465", "smtps://mail.example.com:465/x", "smtp://127.1:25", "smtp://0x7f.1:25", "smtps://mail.example.com:0", "smtp:mail.example.com", "smtps://mail.exa\r\nmple.com"} {
		_, err := egress.ParseDestination(url)
		a.Attempt(err != nil, "%q is a destination", url)
	}
	// A password goes to the destinations of its credential, over this protocol.
	other := request(t, s.URL(), message)
	other.Destinations = []egress.Destination{{Scheme: "smtps", Host: "mail.example.com", Port: 465}}
	_, err = do(t, client(t, s, s.Address()), other)
	a.Attempt(err != nil && err.Kind == egress.RefusedDestination, "another destination: %v", err)
	web := request(t, s.URL(), message)
	web.URL, web.Method = "https://"+s.Address()+"/", http.MethodGet
	web.Destinations = []egress.Destination{{Scheme: "https", Host: "127.0.0.1", Port: web.Destinations[0].Port}}
	_, webErr := egress.New(egress.Config{RootCAs: s.Roots()}).Do(t.Context(), web)
	a.Attempt(webErr != nil && s.Connections() == 0, "a password in a request of HTTP: %v", webErr)
}

func TestAttackMailServerEchoesThePassword(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-4", "a mail server that repeats the password")
	encoded := base64.StdEncoding.EncodeToString([]byte(canary))
	for _, stage := range []string{"", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"} {
		for _, code := range []string{"250", "354", "550"} {
			s := mailserver.Start(t, mailserver.Config{Reply: func(command string) (string, bool) {
				verb, _, _ := strings.Cut(command, " ")
				return code + "-" + canary + "\r\n" + code + " " + encoded + "\r\n", verb == stage
			}})
			resp, err := do(t, client(t, s, s.Address()), request(t, s.URL(), message)) // do looks for the password
			var text string
			if err != nil {
				text = err.Error()
			} else {
				text = strings.Join(resp.Header[mail.HeaderStage], " ")
			}
			a.Attempt(!strings.Contains(text, canary[:8]) && !strings.Contains(text, encoded[:8]), "%s %s: %s", stage, code, text)
		}
	}
}
