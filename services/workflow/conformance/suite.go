package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// FolderVariable names the folder of cases to run instead of the developers' own.
const FolderVariable = "KEYHOLE_CONFORMANCE"

// Folder returns the folder of cases: the one that the environment names, or the
// developers' own. A test that finds neither is skipped; see [testkit.Shared].
func Folder(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(FolderVariable); dir != "" {
		return dir
	}
	return testkit.Shared(t, "conformance")
}

// Suite is everything in the folder.
type Suite struct {
	Definitions []Definition
	// Stubs are the test-only blocks, by plugin.
	Stubs map[string][]*manifest.Manifest
	// StubTypes are the identifiers of all stubs.
	StubTypes map[string]bool
}

// Definition is one file of cases.
type Definition struct {
	ID                 string          `json:"id"`
	Class              string          `json:"class"`
	RunsWithoutWeights bool            `json:"runs_without_weights"`
	BlockTypes         []string        `json:"block_types"`
	StubBlocks         []string        `json:"stub_blocks"`
	Definition         json.RawMessage `json:"definition"`
	RemovedCode        []any           `json:"removed_code"`
	Cases              []Case          `json:"cases"`
}

// Case is one compilation or run of a definition.
type Case struct {
	Name                 string                     `json:"name"`
	Operation            string                     `json:"operation"`
	Basis                string                     `json:"basis"`
	Session              string                     `json:"session"`
	SessionIndex         int                        `json:"session_index"`
	Plugins              []string                   `json:"plugins"`
	InitParameters       []string                   `json:"init_parameters"`
	InitParametersAbsent []string                   `json:"init_parameters_absent"`
	DefinitionOverride   json.RawMessage            `json:"definition_override"`
	Inputs               json.RawMessage            `json:"inputs"`
	MockedSteps          map[string]json.RawMessage `json:"mocked_steps"`
	MockedServices       json.RawMessage            `json:"mocked_services"`
	UsesMockedServices   json.RawMessage            `json:"uses_mocked_services"`
	RunOptions           map[string]any             `json:"run_options"`
	NeedsDynamicCode     bool                       `json:"needs_dynamic_code"`
	NotRunnable          json.RawMessage            `json:"not_runnable"`
	Expect               Expectation                `json:"expect"`
}

// Expectation is the expected result.
type Expectation struct {
	// Error is "stage:kind", empty when none is expected.
	Error       string          `json:"error"`
	Checks      []Check         `json:"checks"`
	AnyOf       []Expectation   `json:"any_of"`
	SideEffects json.RawMessage `json:"side_effects"`
}

// Check is one assertion on the result of a run.
type Check struct {
	Path              []any           `json:"path"`
	Op                string          `json:"op"`
	Value             json.RawMessage `json:"value"`
	Index             *int            `json:"index"`
	Tolerance         *float64        `json:"tolerance"`
	RelativeTolerance *float64        `json:"relative_tolerance"`
}

// Document returns the definition that the case uses.
func (d *Definition) Document(c *Case) []byte {
	if len(c.DefinitionOverride) > 0 {
		return c.DefinitionOverride
	}
	return d.Definition
}

// Load reads a folder of cases. Only the folder "cases" must exist: cases of a folder
// without stub_blocks.json use only the catalogue's blocks.
func Load(dir string) (*Suite, error) {
	s := &Suite{Stubs: map[string][]*manifest.Manifest{}, StubTypes: map[string]bool{}}
	err := s.loadStubs(filepath.Join(dir, "stub_blocks.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "cases", "*.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no cases in %s", filepath.Join(dir, "cases"))
	}
	slices.Sort(paths)
	for _, path := range paths {
		var d Definition
		if err := readJSON(path, &d); err != nil {
			return nil, err
		}
		s.Definitions = append(s.Definitions, d)
	}
	return s, nil
}

// Catalogue returns base with the stubs of exactly these plugins.
func (s *Suite) Catalogue(base *manifest.Catalogue, plugins []string) *manifest.Catalogue {
	for _, plugin := range plugins {
		base = base.With(s.Stubs[plugin]...)
	}
	return base
}

// Covered reports whether every step's type is in base, a stub, or Python in the document. A step without a type
// counts, because it is a fault in every catalogue.
func (s *Suite) Covered(base *manifest.Catalogue, document []byte) bool {
	var steps struct {
		Steps []struct {
			Type string `json:"type"`
		} `json:"steps"`
		Dynamic []struct {
			Manifest struct {
				BlockType string `json:"block_type"`
			} `json:"manifest"`
		} `json:"dynamic_blocks_definitions"`
	}
	if json.Unmarshal(document, &steps) != nil {
		return false
	}
	python := map[string]bool{}
	for _, block := range steps.Dynamic {
		python[block.Manifest.BlockType] = true
	}
	for _, step := range steps.Steps {
		_, ours := base.Find(step.Type)
		if step.Type != "" && !ours && !s.StubTypes[step.Type] && !python[step.Type] {
			return false
		}
	}
	return true
}

// SplitError splits "stage:kind".
func (e Expectation) SplitError() (stage, kind string) {
	stage, kind, _ = strings.Cut(e.Error, ":")
	return stage, kind
}
