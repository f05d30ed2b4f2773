package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// presentation sets what visitors read, from files.
func (f ShareFlags) presentation(e *edit) error {
	if f.Presentation == "none" {
		e.set("presentation", object{})
		return nil
	}
	if f.Presentation != "" {
		raw, err := os.ReadFile(f.Presentation)
		if err != nil {
			return fmt.Errorf("read presentation: %w", err)
		}
		var fields object
		if err := json.Unmarshal(raw, &fields); err != nil {
			return fmt.Errorf("presentation %s is not a JSON object: %w", f.Presentation, err)
		}
		e.set("presentation", fields)
	}
	if f.Guide == "" {
		return nil
	}
	raw, err := os.ReadFile(f.Guide)
	if err != nil {
		return fmt.Errorf("read guide: %w", err)
	}
	e.set("presentation.guide", string(raw))
	return nil
}

// titled splits "TITLE: NAME=VALUE". A sample needs no title.
func titled(text string) (title, input string) {
	name, _, _ := strings.Cut(text, "=")
	head := strings.TrimSuffix(name, ":") // "name:=JSON"
	if at := strings.LastIndex(head, ":"); at >= 0 {
		return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:])
	}
	return "", text
}

type shareExample struct {
	OneShare
	Sample     string   `help:"Title of the sample (default: the one without a title)."`
	Credential []string `help:"Credential input, where visitors bring them." placeholder:"NAME=VALUE" sep:"none"`
}

// Run runs a sample and stores its result.
func (c *shareExample) Run(a *app) error {
	credentials, err := RunFlags{Input: c.Credential}.inputs()
	if err != nil {
		return err
	}
	cl, path, err := a.at(aShare, c.Share)
	if err != nil {
		return err
	}
	var reply struct{ Outputs []any }
	if err := cl.Do(a.ctx, http.MethodPost, path+":storeExample", nil, object{"sample": c.Sample, "credentials": credentials}, &reply); err != nil {
		return err
	}
	return a.print().Raw(reply.Outputs)
}

type shareWatch struct{ Target }

// Run waits for a change.
func (c *shareWatch) Run(a *app) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	changed := false
	err = cl.Watch(a.ctx, path+":watch", func(line json.RawMessage) error {
		var event struct{ Changed bool }
		err := json.Unmarshal(line, &event)
		changed = changed || event.Changed
		return err
	})
	if err != nil || !changed { // the stream ends after ten minutes
		return err
	}
	return a.print().Text("changed")
}
