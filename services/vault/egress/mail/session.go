package mail

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/smtp"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// session is one dialogue with a server.
type session struct {
	order
	tls *tls.Config
	// plaintext allows the password without TLS.
	plaintext bool
}

// run leads the dialogue to its end. Its error is not of SMTP; what the server refuses is an answer.
func (s *session) run(ctx context.Context, conn net.Conn, req egress.Request) (answer, error) {
	client, err := s.greet(ctx, conn)
	if err != nil {
		return refusedAt(stageGreeting, err)
	}
	if err := s.signIn(client); err != nil {
		return refusedAt(stageSignIn, err)
	}
	a := answer{code: codeSignedIn}
	if req.Method == Send {
		if a, err = s.send(client, req.Body); err != nil || a.code >= firstRefusal {
			return a, err
		}
	}
	_ = client.Quit() // the server has done what it was asked for
	return a, nil
}

// greet opens the dialogue, with TLS. What the server sent before STARTTLS is dropped with the connection's old reader.
func (s *session) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	if s.to.Scheme == "smtps" {
		secure := tls.Client(conn, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = secure
	}
	client, err := smtp.NewClient(conn, s.to.Host)
	if err != nil || s.to.Scheme == "smtps" {
		return client, err
	}
	if offered, _ := client.Extension("STARTTLS"); offered {
		return client, client.StartTLS(s.tls)
	}
	if !s.plaintext {
		return nil, egress.Refuse(egress.TLS, "the mail server does not offer TLS, and the password was not sent: use its port for TLS, mostly 465 or 587")
	}
	return client, nil
}

// signIn sends the password. It never leaves the dialogue without.
func (s *session) signIn(client *smtp.Client) error {
	if _, secure := client.TLSConnectionState(); !secure && !s.plaintext {
		return egress.Refuse(egress.TLS, "the connection to the mail server has no TLS, and the password was not sent")
	}
	_, mechanisms := client.Extension("AUTH")
	auth := s.mechanism(mechanisms)
	if auth == nil {
		return egress.Refuse(egress.BadResponse, "the mail server does not let anyone sign in with a password (AUTH PLAIN or LOGIN)")
	}
	return client.Auth(auth)
}

// send sends the envelope and the message. Receivers that the server refuses do not stop the others.
func (s *session) send(client *smtp.Client, message io.Reader) (answer, error) {
	if err := client.Mail(s.sender); err != nil {
		return refusedAt(stageSender, err)
	}
	a := answer{code: codeAccepted}
	for _, receiver := range s.receivers {
		if err := client.Rcpt(receiver); err != nil {
			refused, err := refusedAt(stageReceiver, err)
			if err != nil {
				return answer{}, err
			}
			a.refused, a.refusal = a.refused+1, refused.code
		}
	}
	if a.refused == len(s.receivers) {
		return answer{code: a.refusal, stage: stageReceiver, refused: a.refused}, nil
	}
	w, err := client.Data()
	if err != nil {
		return refusedAt(stageMessage, err)
	}
	// Without the last line the server drops the message, so a message that breaks off is not sent in part.
	if err := copyLines(w, message); err != nil {
		return answer{}, err
	}
	if err := w.Close(); err != nil {
		return refusedAt(stageMessage, err)
	}
	return a, nil
}
