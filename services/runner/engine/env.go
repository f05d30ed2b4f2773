package engine

import (
	"context"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Env is what one run may reach. A part that is nil is not allowed to this run:
// a block that needs it is refused.
type Env struct {
	Models   Models
	Outbound Outbound
	Codec    value.Codec
	// Sinks tells whether steps with effects outside of the run may have them. A
	// sink that may not reports that it was disabled; it does not fail.
	Sinks bool
	// Meter receives everything that is charged. It must be quick and safe for
	// concurrent use.
	Meter func(Use)
	// Calls is how many calls with credentials a step may make; below 0 is no bound. Nil
	// bounds nothing. It is asked only where a step works on several elements.
	Calls func(step string) int
	Now   func() time.Time
	// NewID makes the random ids of crops and detections.
	NewID func() string
}

// Models runs models on behalf of one run.
type Models interface {
	// Infer answers with one prediction for each picture, in order: what the task
	// of the model yields (for instance *value.Detections), placed on its picture.
	Infer(ctx context.Context, ask Inference) ([]any, error)
}

// Inference is one call of a model.
type Inference struct {
	// Step is the step that asks.
	Step string
	// Model is the model's id as the definition has it.
	Model string
	// Task is what the block expects the model to do, for instance
	// "object-detection". A model for another task is refused.
	Task    string
	Images  []*value.Image
	Options map[string]any
}

// Outbound is the only way out of a run.
type Outbound interface {
	// Client returns a client for the requests of one attempt of a step. Slots
	// name the step's fields that hold credentials, as in "api_key"; the client
	// adds the secrets, which the block never sees. A redirect that was not followed
	// comes back with a Location of scheme, host and port alone.
	Client(ctx context.Context, attempt Attempt, slots ...string) (*http.Client, error)
}

type followKey struct{}

// FollowRedirects asks the way out to follow redirects of requests with the context. Each
// is a new request: a GET without the credential, the body and the headers. What asks to
// repeat a request that had one of these (307, 308) is not followed.
func FollowRedirects(ctx context.Context) context.Context {
	return context.WithValue(ctx, followKey{}, true)
}

// FollowsRedirects reports whether FollowRedirects was asked for.
func FollowsRedirects(ctx context.Context) bool { return ctx.Value(followKey{}) != nil }

// Attempt is one try at something that costs: unique in its run.
type Attempt struct {
	Step string
	// Number counts from 1 over all calls of the step in a run.
	Number int
}

// Use is something to be charged or counted.
type Use struct {
	Attempt
	// Model or Slot names what was used.
	Model, Slot string
	Images      int64
	Calls       int64
	// InputTokens and OutputTokens are what the provider reported.
	InputTokens, OutputTokens int64
}
