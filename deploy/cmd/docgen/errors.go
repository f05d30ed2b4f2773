package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// reasonFile has the catalogue of reasons. It is read as source, because compiled
// descriptors have no comments.
const reasonFile = "proto/keyhole/errors/v1/reason.proto"

var reasonLine = regexp.MustCompile(`^  REASON_([A-Z0-9_]+) = \d+;`)

func errorsPage() (string, error) {
	file, err := os.Open(reasonFile)
	if err != nil {
		return "", fmt.Errorf("run it from the repository's top: %w", err)
	}
	defer func() { _ = file.Close() }()
	var b strings.Builder
	b.WriteString("# Errors\n\nEvery error is a `google.rpc.Status`: a code, a message for people, and an `ErrorInfo` of the domain `keyhole.dev` whose\n" +
		"`reason` is for machines. The HTTP status follows from the code, with two exceptions: an exhausted budget is 402, and a request or a result that is too large is 413.\n\n| reason | when |\n|---|---|\n")
	var comment []string
	var found bool
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "  // "); ok {
			comment = append(comment, text)
			continue
		}
		if m := reasonLine.FindStringSubmatch(line); m != nil && m[1] != "UNSPECIFIED" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", m[1], strings.Join(comment, " "))
			found = true
		}
		comment = nil
	}
	if !found {
		return "", errors.New("no reason found in " + reasonFile)
	}
	return b.String(), nil
}
