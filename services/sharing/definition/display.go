package definition

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// Display returns an address without the default port of its scheme, and without a token in its
// host.
func Display(address string) string {
	address = leak.MaskHost(address)
	scheme, _, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(address, usualPorts[scheme])
}

var usualPorts = map[string]string{"https": ":443", "http": ":80", "smtps": ":465", "smtp": ":587"}

// DisplayAll returns addresses without default ports, nil for none.
func DisplayAll(addresses []string) []string {
	var shown []string
	for _, address := range addresses {
		shown = append(shown, Display(address))
	}
	return shown
}

// knownHosts are the addresses of well-known providers.
var knownHosts = map[string]bool{
	"https://api.openai.com:443": true, "https://api.anthropic.com:443": true,
	"https://generativelanguage.googleapis.com:443": true, "https://api.mistral.ai:443": true,
	"https://openrouter.ai:443": true, "https://api.groq.com:443": true,
}
