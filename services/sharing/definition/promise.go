package definition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Promise maps each credential input of a link to a hash of all places that its value
// goes to. Clients send the same key under the same input name every day, so the owner
// must not be able to send it elsewhere by changing the version. A link makes its promise
// when it is created or rotated; no version, setting or fork changes it.
type Promise map[string]string

// Promise returns the promise of a new link to this definition.
func (a *Analysis) Promise() Promise {
	places := map[string][]string{}
	for _, sl := range a.Slots {
		if sl.VisitorInput != "" {
			places[sl.VisitorInput] = append(places[sl.VisitorInput], sl.promisedPlace())
		}
	}
	out := Promise{}
	for input, list := range places {
		slices.Sort(list)
		sum := sha256.Sum256(encoded(slices.Compact(list)))
		out[input] = hex.EncodeToString(sum[:16])
	}
	return out
}

// promisedPlace identifies what a visitor relies on: the provider, the part of the request
// and the address with its path. The owner may rename the step.
func (s Slot) promisedPlace() string {
	return strings.Join([]string{s.Provider, s.scheme, s.parameter, s.Destination, s.address}, "\x00")
}

// ParsePromise reads the text of a promise. An unreadable one promises nothing, so every
// client has to confirm the destinations.
func ParsePromise(text string) Promise {
	out := Promise{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return Promise{}
	}
	return out
}

// Text returns the promise as a share stores it.
func (p Promise) Text() string { return string(encoded(p)) }

// encoded returns JSON.
func encoded(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("definition: a list or map of strings always encodes: %v", err))
	}
	return raw
}

// Moved lists the inputs of a link whose values no longer go where the link promised.
type Moved struct {
	// Credentials are inputs that bring a credential to a place that was not promised.
	Credentials []string
	// Ordinary are inputs that were promised to take a credential and take data now.
	Ordinary []string
}

// MovedFrom compares a definition with the promise of a link.
func MovedFrom(link Promise, a *Analysis) Moved {
	var m Moved
	now := a.Promise()
	for _, in := range a.VisitorInterface.GetInputs() {
		name := in.GetName()
		place, is := now[name]
		was, promised := link[name]
		switch {
		case is && place != was:
			m.Credentials = append(m.Credentials, name)
		case !is && promised:
			m.Ordinary = append(m.Ordinary, name)
		}
	}
	return m
}
