package credentials

import (
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// provider has the defaults for credentials of a known provider: its hosts, and the place of its key.
type provider struct {
	hosts    []string
	slotKind vaultv1.SlotKind
	slotName string
}

// knownProviders lists providers by the names that definitions use.
func knownProviders() map[string]provider {
	bearer, header, query, basic := vaultv1.SlotKind_SLOT_KIND_BEARER, vaultv1.SlotKind_SLOT_KIND_HEADER,
		vaultv1.SlotKind_SLOT_KIND_QUERY, vaultv1.SlotKind_SLOT_KIND_BASIC
	return map[string]provider{
		"openai":    {[]string{"https://api.openai.com"}, bearer, ""},
		"anthropic": {[]string{"https://api.anthropic.com"}, header, "x-api-key"},
		"google":    {[]string{"https://generativelanguage.googleapis.com"}, header, "x-goog-api-key"},
		"gemini":    {[]string{"https://generativelanguage.googleapis.com"}, header, "x-goog-api-key"},
		// Google's other APIs take a key in this header too, where no log of addresses has it.
		"google_vision": {[]string{"https://vision.googleapis.com"}, header, "x-goog-api-key"},
		"google_maps":   {[]string{"https://maps.googleapis.com"}, query, "key"},
		"openrouter":    {[]string{"https://openrouter.ai"}, bearer, ""},
		"mistral":       {[]string{"https://api.mistral.ai"}, bearer, ""},
		"groq":          {[]string{"https://api.groq.com"}, bearer, ""},
		"deepseek":      {[]string{"https://api.deepseek.com"}, bearer, ""},
		"together":      {[]string{"https://api.together.xyz"}, bearer, ""},
		"cohere":        {[]string{"https://api.cohere.com"}, bearer, ""},
		"xai":           {[]string{"https://api.x.ai"}, bearer, ""},
		"huggingface":   {[]string{"https://router.huggingface.co", "https://api-inference.huggingface.co"}, bearer, ""},
		"replicate":     {[]string{"https://api.replicate.com"}, bearer, ""},
		"stability_ai":  {[]string{"https://api.stability.ai"}, bearer, ""},
		"roboflow":      {[]string{"https://api.roboflow.com", "https://detect.roboflow.com", "https://serverless.roboflow.com"}, query, "api_key"},
		"slack":         {[]string{"https://slack.com"}, bearer, ""},
		"twilio":        {[]string{"https://api.twilio.com"}, basic, ""},
		"aws":           {nil, vaultv1.SlotKind_SLOT_KIND_SIGNATURE, ""},
		"smtp":          {nil, vaultv1.SlotKind_SLOT_KIND_SMTP, ""},
	}
}

// knownProvider returns the defaults of a provider. An unknown provider has no hosts and a bearer token.
func knownProvider(name string) provider {
	p, ok := knownProviders()[strings.ToLower(name)]
	if !ok {
		p.slotKind = vaultv1.SlotKind_SLOT_KIND_BEARER
	}
	return p
}
