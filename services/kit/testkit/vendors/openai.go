package vendors

import "net/http"

// openAIError is the form of https://platform.openai.com/docs/guides/error-codes, which Groq
// (https://console.groq.com/docs/errors) shares.
func openAIError(status int, kind, code, message string) reply {
	return reply{status: status, body: object{"error": object{"message": message, "type": kind, "param": nil, "code": code}}}
}

func openAI(name string) vendor {
	return vendor{
		name: name, key: bearer, fault: chatFault, good: chatGood, talk: chatTalk,
		refuse: func(fault string) reply {
			return openAIError(http.StatusBadRequest, "invalid_request_error", "invalid_value", fault)
		},
		moods: map[Mood]func(string) reply{
			BadKey: func(key string) reply {
				return openAIError(http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: "+key)
			},
			Limited: func(string) reply {
				r := openAIError(http.StatusTooManyRequests, "requests", "rate_limit_exceeded", "Rate limit reached for gpt-5 in organization org-x")
				r.header = map[string]string{"Retry-After": "60"}
				return r
			},
			Spent: func(string) reply {
				return openAIError(http.StatusTooManyRequests, "insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.")
			},
			TooLong: func(string) reply {
				return openAIError(http.StatusBadRequest, "invalid_request_error", "context_length_exceeded", "Your input exceeds the context window of this model.")
			},
			UnknownModel: func(string) reply {
				return openAIError(http.StatusNotFound, "invalid_request_error", "model_not_found", "The model `gpt-9` does not exist or you do not have access to it.")
			},
			Overloaded: func(string) reply {
				return openAIError(http.StatusServiceUnavailable, "server_error", "", "The server is overloaded or not ready yet.")
			},
			Moderated: func(string) reply {
				return openAIError(http.StatusBadRequest, "invalid_request_error", "content_policy_violation", "Your request was rejected by the safety system.")
			},
		},
	}
}

// ollama is https://github.com/ollama/ollama/blob/main/docs/openai.md. It checks no key.
var ollama = vendor{
	name: "ollama", key: bearer, fault: chatFault, good: chatGood, talk: chatTalk,
	refuse: func(fault string) reply {
		return openAIError(http.StatusBadRequest, "invalid_request_error", "", fault)
	},
	moods: map[Mood]func(string) reply{
		UnknownModel: func(string) reply {
			return openAIError(http.StatusNotFound, "api_error", "", `model "llava" not found, try pulling it first`)
		},
		Overloaded: func(string) reply {
			return reply{status: http.StatusInternalServerError, body: object{"error": "model runner has unexpectedly stopped"}}
		},
	},
}
