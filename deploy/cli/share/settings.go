package main

import (
	"fmt"
	"strings"
	"time"
)

// ShareFlags are the settings of a share. Only given flags are sent.
type ShareFlags struct {
	Title              *string  `help:"Title, for you."`
	RunAccess          *bool    `help:"Charge the runs to your key, so that your private models work for visitors." negatable:""`
	Credentials        *bool    `help:"Let visitors run with your credentials, hidden." negatable:""`
	ConfirmDestination []string `help:"With --credentials: send hidden credentials to this destination, although it is not a known provider's and the operator does not allow it. Its operator receives them." placeholder:"URL"`
	ChargedKey         string   `help:"Key to charge: its id or its name (default: the key of this call)." placeholder:"KEY"`
	Runs               *int64   `help:"Limit: runs per period, all visitors together."`
	VisitorRuns        *int64   `help:"Limit: runs per visitor and period."`
	Pictures           *int64   `help:"Limit: pictures per period, all visitors together. 0 means ten for each run."`
	VisitorPictures    *int64   `help:"Limit: pictures per visitor and period."`
	CredentialCalls    *int64   `help:"Limit: calls with your credentials per period."`
	Period             string   `help:"Period of the limits: day, month or lifetime (default for a new share: day)." enum:",day,month,lifetime" default:"" placeholder:"PERIOD"`
	Sinks              *bool    `help:"Enable sinks (webhooks, email)." negatable:""`
	Forks              *bool    `help:"Let visitors copy the workflow (default: yes)." negatable:""`
	Expires            string   `help:"When the link expires: 72h from now, 2026-12-31 (UTC), 2026-12-31T12:00:00Z, or never." placeholder:"WHEN"`
	FrameOrigin        []string `help:"Origin that may embed the page, * for all, or none." placeholder:"ORIGIN"`
	RunOrigin          []string `help:"Origin of another site whose pages may run the workflow, or none." placeholder:"ORIGIN"`
	Sample             []string `help:"Sample input for visitors, in the form of an input of share run (name=@file for a picture), or none. Samples with one title belong together." placeholder:"[TITLE:]NAME=VALUE" sep:"none"`
	Presentation       string   `help:"What visitors read: a JSON file with title, welcome, guide, accentColor, and inputs and outputs in order, each with name, label and hidden; or none." placeholder:"FILE"`
	Guide              string   `help:"Guide for visitors: a Markdown file." type:"path" placeholder:"FILE"`
	FollowLive         bool     `help:"Follow the live version instead of a pinned one." xor:"version"`
	Pin                int32    `help:"Pin the share to this version (default for a new share: the live one)." placeholder:"VERSION" xor:"version"`
}

// edit returns the change that the flags ask for.
func (f ShareFlags) edit(a *app) (*edit, error) {
	e := &edit{}
	set(e, "title", f.Title)
	choose(e, "run_access", f.RunAccess, "RUN_ACCESS_OWNER", "RUN_ACCESS_VISITOR")
	choose(e, "credential_access", f.Credentials, "CREDENTIAL_ACCESS_OWNER", "CREDENTIAL_ACCESS_VISITOR")
	if f.ChargedKey != "" {
		_, path, err := a.at(aKey, f.ChargedKey)
		if err != nil {
			return nil, err
		}
		e.set("charged_key", strings.TrimPrefix(path, "/v1/"))
	}
	f.limits(e)
	choose(e, "sinks_enabled", f.Sinks, true, false)
	choose(e, "fork_disabled", f.Forks, false, true)
	if f.FollowLive {
		e.set("follow_live", true)
	}
	if f.Pin != 0 {
		e.set("version", f.Pin)
		e.set("follow_live", false)
	}
	return e, f.lists(e)
}

func (f ShareFlags) limits(e *edit) {
	number(e, "limits.runs", f.Runs)
	number(e, "limits.visitor_runs", f.VisitorRuns)
	number(e, "limits.pictures", f.Pictures)
	number(e, "limits.visitor_pictures", f.VisitorPictures)
	number(e, "limits.credential_calls", f.CredentialCalls)
	if f.Period != "" {
		e.set("limits.period", "PERIOD_"+strings.ToUpper(f.Period))
	}
}

func (f ShareFlags) lists(e *edit) error {
	if f.ConfirmDestination != nil {
		e.set("confirmed_destinations", f.ConfirmDestination)
	}
	if f.FrameOrigin != nil {
		e.set("frame_origins", unlessNone(f.FrameOrigin))
	}
	if f.RunOrigin != nil {
		e.set("run_origins", unlessNone(f.RunOrigin))
	}
	if f.Sample != nil {
		samples, err := samples(unlessNone(f.Sample))
		if err != nil {
			return err
		}
		e.set("samples", samples)
	}
	if err := f.presentation(e); err != nil {
		return err
	}
	if f.Expires == "" {
		return nil
	}
	at, err := expiry(f.Expires)
	e.set("expire_time", at)
	return err
}

// unlessNone returns the list, or an empty one for "none".
func unlessNone(list []string) []string {
	if len(list) == 1 && list[0] == "none" {
		return []string{}
	}
	return list
}

func samples(texts []string) ([]object, error) {
	list := []object{}
	for _, text := range texts { // one by one, to keep their order
		title, input := titled(text)
		inputs, err := RunFlags{Input: []string{input}}.inputs()
		if err != nil {
			return nil, err
		}
		for name, value := range inputs {
			list = append(list, object{"input": name, "value": value, "title": title})
		}
	}
	return list, nil
}

// expiry returns nil for a link that does not expire.
func expiry(text string) (any, error) {
	if text == "never" {
		return nil, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(d).UTC().Format(time.RFC3339), nil
	}
	at, err := moment(text)
	if err != nil {
		return nil, fmt.Errorf("expiry: %w; or 72h, or never", err)
	}
	return at, nil
}
