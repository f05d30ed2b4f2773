package sharing

import (
	"slices"
	"strings"
	"sync"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// analysis is what a definition was found to be: all that a decision or a view
// needs of its text. It depends on the bytes alone, so that it is kept by hash.
// It is shared by all who ask and must not be changed.
type analysis struct {
	hash     string
	raw      []byte
	problems workflow.Problems
	slots    []slot
	// computed are credential fields that take what another step gives.
	computed []inspect.Computed
	// obstacles are what keeps it from being shared, openSinks what keeps its sinks from
	// being turned on.
	obstacles, openSinks []obstacle
	models               []modelUse
	sinks                []string
	// batches are the inputs whose every element goes through the steps.
	batches map[string]bool
	// closed: its runs ask nothing of vault and registry, neither a call nor a model
	// nor a picture by its URL.
	closed bool
	// destinations are where data goes, for people.
	destinations []string
	// sends has the constant address of each step that sends data out.
	sends map[string]string
	// declared are the inputs as the document declares them.
	declared map[string]declared
	// own is the interface where the owner's credentials are used, visitor that of
	// somebody who brings the credentials.
	own, visitor *sharingv1.Interface
	graph        *sharingv1.Graph
	redacted     []byte
}

// declared is what an input takes: values of these kinds, below as many lists.
type declared struct {
	kinds []string
	lists int
}

// slot is a place in a step where a credential goes.
type slot struct {
	step, field string
	provider    string
	// scheme, parameter and prefix say where in a request it goes.
	scheme, parameter, prefix string
	// credential is the id that is bound, input the input that brings one; with
	// neither the slot is unbound.
	credential, input string
	// visitorInput is the input that fills it where visitors bring the credentials.
	visitorInput string
	// destination is canonical; empty when it is not constant.
	destination string
	// address is the whole constant address, with its path.
	address  string
	constant bool
	// elsewhere is where the input that fills it goes besides, as ordinary data.
	elsewhere []string
}

func (s slot) path() string { return s.step + "." + s.field }

// unbound slots have no credential: no run starts.
func (s slot) unbound() bool { return s.credential == "" && s.input == "" }

// modelUse is a model that a step uses.
type modelUse struct {
	step, id string
	// input decides it, and id is that input's default.
	input string
	// dynamic: another step decides it.
	dynamic bool
	// pointer is where the id is written; empty for a default of the block.
	pointer string
}

// open reports whether whoever runs the workflow decides the model.
func (m modelUse) open() bool { return m.input != "" || m.dynamic }

// modelIDs are the models that the definition itself names, each once.
func (a *analysis) modelIDs() []string {
	var ids []string
	for _, m := range a.models {
		if m.id != "" && !m.dynamic && !slices.Contains(ids, m.id) {
			ids = append(ids, m.id)
		}
	}
	return ids
}

// hasSlots reports whether a step holds a place for the owner's credential.
func (a *analysis) hasSlots() bool {
	return slices.ContainsFunc(a.slots, func(s slot) bool { return s.input == "" })
}

// boundSlots are those that hold a credential of the owner's.
func (a *analysis) boundSlots() []slot {
	return slices.DeleteFunc(slices.Clone(a.slots), func(s slot) bool { return s.credential == "" })
}

// credentialIDs are the owner's credentials that the definition names, each once.
func (a *analysis) credentialIDs() []string {
	var ids []string
	for _, s := range a.boundSlots() {
		if !slices.Contains(ids, s.credential) {
			ids = append(ids, s.credential)
		}
	}
	return ids
}

// analyses keeps what was found of recent definitions.
type analyses struct {
	catalogue *manifest.Catalogue
	services  []string

	mu   sync.Mutex
	kept map[string]*analysis
	// bytes is how long the definitions of those that are kept are together.
	bytes int
}

// maxAnalyses and maxAnalysed bound them by number and by the bytes of their
// definitions; one takes some ten times those.
const (
	maxAnalyses = 256
	maxAnalysed = 8 << 20
)

func newAnalyses(c *manifest.Catalogue) *analyses {
	a := &analyses{catalogue: c, kept: map[string]*analysis{}}
	for _, m := range c.All() { // what a block needs of the runner is the runner's affair
		a.services = append(a.services, m.Services...)
	}
	return a
}

// of looks a definition over, or remembers.
func (c *analyses) of(raw []byte, hash string) *analysis {
	c.mu.Lock()
	a, ok := c.kept[hash]
	c.mu.Unlock()
	if ok {
		return a
	}
	a = c.analyse(raw, hash)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, meanwhile := c.kept[hash]; meanwhile {
		return a
	}
	if len(c.kept) >= maxAnalyses || c.bytes+len(raw) > maxAnalysed {
		clear(c.kept)
		c.bytes = 0
	}
	c.kept[hash], c.bytes = a, c.bytes+len(raw)
	return a
}

func (c *analyses) analyse(raw []byte, hash string) *analysis {
	p, _, problems := plan.Load(raw, c.catalogue, c.services...)
	a := &analysis{hash: hash, raw: raw, problems: problems}
	if p == nil {
		return a
	}
	report := inspect.Inspect(p)
	a.problems = append(a.problems, report.Problems...)
	a.sinks = report.Sinks
	a.takeSlots(report)
	a.findObstacles()
	a.findAsking(report.Asking)
	a.takeModels(report)
	a.declared = make(map[string]declared, len(p.Inputs))
	for _, in := range p.Inputs {
		a.declared[in.Name] = declared{kinds: in.Kinds, lists: in.Dimensionality}
	}
	a.sends = map[string]string{}
	for _, d := range report.Destinations {
		if d.Constant {
			a.sends[d.Step] = d.Address
		}
		a.findOpen(d)
		if where := whereTo(d); !slices.Contains(a.destinations, where) {
			a.destinations = append(a.destinations, where)
		}
	}
	a.batches = map[string]bool{}
	for _, in := range p.Inputs {
		if in.IsBatch() {
			a.batches[in.Name] = true
		}
	}
	a.closed = len(a.slots)+len(a.models)+len(a.sinks)+len(a.destinations)+len(a.batches) == 0
	a.describe(p, report, c.catalogue)
	a.problems = append(a.problems, twice(a.slots)...)
	return a
}

func (a *analysis) takeSlots(r inspect.Report) {
	for _, s := range r.Slots {
		a.slots = append(a.slots, slot{
			step: s.Step, field: s.Field, provider: s.Provider, scheme: string(s.Scheme), parameter: s.Parameter, prefix: s.Prefix,
			credential: s.Credential, destination: s.Destination.Address, address: s.Destination.URL, constant: s.Destination.Constant && s.Destination.Address != "",
		})
	}
	for _, s := range r.SecretInputs {
		a.slots = append(a.slots, slot{
			step: s.Step, field: s.Field, provider: s.Provider, prefix: s.Prefix, input: s.Input, visitorInput: s.Input,
			destination: s.Destination.Address, address: s.Destination.URL, constant: s.Destination.Constant && s.Destination.Address != "",
			elsewhere: s.AlsoGoesTo,
		})
	}
	a.computed = r.Computed
}

func (a *analysis) takeModels(r inspect.Report) {
	for _, m := range r.Models {
		a.models = append(a.models, modelUse{step: m.Step, id: m.ID, input: m.Input, dynamic: m.Dynamic, pointer: m.Pointer})
	}
}

// whereTo says where data goes, for people.
func whereTo(d inspect.Destination) string {
	switch {
	case d.Address != "":
		return display(d.Address)
	case d.Default != "":
		return "what " + d.Source + " says (" + display(d.Default) + ")"
	case d.Source != "":
		return "what " + d.Source + " says"
	default:
		return "an address of step " + d.Step
	}
}

// display drops the port that goes without saying.
func display(address string) string {
	if host, ok := strings.CutSuffix(address, ":443"); ok && strings.HasPrefix(address, "https://") {
		return host
	}
	if host, ok := strings.CutSuffix(address, ":80"); ok && strings.HasPrefix(address, "http://") {
		return host
	}
	return address
}

// knownHosts are the providers' own.
var knownHosts = map[string]bool{
	"https://api.openai.com:443": true, "https://api.anthropic.com:443": true,
	"https://generativelanguage.googleapis.com:443": true, "https://api.mistral.ai:443": true,
	"https://openrouter.ai:443": true, "https://api.groq.com:443": true,
}
