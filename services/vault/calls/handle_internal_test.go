package calls

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// The peer is checked against the handle, even where the access rule would admit several
// peers.
func TestBoundToPeerTimeAndDestination(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := &InternalHandlers{now: func() time.Time { return now }}
	good := handle{Peer: "runner", Calls: 1, Destination: "https://api.openai.com:443", Expiry: now.Add(time.Second).UnixMilli()}
	const url = "https://api.openai.com/v1/chat/completions"
	if err := s.checkBinding(&good, "runner", url); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*handle){
		"another peer": func(h *handle) { h.Peer = "runner2" }, "no peer": func(h *handle) { h.Peer = "" },
		"two calls": func(h *handle) { h.Calls = 2 }, "over": func(h *handle) { h.Expiry = now.UnixMilli() },
		"another host": func(h *handle) { h.Destination = "https://api.openai.com.evil:443" },
		"another port": func(h *handle) { h.Destination = "https://api.openai.com:8443" },
	} {
		h := good
		spoil(&h)
		if s.checkBinding(&h, "runner", url) == nil {
			t.Errorf("%s: let through", name)
		}
	}
	if s.checkBinding(&handle{Calls: 1, Destination: good.Destination, Expiry: good.Expiry}, "", url) == nil {
		t.Error("nobody may use a handle of nobody's")
	}
}

// A handle decodes as it was minted, and no other bytes decode.
func TestHandleForm(t *testing.T) {
	t.Parallel()
	s := &InternalHandlers{handleKey: secret.New(make([]byte, 32))}
	rapid.Check(t, func(t *rapid.T) {
		var want handle
		for _, text := range want.texts() {
			*text = rapid.String().Draw(t, "text")
		}
		for _, n := range want.numbers() {
			*n = rapid.Int64().Draw(t, "number")
		}
		token := s.mint(&want)
		if len(token) > maxHandle {
			t.Skip("longer than any handle is")
		}
		got, err := s.open(token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Fatal(diff)
		}
		cut := want.marshal()
		cut = cut[:rapid.IntRange(0, len(cut)-1).Draw(t, "cut")]
		if (&handle{}).unmarshal(cut) == nil {
			t.Fatal("a part of a handle was read as one")
		}
	})
}
