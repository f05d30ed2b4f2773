package roboflow

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// pictureOf reads the picture of a v0 call: base64, whatever the content type says; a part
// of a form; raw bytes; or an address in the query.
func pictureOf(r *http.Request, body []byte) (json.RawMessage, error) {
	if url := r.URL.Query().Get("image"); url != "" {
		return picture("url", url), nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		if body, err = filePart(body, params["boundary"]); err != nil {
			return nil, err
		}
	}
	body = bytes.TrimSpace(body)
	if text := bytes.Trim(body, `"`); isBase64(text) {
		return picture("base64", string(text)), nil
	}
	if len(body) == 0 {
		return nil, errs.InvalidArgument("send a picture: base64 as the body, a form with a file, or its address as the parameter image").Field("body", "required")
	}
	return picture("base64", base64.StdEncoding.EncodeToString(body)), nil
}

func picture(kind, value string) json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"type": kind, "value": value}) // strings always marshal
	return raw
}

// isBase64 reports whether a body is base64, perhaps as a data URI.
func isBase64(text []byte) bool {
	if bytes.HasPrefix(text, []byte("data:")) {
		return true
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
	return len(text) > 0 && !bytes.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(alphabet, r) })
}

// filePart returns the first part of a form that is a file.
func filePart(body []byte, boundary string) ([]byte, error) {
	form := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, errs.InvalidArgument("the form has no file; send the picture as the part file").Field("file", "required").Because(err)
		}
		if part.FileName() == "" && part.FormName() != "file" && part.FormName() != "image" {
			continue
		}
		file, err := io.ReadAll(part) // no longer than the body, which is bounded
		if err != nil {
			return nil, errs.InvalidArgument("the form is cut off").Field("file", "incomplete").Because(err)
		}
		return file, nil
	}
}
