package sink

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Messages of Roboflow's engine, which clients know.
const (
	messageBackground = "Notification sent in the background task"
)

// longestTimeout bounds request_timeout, because a visitor may set it.
const longestTimeout = 60 * time.Second

// webhook sends one request for each element.
type webhook struct {
	cooldown
	json, files, formData parameter.Operations
}

func newWebhook(step engine.Step) (engine.Block, error) {
	if err := operated(step); err != nil {
		return nil, err
	}
	b := &webhook{cooldown: cooldown{steady(step)}}
	for field, into := range map[string]*parameter.Operations{
		"json_payload_operations":             &b.json,
		"multi_part_encoded_files_operations": &b.files,
		"form_data_operations":                &b.formData,
	} {
		var err error
		if *into, err = parameter.Parse(step, field); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// slotFields are the fields that may hold credentials.
var slotFields = []string{"headers", "query_parameters", "json_payload"}

// slots returns the places of the step that hold credentials in this call, from the
// definition and from inputs. The egress adds all of them to the request.
func slots(call *engine.Call) []string {
	var found []string
	if _, ok := engine.HostOf(call.Arg("url")); ok {
		found = append(found, "url")
	}
	for _, field := range slotFields {
		entries, _ := call.Arg(field).(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			if engine.IsSlot(entries[name]) {
				found = append(found, field+"."+name)
			}
		}
	}
	return found
}

// operated refuses a definition whose operations would change a credential, because the
// block never has the credential.
func operated(step engine.Step) error {
	payload, _ := step.Fields["json_payload"].(map[string]any)
	operations, _ := step.Fields["json_payload_operations"].(map[string]any)
	for name := range operations {
		if engine.IsSlot(payload[name]) {
			return fmt.Errorf("json_payload_operations.%s: a credential goes out as it is; leave the operation out", name)
		}
	}
	return nil
}

// Run sends the request, unless sinks are disabled for the run or the step.
func (b *webhook) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	if result, ok := held(call); ok {
		return result, nil
	}
	content, err := b.content(ctx, call)
	if err != nil {
		return engine.Result{}, err
	}
	err = b.send(ctx, call, content)
	if hard(ctx, err) {
		return engine.Result{}, err
	}
	// With fire_and_forget the run still waits for the request, because nothing of a run
	// may outlive its right to act. It only ignores the answer.
	if forget, _ := call.Arg("fire_and_forget").(bool); forget {
		return report(false, false, messageBackground), nil
	}
	if err != nil {
		return report(true, false, "Failed to send webhook notification: "+explain(err)), nil
	}
	return report(false, false, messageSent), nil
}

func (b *webhook) send(ctx context.Context, call *engine.Call, c content) error {
	ctx, cancel := context.WithTimeout(engine.FollowRedirects(ctx), timeout(call))
	defer cancel()
	request, err := request(ctx, call, c)
	if err != nil {
		return err
	}
	client, err := call.Outbound.Client(ctx, call.NewAttempt(), slots(call)...)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	// The body of the answer is not read, so nothing of it can leave this block.
	_ = answer.Body.Close()
	if answer.StatusCode >= 300 {
		return &refusal{Status: answer.StatusCode, To: answer.Header.Get("Location")}
	}
	return nil
}

func timeout(call *engine.Call) time.Duration {
	seconds, ok := value.Float(call.Arg("request_timeout"))
	if !ok || seconds <= 0 {
		return 2 * time.Second
	}
	return time.Duration(min(seconds, longestTimeout.Seconds()) * float64(time.Second))
}
