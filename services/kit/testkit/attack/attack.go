// Package attack counts what the attack tests tried and what was blocked, so that
// `make attack` can print it as a table.
//
// A test of an attack is named TestAttack..., makes one Attack, and reports every
// attempt to it. An attempt that was not blocked fails the test.
package attack

import (
	"encoding/json"
	"os"
	"sync/atomic"
	"testing"
)

// LogVariable names the file that results are appended to. Unset, nothing is written.
const LogVariable = "KEYHOLE_ATTACK_LOG"

// Result is one line of the log.
type Result struct {
	// Claim is the row of docs/secure/threat-model.md that the attack belongs to, "A1".
	Claim string `json:"claim"`
	// Name describes the attack in a few words.
	Name string `json:"name"`
	// Test is the test's name.
	Test string `json:"test"`
	// Attempts and Blocked count what was tried and what did not succeed.
	Attempts int64 `json:"attempts"`
	Blocked  int64 `json:"blocked"`
}

// Attack counts the attempts of one test. It is safe for concurrent use.
type Attack struct {
	t                 testing.TB
	result            Result
	attempts, blocked atomic.Int64
}

// New starts an attack. When the test ends, its result is written to the log.
func New(t testing.TB, claim, name string) *Attack {
	t.Helper()
	a := &Attack{t: t, result: Result{Claim: claim, Name: name, Test: t.Name()}}
	t.Cleanup(a.write)
	return a
}

// Attempt reports one attempt. It fails the test, with the message, unless the
// attempt was blocked.
func (a *Attack) Attempt(blocked bool, format string, args ...any) {
	a.t.Helper()
	a.attempts.Add(1)
	if blocked {
		a.blocked.Add(1)
		return
	}
	a.t.Errorf(format, args...)
}

func (a *Attack) write() {
	a.result.Attempts, a.result.Blocked = a.attempts.Load(), a.blocked.Load()
	if a.result.Attempts == 0 {
		a.t.Errorf("attack %q tried nothing", a.result.Name)
	}
	path := os.Getenv(LogVariable)
	if path == "" {
		return
	}
	line, err := json.Marshal(a.result)
	if err != nil {
		a.t.Errorf("encode attack result: %v", err)
		return
	}
	// One short append is atomic: test processes share the file.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		a.t.Errorf("open attack log: %v", err)
		return
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		a.t.Errorf("write attack log: %v", err)
	}
	if err := f.Close(); err != nil {
		a.t.Errorf("close attack log: %v", err)
	}
}
