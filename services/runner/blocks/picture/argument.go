package picture

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func picture(field string, v any) (*value.Image, error) {
	p, ok := v.(*value.Image)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be a picture", field)
	}
	return p, nil
}
