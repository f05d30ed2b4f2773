package sink

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// mailTimeout bounds one mail. A server may scan it before it answers.
const mailTimeout = 2 * time.Minute

const passwordField = "sender_email_password"

// email sends one mail for each element.
type email struct{ notification }

func newEmail(step engine.Step) (engine.Block, error) {
	n, err := newNotification(step)
	return &email{n}, err
}

// Run sends the mail, unless sinks are disabled for the run or the step. Even with fire_and_forget it waits for
// the server, because nothing of a run may outlive its right to act, and it reports the server's answer.
func (b *email) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	if result, ok := held(call); ok {
		return result, nil
	}
	m, err := b.compose(ctx, call)
	if err != nil {
		return engine.Result{}, err
	}
	return sent(ctx, "email notification", sendMail(ctx, call, m))
}

// compose reads the fields of a message.
func (b *email) compose(ctx context.Context, call *engine.Call) (m mail, err error) {
	m.subject, _ = call.Arg("subject").(string)
	if m.text, m.files, err = b.text(ctx, call); err != nil {
		return m, err
	}
	m.files, err = attachments(ctx, call, m.files)
	return m, err
}

// sendMail hands a mail to the egress. The head of the request is the envelope, and the body is
// the message.
func sendMail(ctx context.Context, call *engine.Call, m mail) (err error) {
	if m.envelope, err = readEnvelope(call); err != nil {
		return err
	}
	if !engine.IsSlot(call.Arg(passwordField)) {
		return engine.Failf(engine.ClientCaused, "%s has no credential", passwordField)
	}
	message, err := m.encode(call.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "MAIL", mailServer(call), bytes.NewReader(message))
	if err != nil {
		return engine.Failf(engine.ClientCaused, "smtp_server is no host name").Because(err)
	}
	request.Header.Set("Mail-From", m.sender)
	for _, receiver := range m.receivers() {
		request.Header.Add("Rcpt-To", receiver)
	}
	client, err := call.Outbound.Client(ctx, call.NewAttempt(), passwordField)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // it is empty
	return mailAnswer(answer, len(m.receivers()))
}

// mailServer returns the address of the server. On any port but 465, TLS starts with STARTTLS, as in mail
// programs.
func mailServer(call *engine.Call) string {
	host, _ := call.Arg("smtp_server").(string)
	port, ok := call.Arg("smtp_port").(int64)
	if !ok {
		port = 465
	}
	scheme := "smtp://"
	if port == 465 {
		scheme = "smtps://"
	}
	return scheme + net.JoinHostPort(host, strconv.FormatInt(port, 10))
}

var mailStages = map[string]string{
	"greeting": "the mail server takes no mail now", "sender": "the mail server refused the sender", "receiver": "the mail server refused the receivers",
	"message": "the mail server refused the message", "sign-in": "the mail server refused the sign-in; many providers want an app password instead of the account's own",
}

// mailAnswer turns the answer of the egress into an error. The egress does not forward text of the
// server.
func mailAnswer(answer *http.Response, receivers int) error {
	refused := answer.Header.Get("Mail-Refused")
	switch {
	case answer.StatusCode < 400 && refused == "":
		return nil
	case answer.StatusCode < 400:
		return &saidNo{fmt.Sprintf("the mail server refused %s of %d receivers; the others got the mail", refused, receivers)}
	}
	return &saidNo{fmt.Sprintf("%s (%d)", mailStages[answer.Header.Get("Mail-Stage")], answer.StatusCode)}
}
