package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// read reads all records. An error names the line.
func read(source string) ([]*manifest.Manifest, error) {
	r := &reader{}
	for number, line := range strings.Split(source, "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := r.line(word, strings.TrimSpace(rest)); err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	return r.all, nil
}

// reader holds the record that is being read, and its last field.
type reader struct {
	all   []*manifest.Manifest
	m     *manifest.Manifest
	field *manifest.Field
}

func (r *reader) line(word, rest string) error {
	if word == "block" {
		r.m = &manifest.Manifest{Type: rest, Fields: []manifest.Field{}, Outputs: []manifest.Output{}}
		r.field = nil
		r.all = append(r.all, r.m)
		return nil
	}
	if r.m == nil {
		return fmt.Errorf("%q before a block", word)
	}
	switch word {
	case "alias":
		r.m.Aliases = append(r.m.Aliases, rest)
	case "title":
		r.m.Title = rest
	case "category":
		r.m.Category = rest
	case "help":
		r.m.Summary = rest
	case "engine":
		r.m.Engine = rest
	case "newer":
		r.m.ReplacedBy = rest
	case "reference":
		r.m.Reference = rest
	case "sink":
		r.m.Sink = true
	case "grows":
		r.m.Grows = true
	case "accepts_empty":
		r.m.AcceptsEmpty = true
	default:
		return r.structured(word, rest)
	}
	return nil
}

// structured reads the lines that have parts.
func (r *reader) structured(word, rest string) error {
	switch word {
	case "cannot":
		reason, words, _ := strings.Cut(rest, " ")
		r.m.NotRunnable = &manifest.NotRunnable{Reason: manifest.Reason(reason), Words: words}
		return nil
	case "cannot_with":
		return r.cannotWith(rest)
	case "network":
		d := destination(rest)
		r.m.Network = &d
		return nil
	case "output_offset":
		return number(rest, &r.m.OutputOffset)
	case "input_offset":
		field, offset, _ := strings.Cut(rest, " ")
		n := 0
		err := number(offset, &n)
		if r.m.InputOffsets == nil {
			r.m.InputOffsets = map[string]int{}
		}
		r.m.InputOffsets[field] = n
		return err
	case "output":
		name, kinds, _ := strings.Cut(rest, ": ")
		r.m.Outputs = append(r.m.Outputs, manifest.Output{Name: name, Kinds: strings.Split(kinds, ", ")})
		return nil
	case "model":
		field, task, _ := strings.Cut(rest, " ")
		r.m.Models = append(r.m.Models, manifest.Model{Field: field, Task: task})
		return nil
	case "uses":
		id, task, _ := strings.Cut(rest, " ")
		r.m.Models = append(r.m.Models, manifest.Model{Task: task, Defaults: []string{id}})
		return nil
	case "dynamic":
		rest, lower := strings.CutSuffix(rest, " lower")
		field, kind, _ := strings.Cut(rest, " ")
		r.m.DynamicOutputs = &manifest.DynamicOutputs{Field: field, Kinds: []string{kind}, Lower: lower}
		return nil
	case "rule":
		return r.rule(rest)
	}
	return r.ofField(word, rest)
}

// cannotWith reads `field "value" reason words`.
func (r *reader) cannotWith(rest string) error {
	field, rest, _ := strings.Cut(rest, ` "`)
	value, rest, ok := strings.Cut(rest, `" `)
	if !ok {
		return fmt.Errorf("%q is no condition", rest)
	}
	reason, words, _ := strings.Cut(rest, " ")
	r.m.NotRunnableWith = append(r.m.NotRunnableWith, manifest.NotRunnableWith{
		Field: field, Value: value, NotRunnable: manifest.NotRunnable{Reason: manifest.Reason(reason), Words: words},
	})
	return nil
}

func number(text string, into *int) (err error) {
	*into, err = strconv.Atoi(text)
	return err
}

func (r *reader) rule(rest string) error {
	condition, needs, ok := strings.Cut(rest, " needs ")
	field, values, more := strings.Cut(condition, " ")
	if !ok || !more {
		return fmt.Errorf("%q is no rule", rest)
	}
	rule := manifest.Rule{Field: field, Needs: needs}
	for value := range strings.SplitSeq(values, ",") {
		rule.Values = append(rule.Values, strings.Trim(value, `"`))
	}
	r.m.Rules = append(r.m.Rules, rule)
	return nil
}
