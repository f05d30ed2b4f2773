package form

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

var inputs = []*sharingv1.Input{
	{Name: "image", Type: "WorkflowImage", Kinds: []string{"image"}, Required: true},
	{Name: "min", Type: "WorkflowParameter", Kinds: []string{"float"}},
	{Name: "prompt", Type: "WorkflowParameter", Kinds: []string{"string"}},
	{Name: "any", Type: "WorkflowParameter", Kinds: []string{"*"}},
	{Name: "word", Type: "WorkflowParameter", DefaultValue: []byte(`"a"`)},
	{Name: "many", Type: "WorkflowBatchInput", Kinds: []string{"integer"}},
	{Name: "llm_key", Type: "Credential", Credential: true},
}

// part is one part of a form; file is set for a file.
type part struct{ name, file, text string }

func formOf(t *testing.T, parts ...part) (Kind, []byte) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", `form-data; name="`+p.name+`"`)
		if p.file != "" {
			header.Set("Content-Disposition", `form-data; name="`+p.name+`"; filename="`+p.file+`"`)
		}
		to, err := w.CreatePart(header)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = to.Write([]byte(p.text))
	}
	_ = w.Close()
	r, _ := http.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", w.FormDataContentType())
	kind, ok := Of(r)
	if !ok {
		t.Fatal("not a form")
	}
	return kind, body.Bytes()
}

func TestAFormBecomesARun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parts []part
		want  string
	}{
		"a file":              {[]part{{"image", "a.jpg", "\xff\xd8\x01"}}, `{"image":{"type":"base64","value":"/9gB"}}`},
		"two files":           {[]part{{"image", "a.jpg", "a"}, {"image", "b.jpg", "b"}}, `{"image":[{"type":"base64","value":"YQ=="},{"type":"base64","value":"Yg=="}]}`},
		"a URL":               {[]part{{"image", "", "https://example.com/a.jpg?b=<c>"}}, `{"image":{"type":"url","value":"https://example.com/a.jpg?b=<c>"}}`},
		"base64":              {[]part{{"image", "", "/9gB\n"}}, `{"image":{"type":"base64","value":"/9gB"}}`},
		"a data URI":          {[]part{{"image", "", "data:image/png;base64,AAAA"}}, `{"image":{"type":"base64","value":"data:image/png;base64,AAAA"}}`},
		"JSON of a picture":   {[]part{{"image", "", `{"type":"url","value":"https://e.com"}`}}, `{"image":{"type":"url","value":"https://e.com"}}`},
		"a number":            {[]part{{"min", "", "0.5"}}, `{"min":0.5}`},
		"a number as text":    {[]part{{"prompt", "", "12"}}, `{"prompt":"12"}`},
		"quotes":              {[]part{{"prompt", "", "a \"b\"\\\n\x01"}}, `{"prompt":"a \"b\"\\\n\u0001"}`},
		"what is no number":   {[]part{{"min", "", "yes"}}, `{"min":"yes"}`},
		"an open kind":        {[]part{{"any", "", `[1, "a"]`}}, `{"any":[1, "a"]}`},
		"an open kind's text": {[]part{{"any", "", `red car`}}, `{"any":"red car"}`},
		"by its default":      {[]part{{"word", "", `1`}}, `{"word":"1"}`},
		"a batch of one":      {[]part{{"many", "", `1`}}, `{"many":[1]}`},
		"a batch as JSON":     {[]part{{"many", "", `[1,2]`}}, `{"many":[1,2]}`},
		"a credential":        {[]part{{"llm_key", "", `123`}}, `{"llm_key":"123"}`},
		"nothing":             {nil, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, body := formOf(t, c.parts...)
			got, err := kind.Run(inputs, body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(`{"inputs":`+c.want+`}`, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFormHasFieldsOfTheRequest(t *testing.T) {
	t.Parallel()
	kind, body := formOf(t, part{"requestId", "", "r1"}, part{"destinations", "", `{"llm_key":"https://api.openai.com"}`})
	raw, err := kind.Run(inputs, body)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil || got["requestId"] != "r1" || got["destinations"] == nil {
		t.Errorf("%s: %v", raw, err)
	}
	own := []*sharingv1.Input{{Name: "requestId", Kinds: []string{"string"}}}
	if raw, err = kind.Run(own, body); err != nil || !strings.Contains(string(raw), `"inputs":{"requestId":"r1"}`) {
		t.Errorf("an input of that name: %s %v", raw, err)
	}
}

func TestAPictureIsTheOnePictureInput(t *testing.T) {
	t.Parallel()
	r, _ := http.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", "image/jpeg")
	kind, ok := Of(r)
	if !ok {
		t.Fatal("not a picture")
	}
	got, err := kind.Run(inputs, []byte("abc"))
	if err != nil || string(got) != `{"inputs":{"image":{"type":"base64","value":"YWJj"}}}` {
		t.Errorf("%s %v", got, err)
	}
	two := append([]*sharingv1.Input{{Name: "other", Type: "WorkflowImage"}}, inputs...)
	for what, c := range map[string]struct {
		inputs []*sharingv1.Input
		body   string
		names  string
	}{
		"two pictures": {two, "abc", `"other", "image", "min"`}, "none": {inputs[1:], "abc", `"min", "prompt"`}, "empty": {inputs, "", ""},
	} {
		if _, err := kind.Run(c.inputs, []byte(c.body)); err == nil || !strings.Contains(errs.From(err).Message(), c.names) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever a form holds, its JSON stays within what was reserved, and no error repeats a name or
// a value.
func TestAttackForms(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	whole, body := formOf(t, part{"image", "a.jpg", canary})
	for name, c := range map[string]struct {
		kind   Kind
		body   []byte
		reason errorsv1.Reason
	}{
		"cut off":      {whole, body[:len(body)-8], errorsv1.Reason_REASON_INVALID_REQUEST},
		"no form":      {whole, []byte(canary), errorsv1.Reason_REASON_INVALID_REQUEST},
		"many headers": {whole, []byte("--" + whole.boundary + "\r\n" + strings.Repeat("A: "+canary+"\r\n", 20000) + "\r\n"), errorsv1.Reason_REASON_INVALID_REQUEST},
	} {
		wantRefused(t, name, c.kind, c.body, c.reason, canary)
	}
	for name, c := range map[string]struct {
		parts  []part
		reason errorsv1.Reason
	}{
		"a field that is no input":     {[]part{{canary, "", "1"}}, errorsv1.Reason_REASON_INPUT_UNKNOWN},
		"another link's token":         {[]part{{"token", "", canary}}, errorsv1.Reason_REASON_INPUT_UNKNOWN},
		"a definition":                 {[]part{{"definition", "", canary}}, errorsv1.Reason_REASON_INPUT_UNKNOWN},
		"a parameter twice":            {[]part{{"prompt", "", canary}, {"prompt", "", canary}}, errorsv1.Reason_REASON_INPUT_INVALID},
		"bytes in a text":              {[]part{{"prompt", "", canary + "\xff"}}, errorsv1.Reason_REASON_INVALID_REQUEST},
		"destinations that close JSON": {[]part{{"destinations", "", `{}, "token": "` + canary + `"`}}, errorsv1.Reason_REASON_INVALID_REQUEST},
		"characters that grow":         {[]part{{"prompt", "", strings.Repeat("\x01", 1<<20)}}, errorsv1.Reason_REASON_REQUEST_TOO_LARGE},
	} {
		kind, body := formOf(t, c.parts...)
		wantRefused(t, name, kind, body, c.reason, canary)
	}
}

func wantRefused(t *testing.T, name string, kind Kind, body []byte, reason errorsv1.Reason, canary string) {
	t.Helper()
	got, err := kind.Run(inputs, body)
	if err == nil || errs.ReasonOf(err) != reason || strings.Contains(errs.From(err).Message(), canary) {
		t.Errorf("%s: %.200s %v (%v)", name, got, err, errs.ReasonOf(err))
	}
}

func FuzzForm(f *testing.F) {
	f.Add("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nabc\r\n--b--\r\n")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"min\"\r\n\r\n1e5\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := Kind{boundary: "b"}.Run(inputs, []byte(body))
		if err == nil && (!json.Valid(got) || int64(len(got)) > Grown(len(body))) {
			t.Errorf("%q becomes %d bytes: %q", body, len(got), got)
		}
	})
}
