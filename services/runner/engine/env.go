package engine

import (
	"context"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Env is everything that one run can reach. The run may not use a part that is nil: the
// engine refuses a block that needs it.
type Env struct {
	Models   Models
	Outbound Outbound
	Codec    value.Codec
	// Sinks reports whether steps may have effects outside of the run. A disabled sink does
	// not fail; it reports that it is disabled.
	Sinks bool
	// Meter receives everything that is charged. It must be fast and safe for concurrent
	// use.
	Meter func(Use)
	// Calls returns the number of calls with credentials that a step may make; negative
	// means no bound. If it is nil, no step is bounded. The engine asks only when a step
	// works on several elements.
	Calls func(step string) int
	Now   func() time.Time
	// NewID makes the random IDs of crops and detections.
	NewID func() string
}

// Models runs models on behalf of one run.
type Models interface {
	// Infer returns one prediction for each picture, in order. The type depends on the
	// model's task, for instance *value.Detections. Coordinates are those of the picture.
	Infer(ctx context.Context, ask Inference) ([]any, error)
}

// Inference is one call of a model.
type Inference struct {
	// Step is the name of the step that asks.
	Step string
	// Model is the model's ID in the definition.
	Model string
	// Task is the task that the block expects of the model, for instance
	// "object-detection". A model for another task is refused.
	Task   string
	Images []*value.Image
	// Texts are for encoders, which return their embeddings after those of the pictures.
	Texts   []string
	Options map[string]any
}

// Outbound makes the outbound requests of a run. A run has no other way out.
type Outbound interface {
	// Client returns a client for the requests of one attempt of a step. Slots name the
	// step's fields that hold credentials, for instance "api_key". The client adds the
	// secrets, which the block never sees. A redirect that is not followed has a Location
	// of scheme, host and port only.
	Client(ctx context.Context, attempt Attempt, slots ...string) (*http.Client, error)
}

type followKey struct{}

// FollowRedirects returns a context whose requests follow redirects. Each redirect is a new
// GET without the credential, the body and the headers. A 307 or 308 asks to repeat the
// request; it is not followed if the request had one of these.
func FollowRedirects(ctx context.Context) context.Context {
	return context.WithValue(ctx, followKey{}, true)
}

// FollowsRedirects reports whether the context comes from FollowRedirects.
func FollowsRedirects(ctx context.Context) bool { return ctx.Value(followKey{}) != nil }

// Attempt identifies one try at something that costs. It is unique in its run.
type Attempt struct {
	Step string
	// Number counts from 1 over all calls of the step in a run.
	Number int
}

// Use is an amount to charge or count.
type Use struct {
	Attempt
	// Model or Slot names the thing that was used.
	Model, Slot string
	Images      int64
	Calls       int64
	// InputTokens and OutputTokens are the provider's own count.
	InputTokens, OutputTokens int64
}
