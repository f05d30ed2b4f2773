// Command conformance prints the results of the conformance suite. Its last line is "N
// passed, N failed, N skipped". It exits with 1 if a case failed or no case ran.
//
//	conformance LOG   LOG is the file named by KEYHOLE_CONFORMANCE_LOG
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: conformance LOG")
		os.Exit(2)
	}
	results, err := read(os.Args[1])
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("No conformance case ran: the cases are not on this machine. Run make conformance CASES=DIR.")
	} else if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
	if failed := report(os.Stdout, results); failed > 0 || (len(results) == 0 && os.Getenv("CI") != "") {
		os.Exit(1)
	}
}

func read(path string) ([]conformance.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var results []conformance.Result
	for lines := json.NewDecoder(f); ; {
		var r conformance.Result
		if err := lines.Decode(&r); errors.Is(err, io.EOF) {
			return results, nil
		} else if err != nil {
			return nil, fmt.Errorf("result %d: %w", len(results)+1, err)
		}
		results = append(results, r)
	}
}

// report prints the failures, the reasons for skipping and the line of totals.
func report(w io.Writer, results []conformance.Result) (failed int) {
	total, reasons := map[string]int{}, map[string]int{}
	for _, r := range results {
		total[r.Outcome]++
		switch r.Outcome {
		case "failed":
			fmt.Fprintf(w, "FAILED %s: %s\n", r.Case, r.Reason)
		case "skipped":
			reasons[r.Reason]++
		}
	}
	byCount := func(a, b string) int { return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b)) }
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), byCount) {
		fmt.Fprintf(w, "%5d skipped: %s\n", reasons[reason], reason)
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", total["passed"], total["failed"], total["skipped"])
	return total["failed"]
}
