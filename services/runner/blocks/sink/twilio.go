package sink

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

const (
	// twilioMessages is the address of messages. The egress puts the account in the place of the mark.
	twilioMessages = "https://api.twilio.com/2010-04-01/Accounts/" + string(engine.SlotMark) + "/Messages.json"
	twilioAccount  = "twilio_account_sid"
	twilioToken    = "twilio_auth_token"
	twilioTimeout  = 30 * time.Second
	// maxMedia bounds the media of a message, as Twilio does.
	maxMedia = 10
	// maxNumber bounds a telephone number or the ID of a messaging service, in bytes.
	maxNumber = 100
	// shortened ends a text that was cut.
	shortened = "[...]"
	// codeHeader has the code of an error; the egress passes no text of Twilio on.
	codeHeader = "Error-Code"
)

// twilio sends one text message for each element.
type twilio struct{ notification }

func newTwilio(step engine.Step) (engine.Block, error) {
	n, err := newNotification(step)
	return &twilio{n}, err
}

// Run sends the message, unless sinks are disabled for the run or the step. Like an e-mail it waits for the server.
func (b *twilio) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	if result, ok := held(call); ok {
		return result, nil
	}
	text, pictures, err := b.text(ctx, call)
	if err != nil {
		return engine.Result{}, err
	}
	if len(pictures) > 0 {
		return engine.Result{}, engine.Failf(engine.ClientCaused, "a text message carries no picture; Twilio fetches pictures, so give it their addresses in media_url")
	}
	message, err := twilioForm(call, text)
	if err != nil {
		return engine.Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, twilioTimeout)
	defer cancel()
	return sent(ctx, "text message", sendText(ctx, call, message))
}

// twilioForm is the body of the request: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message.
func twilioForm(call *engine.Call, text string) (url.Values, error) {
	form := url.Values{}
	for field, key := range map[string]string{"sender_number": "From", "receiver_number": "To"} {
		number, _ := call.Arg(field).(string)
		if number == "" || len(number) > maxNumber || strings.ContainsFunc(number, isControl) {
			return nil, engine.Failf(engine.ClientCaused, "%s must be a telephone number, such as +15005550006", field)
		}
		if key == "From" && strings.HasPrefix(number, "MG") {
			key = "MessagingServiceSid"
		}
		form.Set(key, number)
	}
	if limit, ok := call.Arg("length_limit").(int64); ok {
		text = cut(text, limit)
	}
	form.Set("Body", text)
	media, err := mediaOf(call.Arg("media_url"))
	if len(media) > 0 {
		form["MediaUrl"] = media
	}
	return form, err
}

// cut shortens a text to a number of characters, and says so at its end.
func cut(text string, limit int64) string {
	if limit < 0 || int64(utf8.RuneCountInString(text)) <= limit {
		return text
	}
	return string([]rune(text)[:max(0, limit-int64(len(shortened)))]) + shortened[:min(limit, int64(len(shortened)))]
}

func mediaOf(v any) ([]string, error) {
	var media []string
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		media = []string{v}
	case []any:
		for _, item := range v {
			text, _ := item.(string)
			media = append(media, text)
		}
	default:
		return nil, engine.Failf(engine.ClientCaused, "media_url must have addresses: Twilio fetches a picture, and this one has no address on the web")
	}
	for _, address := range media {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return nil, engine.Failf(engine.ClientCaused, "each media_url must be an https address")
		}
	}
	if len(media) > maxMedia {
		return nil, engine.Failf(engine.LimitsCaused, "a message has at most %d media", maxMedia)
	}
	return media, nil
}

func sendText(ctx context.Context, call *engine.Call, message url.Values) error {
	for _, field := range []string{twilioAccount, twilioToken} {
		if !engine.IsSlot(call.Arg(field)) {
			return engine.Failf(engine.ClientCaused, "%s has no credential", field)
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, twilioMessages, strings.NewReader(message.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client, err := call.Outbound.Client(ctx, call.NewAttempt(), twilioAccount, twilioToken)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // the head says all
	code := answer.Header.Get(codeHeader)
	switch {
	case answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusUnauthorized:
		return &saidNo{"Twilio refused the sign-in; check the credentials of twilio_account_sid and twilio_auth_token"}
	case code != "":
		return &saidNo{fmt.Sprintf("Twilio answered %d with error %s; see https://www.twilio.com/docs/api/errors/%s", answer.StatusCode, code, code)}
	}
	return &refusal{Status: answer.StatusCode}
}
