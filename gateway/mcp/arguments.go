package mcp

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/contract"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// requestOf makes the run of a call. The link is that of the request's path, whatever the
// arguments say. Credentials among the arguments are refused: a model would read them.
func requestOf(token string, inputs []*sharingv1.Input, arguments json.RawMessage, credentials map[string]credential) (*runnerv1.RunSharedWorkflowStreamRequest, error) {
	given := map[string]json.RawMessage{}
	if len(arguments) > 0 && json.Unmarshal(arguments, &given) != nil {
		return nil, errs.InvalidArgument("the arguments must be a JSON object: the inputs by name").Field("arguments", "is no object")
	}
	run := &runnerv1.RunSharedWorkflowStreamRequest{Token: token, Destinations: map[string]string{}}
	for _, in := range inputs {
		name := in.GetName()
		raw, ok := given[name]
		switch {
		case ok && in.GetCredential():
			return nil, errs.InvalidArgument("%q is a credential: its user sets it in the header %s of this server, not in arguments", name, credentialsHeader).
				WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Field("inputs."+name, "is a credential")
		case ok && contract.IsPicture(in):
			given[name] = pictures(raw, contract.NeedsList(in))
		}
		own, ok := credentials[name]
		if !ok || !in.GetCredential() {
			continue
		}
		given[name], _ = json.Marshal(own.Value) // a string always marshals
		if own.Destination != "" {
			run.Destinations[name] = own.Destination
		}
	}
	var err error
	if run.Inputs, err = json.Marshal(given); err != nil {
		return nil, errs.InvalidArgument("the arguments are no JSON").Field("arguments", "is no JSON").Because(err)
	}
	return run, nil
}

// pictures reads one picture or a list of them. What is none of the forms is left to the run,
// which refuses it.
func pictures(raw json.RawMessage, list bool) json.RawMessage {
	if !bytes.HasPrefix(raw, []byte("[")) {
		one := pictureOf(raw)
		if !list {
			return one
		}
		return append(append([]byte("["), one...), ']')
	}
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return raw
	}
	for i := range all {
		all[i] = pictureOf(all[i])
	}
	out, _ := json.Marshal(all) // it was JSON
	return out
}

func pictureOf(raw json.RawMessage) json.RawMessage {
	var text string
	if json.Unmarshal(raw, &text) == nil && bytes.HasPrefix(raw, []byte(`"`)) {
		kind := "base64"
		if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
			kind = "url"
		}
		return asInput(kind, text)
	}
	var content struct {
		Type string `json:"type"`
		Data string `json:"data"`
	}
	if json.Unmarshal(raw, &content) == nil && content.Type == "image" {
		return asInput("base64", content.Data)
	}
	return raw
}

func asInput(kind, value string) json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"type": kind, "value": value}) // strings always marshal
	return raw
}
