package vendors

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/jpeg"
	"net/http"
	"strings"
)

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

type object = map[string]any

// parsed reads a request's JSON, without fields that the protocol does not have.
func parsed(body []byte, into any) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return "Invalid request: " + err.Error()
	}
	return ""
}

// badPicture says what is wrong with a picture in base64, "" for nothing.
func badPicture(encoded string) string {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "Invalid base64 image"
	}
	if _, err := jpeg.Decode(bytes.NewReader(raw)); err != nil {
		return "Could not process image"
	}
	return ""
}

// badURI is badPicture for a data URI.
func badURI(uri string) string {
	encoded, ok := strings.CutPrefix(uri, "data:image/jpeg;base64,")
	if !ok {
		return "Invalid image_url"
	}
	return badPicture(encoded)
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
