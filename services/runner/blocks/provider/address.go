package provider

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// address is where a question goes, and with which credentials.
type address struct {
	base string
	// query has the parameters of the base, which every call repeats: one provider wants
	// its API's version there.
	query [][2]string
	// slots are the fields that hold credentials.
	slots []string
}

// metered is the slot that tokens are counted for.
func (a address) metered() string {
	if len(a.slots) == 0 {
		return ""
	}
	return a.slots[0]
}

// toAPI is an address that the block knows itself.
func toAPI(base, slot string) address { return address{base: base, slots: []string{slot}} }

// addressOf reads base_url and api_key. It checks the form alone: where a run may call
// to is the egress's to say.
func addressOf(call *engine.Call) (a address, err error) {
	if key := call.Arg("api_key"); key != nil && key != "" { // local servers need none
		a.slots = append(a.slots, "api_key")
	}
	text, _ := call.Arg("base_url").(string)
	if host, ok := engine.HostOf(text); ok {
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
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return a, engine.Failf(engine.ClientCaused, "the query of base_url cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		for _, v := range parameters[name] {
			a.query = append(a.query, [2]string{name, v})
		}
	}
	text, _, _ = strings.Cut(text, "?")
	a.base = strings.TrimRight(text, "/") + "/"
	return a, nil
}
