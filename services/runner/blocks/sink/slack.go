package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

const (
	slackAPI   = "https://slack.com/api/"
	slackToken = "slack_token"
	// slackTimeout bounds one notification with its files.
	slackTimeout = time.Minute
	// maxSlackAnswer bounds an answer of Slack, in bytes.
	maxSlackAnswer = 1 << 20
	// maxSlackFiles bounds the files of one notification, because each is three calls.
	maxSlackFiles = 10
)

// slack posts one message for each element.
type slack struct{ notification }

func newSlack(step engine.Step) (engine.Block, error) {
	n, err := newNotification(step)
	return &slack{n}, err
}

// Run posts the message, unless sinks are disabled for the run or the step. Like an e-mail it waits for the server.
func (b *slack) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	if result, ok := held(call); ok {
		return result, nil
	}
	text, files, err := b.text(ctx, call)
	if err != nil {
		return engine.Result{}, err
	}
	if files, err = attachments(ctx, call, files); err != nil {
		return engine.Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, slackTimeout)
	defer cancel()
	return sent(ctx, "slack notification", post(ctx, call, text, files))
}

func post(ctx context.Context, call *engine.Call, text string, files []attachment) error {
	channel, _ := call.Arg("channel").(string)
	switch {
	case !engine.IsSlot(call.Arg(slackToken)):
		return engine.Failf(engine.ClientCaused, "%s has no credential", slackToken)
	case len(files) > maxSlackFiles:
		return engine.Failf(engine.LimitsCaused, "a message has at most %d files", maxSlackFiles)
	case len(files) == 0:
		return slackCall(ctx, call, "chat.postMessage", map[string]any{"channel": channel, "text": text}, nil)
	}
	var uploaded []map[string]any
	for _, file := range files {
		id, err := upload(ctx, call, file)
		if err != nil {
			return err
		}
		uploaded = append(uploaded, map[string]any{"id": id, "title": file.name})
	}
	return slackCall(ctx, call, "files.completeUploadExternal", map[string]any{"files": uploaded, "channel_id": channel, "initial_comment": text}, nil)
}

// upload asks Slack where a file goes, and sends it there without the credential.
func upload(ctx context.Context, call *engine.Call, file attachment) (id string, err error) {
	var place struct {
		UploadURL string `json:"upload_url"`
		FileID    string `json:"file_id"`
	}
	query := url.Values{"filename": {file.name}, "length": {strconv.Itoa(len(file.content))}}
	if err := slackCall(ctx, call, "files.getUploadURLExternal?"+query.Encode(), nil, &place); err != nil {
		return "", err
	}
	to, err := url.Parse(place.UploadURL)
	if err != nil || to.Scheme != "https" || !strings.HasSuffix(to.Hostname(), ".slack.com") {
		return "", &saidNo{"Slack named no place for a file"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, place.UploadURL, bytes.NewReader(file.content))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	client, err := call.Outbound.Client(ctx, call.NewAttempt())
	if err != nil {
		return "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close() // the status says all
	if answer.StatusCode != http.StatusOK {
		return "", &refusal{Status: answer.StatusCode}
	}
	return place.FileID, nil
}

// slackCall makes one call with the credential: a POST with a body, or else a GET. It reads the answer into result.
func slackCall(ctx context.Context, call *engine.Call, method string, body map[string]any, result any) error {
	verb, content := http.MethodGet, io.Reader(nil)
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		verb, content = http.MethodPost, bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, verb, slackAPI+method, content)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	client, err := call.Outbound.Client(ctx, call.NewAttempt(), slackToken)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxSlackAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return &refusal{Status: answer.StatusCode}
	}
	return readSlack(raw, result)
}

// slackError matches an error of Slack, such as "channel_not_found".
var slackError = regexp.MustCompile(`^[a-z_]{1,60}$`)

// readSlack reads an answer, whose status is 200 also for a failure.
func readSlack(raw []byte, result any) error {
	var said struct {
		OK    bool
		Error string
	}
	switch err := json.Unmarshal(raw, &said); {
	case err != nil || !said.OK && !slackError.MatchString(said.Error):
		return &saidNo{"Slack's answer is not readable"}
	case !said.OK:
		return &saidNo{fmt.Sprintf("Slack answered %s", said.Error)}
	case result == nil:
		return nil
	}
	return json.Unmarshal(raw, result)
}
