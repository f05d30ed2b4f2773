package sink

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/big"
	"mime/multipart"
	"net/url"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func formBody(form map[string]any) []byte {
	fields := url.Values{}
	for name, v := range form {
		fields[name] = texts(v)
	}
	return []byte(fields.Encode())
}

// multipartBody writes fields and files in the order of their names, so that the same
// inputs make the same request.
func multipartBody(files, form map[string]any) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, text := range texts(form[name]) {
			if err := w.WriteField(name, text); err != nil {
				return nil, "", err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content, err := fileContent(name, files[name])
		if err != nil {
			return nil, "", err
		}
		part, err := w.CreateFormFile(name, name)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(content); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

func fileContent(name string, v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	case *value.Image:
		return nil, unsendable(name, "a picture: convert it with ConvertImageToJPEG first")
	case *value.Detections:
		return nil, unsendable(name, "detections: convert them with DetectionsToDictionary first")
	}
	plain, err := sendable(name, v)
	if err != nil {
		return nil, err
	}
	return value.AppendJSON(nil, plain)
}

func jsonBody(payload map[string]any) ([]byte, error) {
	if payload == nil {
		payload = map[string]any{}
	}
	plain := make(map[string]any, len(payload))
	for name, v := range payload {
		var err error
		if plain[name], err = sendable(name, v); err != nil {
			return nil, err
		}
	}
	return value.AppendJSON(nil, plain)
}

func unsendable(name, what string) error {
	return engine.Failf(engine.ClientCaused, "field %.60q is %s", name, what)
}

// sendable converts a value to JSON values, or explains why it cannot.
func sendable(name string, v any) (any, error) {
	switch v := value.Shallow(v).(type) {
	case nil, bool, int64, *big.Int, string:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, unsendable(name, "a number that JSON does not have")
		}
		return v, nil
	case time.Time:
		return value.ISO(v), nil
	case []any:
		return sendableList(name, v)
	case map[string]any:
		return sendableMap(name, v)
	case []byte:
		return nil, unsendable(name, "bytes: convert them to a string first")
	case *value.Image:
		return nil, unsendable(name, "a picture: convert it with ConvertImageToBase64 first")
	case *value.Detections:
		return nil, unsendable(name, "detections: convert them with DetectionsToDictionary first")
	}
	return nil, unsendable(name, "of a kind that JSON does not have")
}

func sendableList(name string, v []any) (any, error) {
	out := make([]any, len(v))
	for i, item := range v {
		var err error
		if out[i], err = sendable(name, item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func sendableMap(name string, v map[string]any) (any, error) {
	out := make(map[string]any, len(v))
	for key, item := range v {
		var err error
		if out[key], err = sendable(fmt.Sprintf("%s.%s", name, key), item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// texts returns the values of one parameter. A list repeats the parameter; null omits it.
func texts(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		all := make([]string, 0, len(v))
		for _, item := range v {
			all = append(all, value.Text(item))
		}
		return all
	}
	return []string{value.Text(v)}
}
