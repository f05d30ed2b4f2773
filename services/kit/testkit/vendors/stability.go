package vendors

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// stabilityFields are the fields of https://platform.stability.ai/docs/api-reference by
// method; those with a star are files.
var stabilityFields = map[string][]string{
	"generate/core":  {"prompt", "negative_prompt", "output_format"},
	"generate/ultra": {"prompt", "negative_prompt", "output_format", "strength", "*image"},
	"generate/sd3":   {"prompt", "negative_prompt", "output_format", "strength", "mode", "*image"},
	"edit/inpaint":   {"prompt", "negative_prompt", "output_format", "style_preset", "seed", "*image", "*mask"},
	"edit/outpaint":  {"prompt", "output_format", "style_preset", "seed", "creativity", "left", "right", "up", "down", "*image"},
}

func stabilityFault(r *http.Request, body []byte) string {
	fields := stabilityFields[strings.TrimPrefix(r.URL.Path, "/v2beta/stable-image/")]
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if fields == nil || err != nil || kind != "multipart/form-data" || r.Header.Get("Accept") != "image/*" {
		return "accept or content-type: invalid"
	}
	form, err := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]).ReadForm(1 << 20)
	if err != nil {
		return "body: invalid"
	}
	for name := range form.Value {
		if !slices.Contains(fields, name) {
			return name + ": unknown"
		}
	}
	for name, files := range form.File {
		file, err := files[0].Open()
		if err != nil || !slices.Contains(fields, "*"+name) {
			return name + ": unknown"
		}
		if _, err := jpeg.Decode(file); err != nil {
			return name + ": invalid"
		}
	}
	if slices.Contains(fields, "*mask") && len(form.File) != 2 {
		return "mask: required"
	}
	return ""
}

func stabilityError(status int, name, message string) reply {
	return reply{status: status, body: object{"id": "e1", "name": name, "errors": []any{message}}}
}

var stability = vendor{
	name: "stability_ai", key: bearer, fault: stabilityFault,
	good: func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.Header().Set("Content-Type", "image/jpeg")
		_ = jpeg.Encode(w, image.NewGray(image.Rect(0, 0, 2, 1)), nil)
	},
	refuse: func(fault string) reply { return stabilityError(http.StatusBadRequest, "bad_request", fault) },
	moods: map[Mood]func(string) reply{
		BadKey: func(key string) reply {
			return stabilityError(http.StatusUnauthorized, "unauthorized", "authorization: invalid "+key)
		},
		Limited: func(string) reply {
			r := stabilityError(http.StatusTooManyRequests, "rate_limit_exceeded", "You have exceeded the rate limit")
			r.header = map[string]string{"Retry-After": "60"}
			return r
		},
		Spent: func(string) reply {
			return stabilityError(http.StatusPaymentRequired, "payment_required", "You lack sufficient credits")
		},
		Moderated: func(string) reply {
			return stabilityError(http.StatusForbidden, "content_moderation", "Your request was flagged by our content moderation system.")
		},
		Overloaded: func(string) reply {
			return stabilityError(http.StatusInternalServerError, "internal_error", "An unexpected error occurred")
		},
	},
}
