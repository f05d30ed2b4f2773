package e2e_test

import (
	"testing"
	"time"
)

// limit bounds operations that take a second on an idle machine, so that a busy machine is
// not a failure.
const limit = 5 * time.Second

// cases leave an installation usable, so they share one. Cases that end programs have their
// own installations.
var cases = []struct {
	name string
	run  func(*testing.T, *installation)
}{
	{"the main path", mainPath},
	{"a photograph through the demo's private model", photograph},
	{"Roboflow's clients", roboflow},
	{"Roboflow's clients beyond runs", platform},
	{"text is read in every workspace", readsText},
	{"whole numbers, wrappers and kinds", wholeNumbers},
	{"a tour of every RPC", tour},
	{"templates", readsTemplates},
	{"inputs that decide models", chooseModels},
	{"providers that misbehave", misbehave},
	{"webhooks", webhooks},
	{"empty credentials", emptyCredentials},
	{"revocation in flight", revoke},
	{"traces", traces},
	{"two tenants", isolation},
	{"gRPC", grpcEndpoints},
	{"names as the client prints them", names},
	{"every command of the client", commands},
}

func TestKeyhole(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{demo: true, traces: true})
		// It compares the demo's usage before and after, so it runs alone.
		t.Run("the acceptance walk", func(t *testing.T) { acceptance(t, in) })
		t.Run("cases", func(t *testing.T) {
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(t, in)
				})
			}
		})
		// Alone, so that any growth is its own.
		t.Run("bad input", func(t *testing.T) { badInput(t, in) })
		t.Run("every RPC was driven", func(t *testing.T) { in.checkDriven(t) })
	})
}
