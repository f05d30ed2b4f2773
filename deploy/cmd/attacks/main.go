// Command attacks prints the log of the attack tests as a table: claim, attack,
// attempts, blocked. It exits with 1 when an attempt was not blocked, and when the
// log is empty.
//
//	attacks LOG
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: attacks LOG")
		os.Exit(2)
	}
	results, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(1)
	}
	if !table(os.Stdout, results) {
		os.Exit(1)
	}
}

func read(path string) ([]attack.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var results []attack.Result
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r attack.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(results)+1, err)
		}
		results = append(results, r)
	}
	if len(results) == 0 {
		return nil, errors.New("no attack was tried")
	}
	return merge(results), nil
}

// merge adds up the results of one attack, which several tests or subtests can make.
func merge(results []attack.Result) []attack.Result {
	byName := make(map[string]*attack.Result)
	for _, r := range results {
		key := r.Claim + "\t" + r.Name
		if sum, ok := byName[key]; ok {
			sum.Attempts += r.Attempts
			sum.Blocked += r.Blocked
			continue
		}
		byName[key] = &r
	}
	merged := make([]attack.Result, 0, len(byName))
	for _, r := range byName {
		merged = append(merged, *r)
	}
	slices.SortFunc(merged, func(a, b attack.Result) int {
		return cmp.Or(cmp.Compare(len(a.Claim), len(b.Claim)), cmp.Compare(a.Claim, b.Claim), cmp.Compare(a.Name, b.Name))
	})
	return merged
}

// table reports whether every attempt was blocked.
func table(w io.Writer, results []attack.Result) bool {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CLAIM\tATTACK\tATTEMPTS\tBLOCKED\t")
	held := true
	for _, r := range results {
		mark := ""
		if r.Blocked != r.Attempts {
			mark, held = "NOT BLOCKED", false
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\n", r.Claim, r.Name, r.Attempts, r.Blocked, mark)
	}
	_ = t.Flush()
	return held
}
