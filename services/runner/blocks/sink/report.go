package sink

import "github.com/keyhole-dev/keyhole/services/runner/engine"

const (
	messageSent     = "Notification sent successfully"
	messageCooldown = "Sink cooldown applies"
	messageDisabled = "Sink was disabled by parameter `disable_sink`"
	messageOff      = "Sinks are switched off in this run"
)

func report(failed, throttled bool, message string) engine.Result {
	return engine.One(engine.Outputs{"error_status": failed, "throttling_status": throttled, "message": message})
}
