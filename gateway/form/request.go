package form

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/contract"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// value is JSON, or bytes that are written in base64.
type value struct {
	json    json.RawMessage
	picture []byte
}

func picture(raw []byte) value { return value{picture: raw} }

// request is the JSON of a run while it is put together.
type request struct {
	inputs []*sharingv1.Input
	values map[string][]value
	// other has requestId and destinations.
	other map[string]json.RawMessage
	// size is that of the body, room what is left for its texts as JSON.
	size int
	room int64
}

func newRequest(inputs []*sharingv1.Input, size int) *request {
	return &request{inputs: inputs, values: map[string][]value{}, other: map[string]json.RawMessage{}, size: size, room: Grown(size)}
}

func (q *request) add(in *sharingv1.Input, v value) {
	q.values[in.GetName()] = append(q.values[in.GetName()], v)
}

// read reads the parts of a form.
func (q *request) read(boundary string, body []byte) error {
	// The reader takes a body without its boundary for an empty form.
	if !bytes.Contains(body, []byte("--"+boundary)) {
		return cutOff(nil)
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cutOff(err)
		}
		raw, err := io.ReadAll(part) // no longer than the body, which is bounded
		if err != nil {
			return cutOff(err)
		}
		if err := q.part(part, raw); err != nil {
			return err
		}
	}
}

func cutOff(err error) error {
	return errs.InvalidArgument("the form is cut off or malformed; send it again").
		Field("body", "is not a whole form").Because(err)
}

// part adds one part. An input has precedence over a field of the request with its name.
func (q *request) part(part *multipart.Part, raw []byte) error {
	name := part.FormName()
	in := contract.Find(q.inputs, name)
	switch {
	case in == nil && name == "requestId":
		quoted, err := q.text(raw)
		q.other[name] = quoted
		return err
	case in == nil && name == "destinations":
		if !json.Valid(raw) {
			return errs.InvalidArgument("the field destinations must be a JSON object: the destination of each credential").
				Field("destinations", "is not JSON")
		}
		q.other[name] = raw
	case in == nil:
		return q.unknown()
	case len(q.values[name]) > 0 && !contract.TakesList(in):
		return errs.InvalidArgument("the form has the input %q more than once; it takes one value", name).
			WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Field("inputs."+name, "is given more than once")
	}
	read := q.valueOf
	if contract.IsPicture(in) {
		read = func(_ *sharingv1.Input, raw []byte) (value, error) { return q.pictureOf(part, raw) }
	}
	v, err := read(in, raw)
	if err != nil {
		return err
	}
	q.add(in, v)
	return nil
}

// unknown refuses a field. It does not repeat its name, which can be anything.
func (q *request) unknown() error {
	return errs.InvalidArgument("the form has a field that is no input of this link; its inputs are %s", listed(q.inputs)).
		WithReason(errorsv1.Reason_REASON_INPUT_UNKNOWN).Field("body", "has an unknown field")
}

// listed names the inputs for an error.
func listed(inputs []*sharingv1.Input) string {
	if len(inputs) == 0 {
		return "none"
	}
	return errs.Quoted(contract.Names(inputs))
}

// onlyPicture returns the input that a picture without a name is for.
func onlyPicture(inputs []*sharingv1.Input) (*sharingv1.Input, error) {
	var found *sharingv1.Input
	for _, in := range inputs {
		if !contract.IsPicture(in) {
			continue
		}
		if found != nil {
			return nil, errs.InvalidArgument("this link takes several pictures; send a form with their names (curl -F %s=@picture.jpg); its inputs are %s",
				found.GetName(), listed(inputs)).WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Field("body", "is one picture, and the link takes several")
		}
		found = in
	}
	if found == nil {
		return nil, errs.InvalidArgument("this link takes no picture; its inputs are %s", listed(inputs)).
			WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Field("body", "is a picture, and the link takes none")
	}
	return found, nil
}

// pictureOf reads a part of a picture input: a file, a URL, base64, or JSON.
func (q *request) pictureOf(part *multipart.Part, raw []byte) (value, error) {
	if part.FileName() != "" || strings.HasPrefix(part.Header.Get("Content-Type"), "image/") {
		return picture(raw), nil
	}
	words := bytes.TrimSpace(raw)
	switch {
	case len(words) > 0 && words[0] == '{' && json.Valid(words):
		return value{json: words}, nil
	case bytes.HasPrefix(words, []byte("https://")), bytes.HasPrefix(words, []byte("http://")):
		return q.pictureIn("url", words)
	case isBase64(words):
		return q.pictureIn("base64", words)
	}
	return picture(raw), nil
}

func (q *request) pictureIn(kind string, words []byte) (value, error) {
	quoted, err := q.text(words)
	return value{json: slices.Concat([]byte(`{"type":"`+kind+`","value":`), quoted, []byte("}"))}, err
}

// isBase64 reports whether a text is base64, perhaps as a data URI.
func isBase64(words []byte) bool {
	if bytes.HasPrefix(words, []byte("data:")) {
		return true
	}
	return len(words) > 0 && !bytes.ContainsFunc(words, func(c rune) bool {
		return !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("+/=\r\n", c))
	})
}

// valueOf reads a part of any other input. A text that should be JSON and is not is left to the
// run, which reads "yes" as a boolean and refuses what it cannot read.
func (q *request) valueOf(in *sharingv1.Input, raw []byte) (value, error) {
	if !contract.IsText(in) && json.Valid(raw) {
		return value{json: raw}, nil
	}
	quoted, err := q.text(raw)
	return value{json: quoted}, err
}

// text writes a text as JSON. Some characters grow sixfold, so that it counts them first.
func (q *request) text(raw []byte) (json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, errs.InvalidArgument("a field of the form is not UTF-8 text; send a picture as a file (curl -F name=@picture.jpg)").
			Field("body", strict.NotText)
	}
	for _, c := range raw {
		switch {
		case c < ' ':
			q.room -= 6
		case c == '"', c == '\\', c >= 0x80:
			q.room -= 2
		default:
			q.room--
		}
	}
	if q.room < 0 {
		return nil, errs.InvalidArgument("the form is too large as JSON; send JSON instead").WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(string(raw)); err != nil {
		return nil, errs.InvalidArgument("a field of the form is not text").Field("body", strict.NotText).Because(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// json writes the request.
func (q *request) json() []byte {
	out := bytes.NewBuffer(make([]byte, 0, Grown(q.size)))
	out.WriteString(`{"inputs":{`)
	between := ""
	for _, in := range q.inputs {
		values := q.values[in.GetName()]
		if len(values) == 0 {
			continue
		}
		out.WriteString(between)
		name, _ := json.Marshal(in.GetName()) // a string always marshals
		out.Write(name)
		out.WriteByte(':')
		writeValues(out, values, contract.NeedsList(in))
		between = ","
	}
	out.WriteByte('}')
	for name, v := range q.other {
		out.WriteString(`,"` + name + `":`)
		out.Write(v)
	}
	out.WriteByte('}')
	return out.Bytes()
}

func writeValues(out *bytes.Buffer, values []value, list bool) {
	// One part can hold the list of all values.
	whole := len(values) == 1 && bytes.HasPrefix(bytes.TrimSpace(values[0].json), []byte("["))
	if list = !whole && (list || len(values) > 1); list {
		out.WriteByte('[')
	}
	for i, v := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		v.write(out)
	}
	if list {
		out.WriteByte(']')
	}
}

func (v value) write(out *bytes.Buffer) {
	if v.picture == nil {
		out.Write(v.json)
		return
	}
	out.WriteString(`{"type":"base64","value":"`)
	encoder := base64.NewEncoder(base64.StdEncoding, out)
	_, _ = encoder.Write(v.picture) // a buffer takes everything
	_ = encoder.Close()
	out.WriteString(`"}`)
}
