package formatter

import "github.com/keyhole-dev/keyhole/services/runner/engine"

func output(v any) engine.Result { return engine.One(engine.Outputs{"output": v}) }
