package vendors

import "net/http"

// openRouterError is the form of https://openrouter.ai/docs/api-reference/errors.
func openRouterError(status int, message string, metadata object) reply {
	e := object{"code": status, "message": message}
	if metadata != nil {
		e["metadata"] = metadata
	}
	return reply{status: status, body: object{"error": e}}
}

var openRouter = vendor{
	name: "openrouter", key: bearer, fault: chatFault, good: chatGood, talk: chatTalk,
	refuse: func(fault string) reply { return openRouterError(http.StatusBadRequest, fault, nil) },
	moods: map[Mood]func(string) reply{
		BadKey: func(key string) reply {
			return openRouterError(http.StatusUnauthorized, "User not found for "+key, nil)
		},
		Limited: func(string) reply {
			r := openRouterError(http.StatusTooManyRequests, "Rate limit exceeded: free-models-per-min.", nil)
			r.header = map[string]string{"Retry-After": "60"}
			return r
		},
		Spent: func(string) reply {
			return openRouterError(http.StatusPaymentRequired, "Insufficient credits. Add more using https://openrouter.ai/settings/credits", nil)
		},
		TooLong: func(string) reply {
			return openRouterError(http.StatusBadRequest, "This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens.", nil)
		},
		UnknownModel: func(string) reply {
			return openRouterError(http.StatusBadRequest, "qwen/none is not a valid model ID", nil)
		},
		// The failure of the server behind OpenRouter comes with status 200.
		Overloaded: func(string) reply {
			return reply{status: http.StatusOK, body: object{"error": object{"code": 502, "message": "Provider returned error"}}}
		},
		Moderated: func(string) reply {
			return openRouterError(http.StatusForbidden, "The input was flagged.", object{"reasons": []any{"violence"}, "flagged_input": "the question"})
		},
		Refusing: func(string) reply {
			return reply{status: http.StatusOK, body: completion("content_filter", object{"role": "assistant", "content": ""})}
		},
		// A model that only reasoned has no text.
		Truncated: func(string) reply {
			return reply{status: http.StatusOK, body: completion("length", object{"role": "assistant", "content": nil, "reasoning": "so far"})}
		},
	},
}
