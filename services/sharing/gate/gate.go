package gate

import (
	"encoding/json"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Gate is who may open a link. The zero Gate lets everybody in who has the link.
type Gate struct {
	// Password is the hash of the password, "" for a gate that asks for none.
	Password string `json:"password,omitempty"`
	// Workspaces are the IDs of those whose members pass; empty means that the gate does not ask
	// for membership.
	Workspaces []string `json:"workspaces,omitempty"`
}

// Parse reads a gate as a row stores it. A text that is not a gate is an error, because a link must
// not lose its gate.
func Parse(text string) (Gate, error) {
	var g Gate
	if text == "" {
		return g, nil
	}
	err := json.Unmarshal([]byte(text), &g)
	return g, err
}

// Text returns a gate as a row stores it.
func (g Gate) Text() string {
	if g.IsOpen() {
		return ""
	}
	raw, err := json.Marshal(g)
	if err != nil {
		panic("gate: a plain struct always encodes: " + err.Error())
	}
	return string(raw)
}

// IsOpen reports whether the gate asks for nothing.
func (g Gate) IsOpen() bool { return g.Password == "" && len(g.Workspaces) == 0 }

// Link is a link and the gate before it.
type Link struct {
	// Share is the unique ID of the share, Workspace the ID of its owner's workspace.
	Share, Workspace string
	// Title is what a stranger reads before the gate.
	Title string
	// LinkEpoch and Epoch change when the link is rotated and when the gate changes.
	LinkEpoch, Epoch int64
	Gate             Gate
	// Broken reports that the stored gate cannot be read. Such a link opens for its owner only.
	Broken bool
	// Stopped reports that no run may begin: the owner paused the link, or the guard suspended it.
	// No pass counts meanwhile.
	Stopped bool
}

// demand is a thing that a gate asks for. A set of them is the sum.
type demand byte

const (
	aPassword demand = 1 << iota
	membership
)

// names are the demands in the API, in the order in which a visitor meets them.
var names = []struct {
	demand
	name, text string
}{
	{aPassword, "password", "a password"},
	{membership, "membership", "membership of a workspace that its owner chose"},
}

// demands are what the gate asks of strangers.
func (l Link) demands() (all demand) {
	if l.Gate.Password != "" {
		all |= aPassword
	}
	if len(l.Gate.Workspaces) > 0 || l.Broken {
		all |= membership
	}
	return all
}

// owns reports whether a caller is of the workspace that owns the link.
func (l Link) owns(who caller.Principal) bool {
	return who.Kind.OfWorkspace() && who.Workspace == l.Workspace
}

// shown are what the caller proves by who they are.
func (l Link) shown(who caller.Principal) demand {
	if who.Kind.OfWorkspace() && slices.Contains(l.Gate.Workspaces, who.Workspace) {
		return membership
	}
	return 0
}

// asks lists demands as the API names them.
func (d demand) asks() []string {
	var out []string
	for _, n := range names {
		if d&n.demand != 0 {
			out = append(out, n.name)
		}
	}
	return out
}

// required is the one answer before the gate. It is the same whatever part of the gate the caller
// has passed.
func (l Link) required() error {
	all := l.demands()
	var texts []string
	for _, n := range names {
		if all&n.demand != 0 {
			texts = append(texts, n.text)
		}
	}
	how := "sign in with a key of that workspace"
	if all&aPassword != 0 {
		how = "open it in a browser, or run keyhole share unlock"
	}
	return errs.Unauthenticated("this link asks for %s; %s", strings.Join(texts, " and "), how).
		WithReason(errorsv1.Reason_REASON_GATE_REQUIRED).With("title", l.Title).With("asks", strings.Join(all.asks(), ","))
}
