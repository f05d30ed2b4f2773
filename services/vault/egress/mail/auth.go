package mail

import (
	"net/smtp"
	"slices"
	"strings"
)

// mechanism chooses how to sign in of what a server offers; nil if nothing fits. Both send the password as it is, so
// the caller has checked that there is TLS.
func (o order) mechanism(offered string) smtp.Auth {
	names := strings.Fields(strings.ToUpper(offered))
	switch {
	case slices.Contains(names, "PLAIN"):
		return plain{o}
	case slices.Contains(names, "LOGIN"):
		return &login{order: o}
	}
	return nil
}

// plain is AUTH PLAIN (RFC 4616).
type plain struct{ order }

// Start implements smtp.Auth.
func (p plain) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", append([]byte("\x00"+p.user+"\x00"), p.password.Expose()...), nil
}

// Next implements smtp.Auth.
func (p plain) Next(_ []byte, more bool) ([]byte, error) { return nil, unexpected(more) }

// login is AUTH LOGIN, which some servers offer alone. The server asks for the user and then for the password; its words
// differ, so only their order counts.
type login struct {
	order
	asked int
}

// Start implements smtp.Auth.
func (l *login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

// Next implements smtp.Auth.
func (l *login) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	l.asked++
	switch l.asked {
	case 1:
		return []byte(l.user), nil
	case 2:
		return l.password.Expose(), nil
	}
	return nil, unexpected(true)
}

func unexpected(more bool) error {
	if more {
		return errChallenge
	}
	return nil
}
