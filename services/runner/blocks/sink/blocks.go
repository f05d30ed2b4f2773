package sink

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/webhook_sink@v1":            newWebhook,
		"roboflow_core/email_notification@v1":      newEmail,
		"roboflow_core/email_notification@v2":      newEmail,
		"roboflow_core/slack_notification@v1":      newSlack,
		"roboflow_core/twilio_sms_notification@v1": newTwilio,
		"roboflow_core/twilio_sms_notification@v2": newTwilio,
		"roboflow_core/s3_sink@v1":                 newS3,
	}
}
