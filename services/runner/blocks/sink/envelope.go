package sink

import (
	netmail "net/mail"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// maxReceivers bounds the receivers of one mail. The egress accepts no more.
const maxReceivers = 50

// envelope has the sender and the receivers of a mail.
type envelope struct {
	sender      string
	to, cc, bcc []string
}

// receivers returns all receivers without duplicates.
func (e envelope) receivers() []string {
	all := slices.Concat(e.to, e.cc, e.bcc)
	slices.Sort(all)
	return slices.Compact(all)
}

func readEnvelope(call *engine.Call) (e envelope, err error) {
	senders, err := addresses(call, "sender_email")
	if err != nil {
		return e, err
	}
	if len(senders) != 1 {
		return e, engine.Failf(engine.ClientCaused, "sender_email must be one address")
	}
	e.sender = senders[0]
	for field, into := range map[string]*[]string{"receiver_email": &e.to, "cc_receiver_email": &e.cc, "bcc_receiver_email": &e.bcc} {
		if *into, err = addresses(call, field); err != nil {
			return e, err
		}
	}
	switch n := len(e.receivers()); {
	case n == 0:
		return e, engine.Failf(engine.ClientCaused, "receiver_email has no address")
	case n > maxReceivers:
		return e, engine.Failf(engine.LimitsCaused, "a mail has at most %d receivers", maxReceivers)
	}
	return e, nil
}

// addresses reads an address or a list of them. It drops names before an address ("Ann <ann@example.com>").
func addresses(call *engine.Call, field string) ([]string, error) {
	given, isList := call.Arg(field).([]any)
	if one, ok := call.Arg(field).(string); ok {
		given = []any{one}
	} else if !isList && call.Arg(field) != nil {
		return nil, engine.Failf(engine.ClientCaused, "%s must be an address or a list of addresses", field)
	}
	var all []string
	for _, v := range given {
		text, _ := v.(string)
		parsed, err := netmail.ParseAddress(text)
		if err != nil || len(text) > 500 {
			return nil, engine.Failf(engine.ClientCaused, "%s has %.80q, which is no address like name@example.com", field, text)
		}
		all = append(all, parsed.Address)
	}
	return all, nil
}
