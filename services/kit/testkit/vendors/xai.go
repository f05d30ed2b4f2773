package vendors

import "net/http"

// xAIError is the form of https://docs.x.ai/docs/key-information/debugging.
func xAIError(status int, code, message string) reply {
	return reply{status: status, body: object{"code": code, "error": message}}
}

var xAI = vendor{
	name: "xai", key: bearer, good: chatGood, talk: chatTalk,
	fault: func(r *http.Request, body []byte) string {
		var asked responsesRequest
		fault := first(parsed(body, &asked), asked.fault())
		if fault == "" && asked.Instructions != "" {
			fault = "Argument not supported: instructions"
		}
		return fault
	},
	refuse: func(fault string) reply {
		return xAIError(http.StatusBadRequest, "Client specified an invalid argument", fault)
	},
	moods: map[Mood]func(string) reply{
		BadKey: func(key string) reply {
			return xAIError(http.StatusBadRequest, "Client specified an invalid argument", "Incorrect API key provided: "+key)
		},
		Limited: func(string) reply {
			r := xAIError(http.StatusTooManyRequests, "Some resource has been exhausted", "Too many requests for team.")
			r.header = map[string]string{"Retry-After": "60"}
			return r
		},
		TooLong: func(string) reply {
			return xAIError(http.StatusBadRequest, "Client specified an invalid argument", "This model's maximum prompt length is 131072 but the request contains 200000 tokens.")
		},
		UnknownModel: func(string) reply {
			return xAIError(http.StatusNotFound, "Some requested entity was not found", "The model grok-9 does not exist.")
		},
		Moderated: func(string) reply {
			return xAIError(http.StatusForbidden, "The caller does not have permission to execute the specified operation", "Content violates usage guidelines.")
		},
		Truncated: func(string) reply {
			a := responsesAnswer("incomplete", object{"type": "output_text", "text": "a red"})
			a["incomplete_details"] = object{"reason": "max_output_tokens"}
			return reply{status: http.StatusOK, body: a}
		},
		Refusing: func(string) reply {
			return reply{status: http.StatusOK, body: responsesAnswer("completed", object{"type": "refusal", "refusal": "I cannot help with that."})}
		},
	},
}
