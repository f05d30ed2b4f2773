package provider

import (
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// address is the destination of a question, with the credentials it needs.
type address struct {
	base string
	// query has the query parameters of the base URL, which every call repeats. Azure
	// expects its api-version there.
	query url.Values
	// headers are sent with every call. None is a secret.
	headers [][2]string
	// slots names the fields that hold credentials.
	slots []string
}

// metered returns the slot that tokens are counted for.
func (a address) metered() string {
	if len(a.slots) == 0 {
		return ""
	}
	return a.slots[0]
}

// through returns the address with the credential of a slot.
func (a address) through(slot string) address {
	a.slots = []string{slot}
	return a
}

// addressOf reads base_url and api_key. It checks only the form; the vault's egress
// decides which hosts a run may call.
func addressOf(call *engine.Call) (a address, err error) {
	if key := call.Arg("api_key"); key != nil && key != "" { // local servers need none
		a.slots = append(a.slots, "api_key")
	}
	text, _ := call.Arg("base_url").(string)
	if host, ok := engine.HostOf(call.Arg("base_url")); ok {
		a.slots = append(a.slots, "base_url")
		text = host
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return a, engine.Failf(engine.ClientCaused, "base_url must be an absolute http or https URL")
	case u.User != nil, u.Fragment != "":
		return a, engine.Failf(engine.ClientCaused, "base_url must not have a user or a fragment")
	}
	if a.query, err = url.ParseQuery(u.RawQuery); err != nil {
		return a, engine.Failf(engine.ClientCaused, "the query of base_url cannot be read")
	}
	text, _, _ = strings.Cut(text, "?")
	a.base = strings.TrimRight(text, "/") + "/"
	return a, nil
}
