package vendors

import "net/http"

type annotateRequest struct {
	Requests []struct {
		Image struct {
			Content string `json:"content"`
		} `json:"image"`
		Features []struct {
			Type string `json:"type"`
		} `json:"features"`
		Context struct {
			Hints []string `json:"languageHints"`
		} `json:"imageContext"`
	} `json:"requests"`
}

// annotateFault checks a request as
// https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate says. The key must
// not be in the URL.
func annotateFault(r *http.Request, body []byte) string {
	var asked annotateRequest
	fault := parsed(body, &asked)
	switch {
	case fault != "":
		return fault
	case r.URL.Path != "/v1/images:annotate" || r.URL.RawQuery != "" || len(asked.Requests) != 1 || len(asked.Requests[0].Features) != 1:
		return "Invalid request"
	case asked.Requests[0].Features[0].Type != "TEXT_DETECTION" && asked.Requests[0].Features[0].Type != "DOCUMENT_TEXT_DETECTION":
		return "Invalid value at 'requests[0].features[0].type'"
	}
	return badPicture(asked.Requests[0].Image.Content)
}

var vision = vendor{
	name: "google_vision", key: header("X-Goog-Api-Key"), fault: annotateFault,
	good: func(w http.ResponseWriter, _ *http.Request, text string) {
		symbols := []any{object{"text": "O"}, object{"text": "K"}}
		block := object{
			// A place that is 0 is left out.
			"boundingBox": object{"vertices": []any{object{"y": 3}, object{"x": 8, "y": 3}, object{"x": 8, "y": 5}, object{"y": 5}}},
			"paragraphs":  []any{object{"words": []any{object{"symbols": symbols}, object{"symbols": symbols}}}},
			"confidence":  0.5,
		}
		writeJSON(w, http.StatusOK, object{"responses": []any{object{
			"textAnnotations":    []any{object{"locale": "en", "description": text}, object{"description": "a"}},
			"fullTextAnnotation": object{"pages": []any{object{"blocks": []any{block}}}, "text": text},
		}}})
	},
	refuse: func(fault string) reply { return googleError(http.StatusBadRequest, "INVALID_ARGUMENT", fault) },
	moods: map[Mood]func(string) reply{
		BadKey: badGoogleKey, Limited: googleLimit,
		Overloaded: func(string) reply {
			return googleError(http.StatusServiceUnavailable, "UNAVAILABLE", "The service is currently unavailable.")
		},
	},
}
