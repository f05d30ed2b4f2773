package provider

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// address is the destination of a question, with the credentials it needs.
type address struct {
	base string
	// query has the query parameters of the base URL, which every call repeats. Azure
	// expects its api-version there.
	query [][2]string
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

// toAPI returns the address of a provider's fixed API.
func toAPI(base, slot string) address { return address{base: base, slots: []string{slot}} }

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
