package mail

import (
	"net/textproto"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// Methods of requests.
const (
	// Send sends the message in the body.
	Send = "MAIL"
	// SignIn signs in and sends nothing.
	SignIn = "NOOP"
)

// Headers of requests: the envelope. The message has its own headers, in the body.
const (
	HeaderSender   = "Mail-From"
	HeaderReceiver = "Rcpt-To" // one for each receiver
)

const (
	// maxReceivers bounds the receivers of a mail.
	maxReceivers = 50
	// maxAddress and maxLocal bound an address and the part before its @, in bytes (RFC 5321, 4.5.3.1).
	maxAddress, maxLocal = 254, 64
)

// order is a checked request.
type order struct {
	to        egress.Destination
	user      string
	password  secret.Secret
	sender    string
	receivers []string
}

// admit makes all checks of a request that need no connection.
func (c *Client) admit(req egress.Request) (order, error) {
	var o order
	var err error
	if o.to, err = egress.ParseDestination(req.URL); err != nil {
		return o, err
	}
	if !o.to.IsMail() || !slices.Contains(req.Destinations, o.to) {
		return o, egress.Refuse(egress.RefusedDestination, "%s is not a mail server of this credential", o.to)
	}
	if err := c.rules.Check(o.to); err != nil {
		return o, err
	}
	if len(req.Slots) != 1 || req.Slots[0].Kind != egress.Mail {
		return o, egress.Refuse(egress.RefusedRequest, "a mail needs one credential, which is the password of the mail server")
	}
	if err := req.Slots[0].Check(); err != nil {
		return o, err
	}
	o.user, o.password = req.Slots[0].Name, req.Slots[0].Secret
	switch req.Method {
	case SignIn:
		return o, o.needUser()
	case Send:
		return o, o.setEnvelope(textproto.MIMEHeader(req.Header))
	}
	return o, egress.Refuse(egress.RefusedRequest, "the method of a call to a mail server must be %s or %s", Send, SignIn)
}

func (o *order) needUser() error {
	if o.user == "" {
		return egress.Refuse(egress.RefusedRequest, "the credential has no user name for the mail server")
	}
	return nil
}

// setEnvelope reads the sender and the receivers. The sender is the user unless the credential has one.
func (o *order) setEnvelope(header textproto.MIMEHeader) error {
	senders := header.Values(HeaderSender)
	if len(senders) != 1 || !isAddress(senders[0]) {
		return egress.Refuse(egress.RefusedRequest, "a mail needs one sender, an address like name@example.com")
	}
	o.sender = senders[0]
	if o.user == "" {
		o.user = o.sender
	}
	for _, r := range header.Values(HeaderReceiver) {
		if !isAddress(r) {
			return egress.Refuse(egress.RefusedRequest, "a receiver is not an address like name@example.com")
		}
		if !slices.Contains(o.receivers, r) {
			o.receivers = append(o.receivers, r)
		}
	}
	if len(o.receivers) == 0 || len(o.receivers) > maxReceivers {
		return egress.Refuse(egress.RefusedRequest, "a mail needs from 1 to %d receivers", maxReceivers)
	}
	return nil
}

// isAddress accepts an address that stands in a command of SMTP as it is: an atom of ASCII, an @ and a domain name. It
// refuses quoted names, comments and address literals, which servers read in different ways.
func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > maxAddress || local == "" || len(local) > maxLocal || strings.Trim(local, localCharacters) != "" {
		return false
	}
	if strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, lettersDigits+"-") != "" {
			return false
		}
	}
	return true
}

const (
	lettersDigits   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	localCharacters = lettersDigits + ".!#$%&'*+-/=?^_`{|}~"
)
