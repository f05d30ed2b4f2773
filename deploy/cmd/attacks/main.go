// Command attacks prints the attempts of the attack tests as a table: claim, attack,
// attempts, blocked. It exits with 1 if an attempt was not blocked or a test did not run.
//
//	attacks -pattern                  prints the tests to run, for go test -run
//	go test -json ... | attacks LOG   LOG is the file named by KEYHOLE_ATTACK_LOG
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
		fmt.Fprintln(os.Stderr, "usage: attacks -pattern | go test -json ... | attacks LOG")
		os.Exit(2)
	}
	if os.Args[1] == "-pattern" {
		fmt.Println(pattern())
		return
	}
	held, err := report(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
	}
	if err != nil || !held {
		os.Exit(1)
	}
}

func report(log string) (held bool, err error) {
	ran, err := follow(os.Stdin, os.Stderr)
	if err != nil {
		return false, err
	}
	results, err := read(log)
	if err != nil {
		return false, err
	}
	return table(os.Stdout, merge(append(results, ran.results()...))) && !ran.failed, nil
}

func read(path string) ([]attack.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var results []attack.Result
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var r attack.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(results)+1, err)
		}
		results = append(results, r)
	}
	if len(results) == 0 {
		return nil, errors.New("no attack test ran")
	}
	return results, lines.Err()
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
