package trials

import (
	"net/http"
	"strings"
)

// call is a harmless request to a provider: it reads, costs nothing, and needs a valid key.
type call struct {
	url    string // for a provider without hosts of its own, only the path
	header http.Header
	// invalid is the status for an invalid key where a provider does not answer 401.
	invalid int
}

// harmless lists the calls by provider. A provider is missing if it answers such a call also without a valid key
// (Hugging Face and Ollama list their models to everybody) or with status 200 whatever the key is (Slack, Google Maps).
var harmless = map[string]call{
	"openai":            {url: "https://api.openai.com/v1/models"},
	"anthropic":         {url: "https://api.anthropic.com/v1/models?limit=1", header: http.Header{"Anthropic-Version": {"2023-06-01"}}},
	"google":            {url: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1", invalid: http.StatusBadRequest},
	"gemini":            {url: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1", invalid: http.StatusBadRequest},
	"openrouter":        {url: "https://openrouter.ai/api/v1/key"},
	"mistral":           {url: "https://api.mistral.ai/v1/models"},
	"groq":              {url: "https://api.groq.com/openai/v1/models"},
	"deepseek":          {url: "https://api.deepseek.com/models"},
	"together":          {url: "https://api.together.xyz/v1/models"},
	"cohere":            {url: "https://api.cohere.com/v1/models?page_size=1"},
	"xai":               {url: "https://api.x.ai/v1/models"},
	"replicate":         {url: "https://api.replicate.com/v1/account"},
	"stability_ai":      {url: "https://api.stability.ai/v1/user/account"},
	"roboflow":          {url: "https://api.roboflow.com/"},
	"twilio":            {url: "https://api.twilio.com/2010-04-01/Accounts.json?PageSize=1"},
	"openai_compatible": {url: "/v1/models"},
	"smtp":              {url: "/", invalid: 535}, // a sign-in, without a mail
}

// callFor returns the call for a provider, with a whole URL. A server that is only compatible with a provider has no
// host of its own: the call goes to the first host of the credential.
func callFor(provider string, hosts []string) (call, bool) {
	c, ok := harmless[strings.ToLower(provider)]
	if ok && strings.HasPrefix(c.url, "/") {
		if len(hosts) == 0 {
			return call{}, false
		}
		c.url = strings.TrimSuffix(hosts[0]+c.url, "/")
	}
	return c, ok
}
