package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

func load(t *testing.T) *conformance.Suite {
	t.Helper()
	suite, err := conformance.Load(conformance.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// fragments are the insides of nested workflows, which name steps of the outer one and
// are not definitions on their own.
var fragments = map[string]bool{
	"inner_workflow_continue_if_inside_inner_with_crop_batch_line__inner_continue_if_only_outer_echo_name_matches_par": true,
}

// TestCompile compiles every definition whose blocks are in the catalogue or are stubs,
// and compares the outcome with what each case expects. A case that runs the definition
// is compiled too, and reported by the test that runs it.
func TestCompile(t *testing.T) {
	t.Parallel()
	suite := load(t)
	for i := range suite.Definitions {
		d := &suite.Definitions[i]
		for j := range d.Cases {
			c := &d.Cases[j]
			err := compile(suite, d, c)
			switch c.Operation {
			case "compile":
				conformance.Report(t, d.ID+"/"+c.Name, err)
			case "run":
				if _, skipped := errors.AsType[conformance.Skip](err); err != nil && !skipped {
					t.Errorf("%s/%s: %v", d.ID, c.Name, err)
				}
			}
		}
	}
}

// TestOtherOperations reports the cases that no test here runs.
func TestOtherOperations(t *testing.T) {
	t.Parallel()
	suite := load(t)
	for i := range suite.Definitions {
		for _, c := range suite.Definitions[i].Cases {
			if !slices.Contains([]string{"run", "compile", "describe_inputs"}, c.Operation) {
				conformance.Report(t, suite.Definitions[i].ID+"/"+c.Name, conformance.Skip("operation "+c.Operation+" of the reference's library"))
			}
		}
	}
}

func compile(suite *conformance.Suite, d *conformance.Definition, c *conformance.Case) error {
	switch core := manifest.Core(); {
	case !suite.Covered(core, d.Document(c)):
		return conformance.Skip("uses blocks that are not in the catalogue")
	case c.Operation == "run" && c.NeedsDynamicCode:
		return conformance.Skip("needs code that is not part of the cases")
	case strings.Contains(string(d.Document(c)), `"$unresolved"`):
		return conformance.Skip("has something in its definition that is not known")
	case c.Basis == "unverified":
		return conformance.Skip("taken from documents, never compiled by the reference")
	case fragments[d.ID]:
		return conformance.Skip("is the inside of a nested workflow")
	default:
		p, _, problems := plan.Load(d.Document(c), suite.Catalogue(core, c.Plugins), c.InitParameters...)
		if c.Expect.Error == "compile:"+string(workflow.KindDynamicBlock) && len(problems) > 0 && problems[0].Kind == workflow.KindDynamicDisabled {
			return conformance.Skip("has Python code with a fault, which nobody reads here")
		}
		if !expected(c.Expect, problems) {
			return fmt.Errorf("expected error %q, got %q", c.Expect.Error, fmt.Sprint(problems))
		}
		if (p == nil) != (len(problems) > 0) {
			return errors.New("plan.Load returned both a plan and problems, or neither")
		}
		return nil
	}
}

// parents are kinds that stand for more special ones.
var parents = map[string][]workflow.Kind{
	"definition_error":      {workflow.KindSyntax, workflow.KindDuplicatedName, workflow.KindLimit},
	"graph_structure_error": {workflow.KindCycle},
}

// expected reports whether the problems found are those that a case expects.
func expected(e conformance.Expectation, problems workflow.Problems) bool {
	if len(e.AnyOf) > 0 {
		return slices.ContainsFunc(e.AnyOf, func(e conformance.Expectation) bool { return expected(e, problems) })
	}
	stage, kind := e.SplitError()
	if stage != "compile" {
		return len(problems) == 0
	}
	return len(problems) > 0 && (string(problems[0].Kind) == kind || slices.Contains(parents[kind], problems[0].Kind))
}

// TestDescribeInputs compares the interface's inputs with the cases that ask for them.
func TestDescribeInputs(t *testing.T) {
	t.Parallel()
	suite := load(t)
	for i := range suite.Definitions {
		d := &suite.Definitions[i]
		for j := range d.Cases {
			if c := &d.Cases[j]; c.Operation == "describe_inputs" {
				conformance.Report(t, d.ID+"/"+c.Name, describeInputs(d, c))
			}
		}
	}
}

func describeInputs(d *conformance.Definition, c *conformance.Case) error {
	// The reference does not read the outputs here, and this definition's are invalid.
	if d.ID == "inputs_discovery__definition__L267" {
		return conformance.Skip("its outputs are invalid, which the reference does not notice")
	}
	p, _, problems := plan.Load(d.Document(c), manifest.Core())
	if stage, _ := c.Expect.SplitError(); (stage == "compile") != (len(problems) > 0) {
		return fmt.Errorf("expected error %q, got %q", c.Expect.Error, fmt.Sprint(problems))
	}
	if p == nil {
		return nil
	}
	return checkInputs(c, signature.Of(p, inspect.Inspect(p)))
}

func checkInputs(c *conformance.Case, s signature.Signature) error {
	got := map[string][]string{}
	for _, in := range s.Inputs {
		got[in.Name] = in.Kinds
	}
	for _, check := range c.Expect.Checks {
		var want map[string][]string
		if err := json.Unmarshal(check.Value, &want); err != nil || check.Op != "eq" {
			return fmt.Errorf("unknown check %+v", check)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			return errors.New(diff)
		}
	}
	return nil
}
