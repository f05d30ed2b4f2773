package sink

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

const (
	s3KeyID     = "aws_access_key_id"
	s3SecretKey = "aws_secret_access_key"
	s3Timeout   = time.Minute
	// maxObject bounds an object, in bytes. The egress holds it in memory to sign it.
	maxObject = 8 << 20
	// maxKey bounds the name of an object, in bytes, as S3 does.
	maxKey        = 1024
	messageStored = "Data saved successfully"
)

var (
	bucketName  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	regionName  = regexp.MustCompile(`^[a-z]{2}-[a-z0-9-]{0,29}[a-z0-9]$`)
	contentType = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json", "txt": "text/plain; charset=utf-8"}
)

// s3Log is the object to which a step appends. It belongs to one run: runs may belong to different people.
type s3Log struct {
	mu      sync.Mutex // guards the fields: an object is stored with all entries up to now
	key     string
	text    strings.Builder
	entries int64
}

// s3 stores texts in a bucket.
type s3 struct{}

func newS3(engine.Step) (engine.Block, error) { return &s3{}, nil }

// LeastCalls implements engine.Calling.
func (*s3) LeastCalls(env *engine.Env, elements int) int {
	if !env.Sinks {
		return 0
	}
	return elements
}

// Run stores the text of one element. A log is stored whole after each entry, because an object cannot grow: a run
// that ends early leaves a log without gaps.
func (*s3) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	if !call.Sinks || call.Outbound == nil {
		return stored(false, messageOff), nil
	}
	content, _ := call.Arg("content").(string)
	kind, _ := call.Arg("file_type").(string)
	if call.Arg("output_mode") != "append_log" {
		return put(ctx, call, keyOf(call, kind), kind, content)
	}
	limit, ok := call.Arg("max_entries_per_file").(int64)
	if !ok || limit < 1 {
		return engine.None(), engine.Failf(engine.ClientCaused, "max_entries_per_file must be a whole number of at least 1")
	}
	log := call.State("s3-log", func() any { return &s3Log{} }).(*s3Log)
	log.mu.Lock()
	defer log.mu.Unlock()
	if err := log.add(call, kind, content, limit); err != nil {
		return engine.None(), err
	}
	return put(ctx, call, log.key, kind, log.text.String())
}

// add appends an entry, in a new object when the last one is full. Later entries of a table have no line of names, and
// a log of JSON has one document a line.
func (l *s3Log) add(call *engine.Call, kind, content string, limit int64) error {
	if l.entries >= limit || l.text.Len()+len(content) > maxObject && l.entries > 0 {
		l.key, l.entries = "", 0
		l.text.Reset()
	}
	first := l.entries == 0
	if first {
		name := kind
		if kind == "json" {
			name = "jsonl"
		}
		l.key = keyOf(call, name)
	}
	switch {
	case kind == "json":
		var line strings.Builder
		if err := compact(&line, content); err != nil {
			return err
		}
		content = line.String()
	case kind == "csv" && !first:
		_, content, _ = strings.Cut(content, "\n")
	}
	l.text.WriteString(content)
	if content != "" && !strings.HasSuffix(content, "\n") {
		l.text.WriteByte('\n')
	}
	l.entries++
	return nil
}

func compact(into *strings.Builder, content string) error {
	if !json.Valid([]byte(content)) {
		return engine.Failf(engine.ClientCaused, "content is not JSON, which a log of file_type json needs")
	}
	inText, escaped := false, false
	for _, c := range []byte(content) { // line breaks outside of texts are spaces; the numbers keep their form
		switch {
		case escaped:
			escaped = false
		case inText && c == '\\':
			escaped = true
		case c == '"':
			inText = !inText
		case !inText && (c == '\n' || c == '\r'):
			continue
		}
		into.WriteByte(c)
	}
	return nil
}

// keyOf is the name of a new object: its prefix, the beginning of its name, and the time.
func keyOf(call *engine.Call, kind string) string {
	prefix, _ := call.Arg("s3_prefix").(string)
	name, _ := call.Arg("file_name_prefix").(string)
	now := call.Now().UTC()
	n := call.State("s3-objects", func() any { return new(counter) }).(*counter).next()
	key := fmt.Sprintf("%s_%s_%06d", name, now.Format("2006_01_02_15_04_05"), now.Nanosecond()/1000)
	if n > 0 { // elements of a run may be stored in the same microsecond
		key += fmt.Sprintf("_%d", n)
	}
	key += "." + kind
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		key = prefix + "/" + key
	}
	return key
}

type counter struct {
	mu sync.Mutex // guards n
	n  int
}

func (c *counter) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.n - 1
}

func stored(failed bool, message string) engine.Result {
	return engine.One(engine.Outputs{"error_status": failed, "message": message})
}

// put stores an object. The egress signs the request.
func put(ctx context.Context, call *engine.Call, key, kind, content string) (engine.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Timeout)
	defer cancel()
	err := putObject(ctx, call, key, kind, content)
	switch {
	case hard(ctx, err):
		return engine.None(), err
	case err != nil:
		return stored(true, "Failed to save data: "+explain(err)), nil
	}
	return stored(false, messageStored), nil
}

func putObject(ctx context.Context, call *engine.Call, key, kind, content string) error {
	address, err := objectURL(call, key)
	if err != nil {
		return err
	}
	for _, field := range []string{s3KeyID, s3SecretKey} {
		if !engine.IsSlot(call.Arg(field)) {
			return engine.Failf(engine.ClientCaused, "%s has no credential", field)
		}
	}
	if len(content) > maxObject {
		return engine.Failf(engine.LimitsCaused, "the object is larger than %d MiB", maxObject>>20)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, strings.NewReader(content))
	if err != nil {
		return engine.Failf(engine.ClientCaused, "the name of the object cannot be used").Because(err)
	}
	request.Header.Set("Content-Type", contentType[kind])
	client, err := call.Outbound.Client(ctx, call.NewAttempt(), s3KeyID, s3SecretKey)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // the head says all
	switch code := answer.Header.Get(codeHeader); {
	case answer.StatusCode < 300:
		return nil
	case answer.StatusCode < 400:
		return &saidNo{"the bucket is in another region; write it in aws_region"}
	case code != "":
		return &saidNo{fmt.Sprintf("S3 answered %d %s", answer.StatusCode, code)}
	default:
		return &refusal{Status: answer.StatusCode}
	}
}

// objectURL is the address of an object in the bucket of the step.
func objectURL(call *engine.Call, key string) (string, error) {
	bucket, _ := call.Arg("bucket_name").(string)
	region, ok := call.Arg("aws_region").(string)
	if !ok {
		region = "us-east-1"
	}
	parts := strings.Split(key, "/")
	for i, part := range parts {
		if part == "" || part == "." || part == ".." || strings.ContainsFunc(part, isControl) || strings.Contains(part, `\`) {
			return "", engine.Failf(engine.ClientCaused, "the name of the object has an empty part, dots, a backslash or a control character; change s3_prefix or file_name_prefix")
		}
		parts[i] = url.PathEscape(part)
	}
	switch {
	case !bucketName.MatchString(bucket):
		return "", engine.Failf(engine.ClientCaused, "bucket_name must have 3 to 63 lower-case letters, digits and hyphens, without dots")
	case !regionName.MatchString(region):
		return "", engine.Failf(engine.ClientCaused, "aws_region must be a region of AWS, such as eu-central-1")
	case len(key) > maxKey:
		return "", engine.Failf(engine.ClientCaused, "the name of the object is longer than %d bytes", maxKey)
	}
	host := "https://" + bucket + ".s3." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return host + "/" + strings.Join(parts, "/"), nil
}
