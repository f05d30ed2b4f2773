package protocol

// Kind classifies the failure of a call, independently of the provider.
type Kind struct {
	// Name is for programs. Words are for a stranger, and follow "the provider".
	Name, Words string
	// Caller: the caller or the owner can correct it.
	Caller bool
	// Retry: another try may succeed.
	Retry bool
}

// The kinds.
var (
	CredentialRefused = &Kind{Name: "credential_refused", Words: "does not accept the credential, or the credential may not use this model; check the credential", Caller: true}
	CreditSpent       = &Kind{Name: "credit_spent", Words: "has no credit or quota left for the credential; check its account at the provider", Caller: true}
	RateLimited       = &Kind{Name: "rate_limited", Words: "limits calls with this credential now; try again later, or lower max_concurrent_requests", Caller: true, Retry: true}
	Blocked           = &Kind{Name: "content_blocked", Words: "refuses to answer, because its rules on content forbid this question, picture or answer; change them", Caller: true}
	TooLong           = &Kind{Name: "context_too_long", Words: "has no model here for a question of this length; make the text shorter, or the pictures smaller or fewer", Caller: true}
	TooLarge          = &Kind{Name: "request_too_large", Words: "does not take so large a request; send smaller pictures", Caller: true}
	Truncated         = &Kind{Name: "answer_truncated", Words: "stopped because max_tokens was reached; allow more of them", Caller: true}
	ToolCalled        = &Kind{Name: "tool_called", Words: "wants to call a tool, and a step calls none; ask so that it answers in words, and offer it no tools", Caller: true}
	UnknownModel      = &Kind{Name: "model_unknown", Words: "does not know this model, or its address is wrong; check them", Caller: true}
	Rejected          = &Kind{Name: "request_rejected", Words: "does not accept this request; check the fields of the step", Caller: true}
	Overloaded        = &Kind{Name: "unavailable", Words: "is overloaded or out of order; try again later", Retry: true}
	Unusable          = &Kind{Name: "answer_unusable", Words: "did not give a usable answer"}
)

// Problem is a failure that the provider reported in an answer with a good status, or that
// the protocol found before the request. Said is the provider's text, which may quote inputs.
type Problem struct {
	Kind *Kind
	Said string
}

// Error returns the text for the log. It omits the provider's text.
func (p *Problem) Error() string { return p.Kind.Name }
