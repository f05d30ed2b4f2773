package conformance

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// LogVariable names the file that [Report] appends results to. If it is unset, nothing is
// written.
const LogVariable = "KEYHOLE_CONFORMANCE_LOG"

// Result is one line of the log.
type Result struct {
	// Case is "definition/case", or the ID of a query-language case.
	Case string `json:"case"`
	// Outcome is "passed", "failed" or "skipped".
	Outcome string `json:"outcome"`
	// Reason says why a case was skipped or how it failed.
	Reason string `json:"reason,omitempty"`
}

// Skip is the error of a case that cannot run here. Its text is the reason.
type Skip string

func (s Skip) Error() string { return string(s) }

// Report records how a case ended: nil means passed, a [Skip] means that it was not run, and
// any other error fails the test.
func Report(t testing.TB, name string, err error) {
	t.Helper()
	r := Result{Case: name, Outcome: "passed"}
	if skip, ok := errors.AsType[Skip](err); ok {
		r.Outcome, r.Reason = "skipped", string(skip)
	} else if err != nil {
		r.Outcome, r.Reason = "failed", err.Error()
		t.Errorf("%s: %v", name, err)
	}
	if path := os.Getenv(LogVariable); path != "" {
		if err := appendLine(path, r); err != nil {
			t.Errorf("record the result: %v", err)
		}
	}
}

// appendLine writes one line in one call, because the processes of several tests share the
// file.
func appendLine(path string, r Result) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}
