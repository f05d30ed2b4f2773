package vendors

import (
	"net/http"
	"strings"
)

type generateRequest struct {
	Contents []struct {
		Role  string `json:"role"`
		Parts []struct {
			Text   string `json:"text"`
			Inline *struct {
				Mime string `json:"mime_type"`
				Data string `json:"data"`
			} `json:"inline_data"`
		} `json:"parts"`
	} `json:"contents"`
	System object `json:"systemInstruction"`
	Config struct {
		Candidates  int      `json:"candidateCount"`
		MaxTokens   *int64   `json:"maxOutputTokens"`
		Temperature *float64 `json:"temperature"`
		Mime        string   `json:"responseMimeType"`
		Schema      object   `json:"responseSchema"`
		Thinking    object   `json:"thinkingConfig"`
	} `json:"generationConfig"`
	Tools []object `json:"tools"`
}

// generateFault checks a request as https://ai.google.dev/api/generate-content says. The key
// must not be in the URL.
func generateFault(r *http.Request, body []byte) string {
	var asked generateRequest
	if fault := parsed(body, &asked); fault != "" {
		return fault
	}
	model, ok := strings.CutPrefix(r.URL.Path, "/v1beta/models/")
	model, method := strings.CutSuffix(model, ":generateContent")
	if !ok || !method || model == "" || strings.Contains(model, "/") || r.URL.RawQuery != "" || len(asked.Contents) == 0 {
		return "Invalid request"
	}
	if asked.Config.Schema != nil && asked.Config.Mime != "application/json" {
		return "response schema needs the response mime type application/json"
	}
	for _, content := range asked.Contents {
		for _, part := range content.Parts {
			if part.Inline != nil && (part.Inline.Mime != "image/jpeg" || badPicture(part.Inline.Data) != "") {
				return "Unable to process input image."
			}
		}
	}
	return ""
}

func generateAnswer(finish string, parts ...any) object {
	return object{
		"candidates":    []any{object{"content": object{"role": "model", "parts": parts}, "finishReason": finish, "index": 0}},
		"usageMetadata": object{"promptTokenCount": 7, "candidatesTokenCount": 3, "thoughtsTokenCount": 1, "totalTokenCount": 11},
		"modelVersion":  "gemini",
	}
}

// googleError is the form of https://cloud.google.com/apis/design/errors.
func googleError(code int, status, message string, details ...any) reply {
	return reply{status: code, body: object{"error": object{"code": code, "message": message, "status": status, "details": details}}}
}

func badGoogleKey(key string) reply {
	return googleError(http.StatusBadRequest, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key, not "+key, object{
		"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
	})
}

func googleLimit(string) reply {
	r := googleError(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Please retry in 60s.")
	r.header = map[string]string{"Retry-After": "60"}
	return r
}

var gemini = vendor{
	name: "gemini", key: header("X-Goog-Api-Key"), fault: generateFault, talk: generateTalk,
	good: func(w http.ResponseWriter, _ *http.Request, text string) {
		writeJSON(w, http.StatusOK, generateAnswer("STOP", object{"text": "I looked.", "thought": true},
			object{"executableCode": object{"language": "PYTHON", "code": "1"}}, object{"text": text}))
	},
	refuse: func(fault string) reply { return googleError(http.StatusBadRequest, "INVALID_ARGUMENT", fault) },
	moods: map[Mood]func(string) reply{
		BadKey:  badGoogleKey,
		Limited: googleLimit,
		TooLong: func(string) reply {
			return googleError(http.StatusBadRequest, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")
		},
		UnknownModel: func(string) reply {
			return googleError(http.StatusNotFound, "NOT_FOUND", "models/gemini-9 is not found for API version v1beta")
		},
		Overloaded: func(string) reply {
			return googleError(http.StatusServiceUnavailable, "UNAVAILABLE", "The model is overloaded. Please try again later.")
		},
		// A picture or a question that is blocked has no candidate, an answer that is blocked has one.
		Moderated: func(string) reply {
			return reply{status: http.StatusOK, body: object{"promptFeedback": object{"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": object{"promptTokenCount": 7}}}
		},
		Refusing: func(string) reply { return reply{status: http.StatusOK, body: generateAnswer("SAFETY")} },
		Truncated: func(string) reply {
			return reply{status: http.StatusOK, body: generateAnswer("MAX_TOKENS", object{"text": "a red"})}
		},
	},
}

// generateTalk is https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.
func generateTalk(_ *http.Request, mood Mood, text string) reply {
	one, two := halves(text)
	switch mood {
	case Calling:
		return reply{status: http.StatusOK, body: generateAnswer("STOP", object{"functionCall": object{"name": "look_up", "args": object{}}})}
	case Empty:
		return reply{status: http.StatusOK, body: object{"usageMetadata": object{"promptTokenCount": 7}}}
	}
	first := generateAnswer("", object{"text": one})
	return streamed(mood, []any{first}, generateAnswer("STOP", object{"text": two}))
}
