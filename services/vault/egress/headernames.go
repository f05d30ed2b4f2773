package egress

// ownHeaders are set by egress or net/http, or belong to one connection. The caller's are dropped.
var ownHeaders = set(
	"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Http2-Settings", "Keep-Alive",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)

// secretHeaders carry credentials. In a request with a slot the caller's are dropped, because a destination that gets
// two credentials may choose either.
var secretHeaders = set(
	"Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "X-Auth-Token", "Ocp-Apim-Subscription-Key", "X-Amz-Security-Token",
)

// steeringHeaders change the meaning of a request. In a request with a slot they are dropped. They could replace the
// method and the host after the check, and a range could split an answer into pieces that are too short for the guard.
var steeringHeaders = set(
	"Range", "If-Range", "Forwarded", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url",
)

// passedHeaders are the headers of an answer that get out. They describe the answer and rate limits, not the party
// that asked.
var passedHeaders = set(
	"Content-Type", "Content-Language", "Etag", "Last-Modified", "Retry-After", "Retry-After-Ms",
	"X-Request-Id", "Request-Id", "Openai-Processing-Ms", "Openai-Version",
)

var passedPrefixes = []string{"Ratelimit-", "X-Ratelimit-", "Anthropic-Ratelimit-"}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
