package formatter

import (
	"context"
	"time"
	_ "time/tzdata" // the zones must not depend on the machine

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newCurrentTime makes the block that tells the time in a zone. A zone that the definition
// names is checked when it is compiled.
func newCurrentTime(step engine.Step) (engine.Block, error) {
	if name, ok := step.Fields["timezone"].(string); ok && (name == "" || name[0] != '$') {
		if _, err := zone(name); err != nil {
			return nil, err
		}
	}
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		name, _ := call.Arg("timezone").(string)
		at, err := zone(name)
		if err != nil {
			return engine.None(), err
		}
		now := call.Now().In(at)
		return engine.One(engine.Outputs{
			"timestamp": now, "iso_string": now.Format("2006-01-02T15:04:05.000000-07:00"),
			"date": now.Format(time.DateOnly), "time": now.Format(time.TimeOnly),
		}), nil
	}), nil
}

func zone(name string) (*time.Location, error) {
	if at, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return at, nil
	}
	return nil, engine.Failf(engine.QueryInput, "timezone must be a zone like UTC or Europe/Berlin")
}
