package query_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// vector is one case of query_language.json.
type vector struct {
	ID         string          `json:"id"`
	Form       string          `json:"form"`
	Operations json.RawMessage `json:"operations"`
	Statement  json.RawMessage `json:"statement"`
	Input      json.RawMessage `json:"input"`
	Inputs     json.RawMessage `json:"inputs"`
	Parameters json.RawMessage `json:"parameters"`
	Expected   json.RawMessage `json:"expected"`
	Tolerance  float64         `json:"tolerance"`
	Checks     []check         `json:"checks"`
	Error      string          `json:"error"`
}

type check struct {
	Op     string  `json:"op"`
	Value  float64 `json:"value"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
}

func load(t *testing.T, path string) []vector {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []vector `json:"cases"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatalf("%s holds no cases", path)
	}
	return file.Cases
}

// TestVectors runs our own cases.
func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range load(t, filepath.Join("testdata", "vectors.json")) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			v.run(t)
		})
	}
}

// TestConformance runs the cases of the language's conformance suite.
func TestConformance(t *testing.T) {
	t.Parallel()
	path := filepath.Join(conformance.Folder(t), "query_language.json")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("this suite has no cases of the query language (%s)", path)
	}
	for _, v := range load(t, path) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				var err error
				if t.Failed() {
					err = errors.New("see the test's output")
				}
				conformance.Report(t, v.ID, err)
			})
			v.run(t)
		})
	}
}

func (v vector) run(t *testing.T) {
	got, err := v.evaluate(t)
	if v.Error != "" {
		if name := neutral(err); name != v.Error {
			t.Fatalf("got %v (%s) with value %v, want %s", err, name, got, v.Error)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Checks) > 0 {
		for _, c := range v.Checks {
			c.run(t, got)
		}
		return
	}
	want := special(decode(t, v.Expected))
	if !alike(got, want, v.Tolerance) {
		t.Errorf("got %s, want %s", describe(got), describe(want))
	}
}

func (v vector) evaluate(t *testing.T) (any, error) {
	scope := query.Scope{Params: map[string]any{}, Codec: codec{}, Now: func() time.Time { return time.Unix(0, 0) }}
	for _, raw := range []json.RawMessage{v.Inputs, v.Parameters} {
		if params, ok := special(decode(t, raw)).(map[string]any); ok {
			for key, param := range params {
				scope.Params[key] = special(param)
			}
		}
	}
	if v.Form == "statement" {
		statement, problems := query.ParseStatement(decode(t, v.Statement))
		if len(problems) > 0 {
			return nil, problems
		}
		return pair(statement.Holds(t.Context(), scope))
	}
	operations, problems := query.ParseOperations(decode(t, v.Operations))
	if len(problems) > 0 {
		return nil, problems
	}
	return operations.Apply(t.Context(), special(decode(t, v.Input)), scope)
}

func pair(b bool, err error) (any, error) { return b, err }

// neutral maps an error to the name that the vectors use.
func neutral(err error) string {
	if err == nil {
		return "no error"
	}
	if _, ok := errors.AsType[query.Problems](err); ok {
		return "compile:syntax_error"
	}
	failed, ok := errors.AsType[*query.Error](err)
	if !ok {
		return "unknown"
	}
	return map[string]string{
		"InvalidInputTypeError": "step:invalid_input_type", "OperationError": "step:operation_error",
		"EvaluationEngineError": "step:evaluation_error", "UndeclaredSymbolError": "step:undeclared_symbol",
	}[failed.Class()]
}

func (c check) run(t *testing.T, got any) {
	t.Helper()
	switch c.Op {
	case "ge", "le":
		f, ok := value.Float(got)
		if !ok || c.Op == "ge" && f < c.Value || c.Op == "le" && f > c.Value {
			t.Errorf("got %v, want it %s %v", got, c.Op, c.Value)
		}
	case "is_jpeg", "is_base64_jpeg":
		encoded, _ := got.([]byte)
		if text, ok := got.(string); ok {
			encoded, _ = base64.StdEncoding.DecodeString(text)
		}
		picture, err := jpeg.Decode(bytes.NewReader(encoded))
		if err != nil || picture.Bounds().Dx() != c.Width || picture.Bounds().Dy() != c.Height {
			t.Errorf("not a JPEG of %dx%d: %v", c.Width, c.Height, err)
		}
	default:
		t.Errorf("unknown check %q", c.Op)
	}
}

func decode(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	v, err := value.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// special replaces the $... notations by values.
func special(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for _, key := range []string{"$detections", "$detection"} {
		if columns, ok := object[key].(map[string]any); ok {
			return detections(columns)
		}
	}
	if size, ok := object["$image"].(map[string]any); ok {
		rect := image.Rect(0, 0, int(size["width"].(int64)), int(size["height"].(int64)))
		return value.NewImage(image.NewGray(rect), "image")
	}
	if text, ok := object["$timestamp"].(string); ok {
		at, _ := time.Parse(time.RFC3339, text)
		return at
	}
	if text, ok := object["$repeat"]; ok {
		return repeat(text, object)
	}
	return v
}

func repeat(v any, object map[string]any) any {
	spec, ok := v.(map[string]any)
	if !ok {
		spec = object
	}
	count := func(key string) int {
		n, _ := spec[key].(int64)
		return int(n)
	}
	text, _ := spec["text"].(string)
	one := strings.Repeat(text, max(count("count"), count("length"), 1))
	out := make([]any, max(count("times"), 1))
	for i := range out {
		out[i] = one
	}
	return out
}

func detections(columns map[string]any) *value.Detections {
	d := &value.Detections{XYXY: []value.Box{}, Data: map[string][]any{}}
	for i, raw := range columns["xyxy"].([]any) {
		var box value.Box
		for k, n := range raw.([]any) {
			box[k], _ = value.Float(n)
		}
		confidence, _ := value.Float(columns["confidence"].([]any)[i])
		d.XYXY = append(d.XYXY, box)
		d.Confidence = append(d.Confidence, confidence)
		d.ClassID = append(d.ClassID, columns["class_id"].([]any)[i].(int64))
	}
	if classes, ok := columns["class"].([]any); ok {
		d.Data[value.ColumnClass] = classes
	}
	if data, ok := columns["data"].(map[string]any); ok {
		for name, cells := range data {
			d.Data[name] = cells.([]any)
		}
	}
	return d
}

// alike distinguishes an integer from a float, and texts from everything else.
func alike(got, want any, tolerance float64) bool {
	if x, ok := want.(*value.Detections); ok {
		y, ok := got.(*value.Detections)
		return ok && alikeRows(y, x, tolerance)
	}
	x, one := value.Float(want)
	y, two := value.Float(got)
	if one && two {
		_, isBool := got.(bool)
		_, wantsBool := want.(bool)
		_, isInt := got.(int64)
		_, wantsInt := want.(int64)
		return isBool == wantsBool && (isInt == wantsInt || tolerance > 0) && math.Abs(x-y) <= tolerance
	}
	list, isList := want.([]any)
	other, isOther := got.([]any)
	if isList && isOther {
		for i := range list {
			if len(other) != len(list) || !alike(other[i], list[i], tolerance) {
				return false
			}
		}
		return len(list) == len(other)
	}
	return value.Equal(got, want)
}

func alikeRows(got, want *value.Detections, tolerance float64) bool {
	if got.Len() != want.Len() {
		return false
	}
	for i := range want.XYXY {
		for k := range 4 {
			if math.Abs(got.XYXY[i][k]-want.XYXY[i][k]) > tolerance+1e-9 {
				return false
			}
		}
		if got.ClassID[i] != want.ClassID[i] || got.Confidence[i] != want.Confidence[i] {
			return false
		}
		for name := range want.Data {
			if !value.Equal(got.At(name, i), want.At(name, i)) {
				return false
			}
		}
	}
	return true
}

func describe(v any) string {
	if d, ok := v.(*value.Detections); ok {
		return value.Text(value.Normal(d.Object()))
	}
	return value.Text(v)
}

// codec is the standard library's JPEG.
type codec struct{}

func (codec) Size(encoded []byte) (width, height int, err error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(encoded))
	return config.Width, config.Height, err
}

func (codec) Decode(_ context.Context, encoded []byte) (image.Image, error) {
	return jpeg.Decode(bytes.NewReader(encoded))
}

func (codec) Publish(encoded []byte) []byte { return encoded }

func (codec) EncodeJPEG(_ context.Context, pixels image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
