package share

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/cli/run"
)

// Flags are the settings of a share. Only given flags are sent.
type Flags struct {
	Title              *string  `help:"Title, for you."`
	RunAccess          *bool    `help:"Charge the runs to your key, so that your private models work for visitors." negatable:""`
	Credentials        *bool    `help:"Let visitors run with your credentials, hidden." negatable:""`
	ConfirmDestination []string `help:"With --credentials: send hidden credentials to this destination, although it is not a known provider's and the operator does not allow it. Its operator receives them." placeholder:"URL"`
	Slot               []string `help:"With --credentials: fill a slot with this credential through the link, instead of the one that the workflow names; or none." placeholder:"STEP.FIELD=CREDENTIAL" sep:"none"`
	ChargedKey         string   `help:"Key to charge: its id or its name (default: the key of this call)." placeholder:"KEY"`
	Runs               *int64   `help:"Limit: runs per period, all visitors together."`
	VisitorRuns        *int64   `help:"Limit: runs per visitor and period."`
	Pictures           *int64   `help:"Limit: pictures per period, all visitors together. 0 means ten for each run."`
	VisitorPictures    *int64   `help:"Limit: pictures per visitor and period."`
	CredentialCalls    *int64   `help:"Limit: calls with your credentials per period."`
	Period             string   `help:"Period of the limits: day, month or lifetime (default for a new share: day)." enum:",day,month,lifetime" default:"" placeholder:"PERIOD"`
	Sinks              *bool    `help:"Enable sinks (webhooks, email)." negatable:""`
	Forks              *bool    `help:"Let visitors copy the workflow (default: yes)." negatable:"" xor:"allow"`
	Allow              []string `help:"What visitors may do: view (the definition and the graph), run, fork (default: all three). A fork needs view." enum:"view,run,fork" placeholder:"view,run,fork" xor:"allow"`
	Starts             string   `help:"When the link begins to work: 72h from now, 2026-12-31 (UTC), 2026-12-31T12:00:00Z, or now." placeholder:"WHEN"`
	Expires            string   `help:"When the link expires: 72h from now, 2026-12-31 (UTC), 2026-12-31T12:00:00Z, or never." placeholder:"WHEN"`
	PasswordFile       *string  `help:"Visitors enter a password before the link opens: a file with it, - for standard input, or none." placeholder:"FILE"`
	Member             []string `help:"The link opens only for members of this workspace and of yours: its id, or none." placeholder:"WORKSPACE"`
	FrameOrigin        []string `help:"Origin that may embed the page, * for all, or none." placeholder:"ORIGIN"`
	RunOrigin          []string `help:"Origin of another site whose pages may run the workflow, or none." placeholder:"ORIGIN"`
	Sample             []string `help:"Sample input for visitors, in the form of an input of share run (name=@file for a picture), or none. Samples with one title belong together." placeholder:"[TITLE:]NAME=VALUE" sep:"none"`
	Presentation       string   `help:"What visitors read: a JSON file with title, welcome, guide, accentColor, and inputs and outputs in order, each with name, label and hidden; or none." placeholder:"FILE"`
	Guide              string   `help:"Guide for visitors: a Markdown file." type:"path" placeholder:"FILE"`
	FollowLive         bool     `help:"Follow the live version instead of a pinned one." xor:"version"`
	Pin                int32    `help:"Pin the share to this version (default for a new share: the live one)." placeholder:"VERSION" xor:"version"`
}

// edit returns the change that the flags ask for.
func (f Flags) edit(ctx context.Context, a *cli.App) (*cli.Edit, error) {
	e := &cli.Edit{}
	e.Text("title", f.Title)
	e.Choose("run_access", f.RunAccess, "RUN_ACCESS_OWNER", "RUN_ACCESS_VISITOR")
	e.Choose("credential_access", f.Credentials, "CREDENTIAL_ACCESS_OWNER", "CREDENTIAL_ACCESS_VISITOR")
	if f.ChargedKey != "" {
		_, path, err := a.At(ctx, name.Key, f.ChargedKey)
		if err != nil {
			return nil, err
		}
		e.Set("charged_key", strings.TrimPrefix(path, "/v1/"))
	}
	if err := f.slots(ctx, a, e); err != nil {
		return nil, err
	}
	if err := f.gate(a, e); err != nil {
		return nil, err
	}
	f.limits(e)
	e.Choose("sinks_enabled", f.Sinks, true, false)
	e.Choose("fork_disabled", f.Forks, false, true)
	f.permissions(e)
	if f.FollowLive {
		e.Set("follow_live", true)
	}
	if f.Pin != 0 {
		e.Set("version", f.Pin)
		e.Set("follow_live", false)
	}
	return e, f.lists(e)
}

func (f Flags) limits(e *cli.Edit) {
	e.Number("limits.runs", f.Runs)
	e.Number("limits.visitor_runs", f.VisitorRuns)
	e.Number("limits.pictures", f.Pictures)
	e.Number("limits.visitor_pictures", f.VisitorPictures)
	e.Number("limits.credential_calls", f.CredentialCalls)
	if f.Period != "" {
		e.Set("limits.period", "PERIOD_"+strings.ToUpper(f.Period))
	}
}

func (f Flags) lists(e *cli.Edit) error {
	if f.ConfirmDestination != nil {
		e.Set("confirmed_destinations", f.ConfirmDestination)
	}
	if f.FrameOrigin != nil {
		e.Set("frame_origins", unlessNone(f.FrameOrigin))
	}
	if f.RunOrigin != nil {
		e.Set("run_origins", unlessNone(f.RunOrigin))
	}
	if f.Sample != nil {
		list, err := samples(unlessNone(f.Sample))
		if err != nil {
			return err
		}
		e.Set("samples", list)
	}
	if err := f.presentation(e); err != nil {
		return err
	}
	return f.times(e)
}

// permissions sets what visitors may do: all of it, because a list has no middle.
func (f Flags) permissions(e *cli.Edit) {
	if f.Allow == nil {
		return
	}
	for _, what := range []string{"view", "run", "fork"} {
		e.Set(what+"_disabled", !slices.Contains(f.Allow, what))
	}
}

// times sets when the link works.
func (f Flags) times(e *cli.Edit) error {
	for field, flag := range map[string]struct{ what, text, unset string }{
		"start_time": {"start", f.Starts, "now"}, "expire_time": {"expiry", f.Expires, "never"},
	} {
		if flag.text == "" {
			continue
		}
		at, err := moment(flag.text, flag.unset)
		if err != nil {
			return fmt.Errorf("%s: %w", flag.what, err)
		}
		e.Set(field, at)
	}
	return nil
}

func samples(texts []string) ([]cli.Object, error) {
	list := []cli.Object{}
	for _, text := range texts { // one by one, to keep their order
		title, input := titled(text)
		inputs, err := run.Flags{Input: []string{input}}.Inputs()
		if err != nil {
			return nil, err
		}
		for name, value := range inputs {
			list = append(list, cli.Object{"input": name, "value": value, "title": title})
		}
	}
	return list, nil
}

// moment returns a time, or nil for the word that stands for none.
func moment(text, unset string) (any, error) {
	if text == unset {
		return nil, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(d).UTC().Format(time.RFC3339), nil
	}
	at, err := cli.ParseTime(text)
	if err != nil {
		return nil, fmt.Errorf("%w; or 72h, or %s", err, unset)
	}
	return at, nil
}
