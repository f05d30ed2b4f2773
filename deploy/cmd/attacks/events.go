package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// pattern returns the argument of `go test -run` that runs every test of the table.
func pattern() string {
	names := []string{"TestAttack"}
	for _, t := range threats {
		for _, test := range t.tests {
			names = append(names, test+"$")
		}
	}
	return "^(" + strings.Join(names, "|") + ")"
}

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
}

// outcomes are the results of the tests that ran, by package and name.
type outcomes struct {
	passed map[string]bool
	failed bool
}

// follow reads the events of a test run. It prints what failing tests print, and a line
// for each package.
func follow(r io.Reader, w io.Writer) (*outcomes, error) {
	o := &outcomes{passed: make(map[string]bool)}
	printed := make(map[string][]string)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read test events: %w", err)
		}
		key := e.Package + "\t" + e.Test
		switch e.Action {
		case "output", "build-output":
			printed[key] = append(printed[key], e.Output)
		case "pass":
			if e.Test != "" {
				o.passed[key] = true
			}
			delete(printed, key)
		case "fail", "build-fail":
			o.failed = true
			if e.Test != "" {
				o.passed[key] = false
			}
			fmt.Fprint(w, strings.Join(printed[key], ""))
			delete(printed, key)
		}
	}
	return o, lines.Err()
}

// results counts, for each threat, the leaf tests at or below its names.
func (o *outcomes) results() []attack.Result {
	parents := make(map[string]bool)
	for key := range o.passed {
		for at := strings.LastIndexByte(key, '/'); at >= 0; at = strings.LastIndexByte(key[:at], '/') {
			if strings.Contains(key[:at], "\t") {
				parents[key[:at]] = true
			}
		}
	}
	var all []attack.Result
	for _, t := range threats {
		r := attack.Result{Claim: t.claim, Name: t.name}
		for _, test := range t.tests {
			ran := false
			for key, passed := range o.passed {
				_, name, _ := strings.Cut(key, "\t")
				if parents[key] || name != test && !strings.HasPrefix(name, test+"/") {
					continue
				}
				ran = true
				r.Attempts++
				if passed {
					r.Blocked++
				}
			}
			if !ran { // a test that was renamed or did not run must not count as a success
				r.Attempts++
			}
		}
		all = append(all, r)
	}
	return all
}
