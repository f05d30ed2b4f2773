package leak_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// Values without a published prefix. Only their context makes them secrets.
const (
	hex32   = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
	uuidKey = "5b1c7e90-3d42-4f8a-b6e1-0c9d27a4f835"
	hex64   = "7c1f0a9e4b6d2583e1d0c9b8a7f6e5d47c1f0a9e4b6d2583e1d0c9b8a7f6e5d4"
	alnum32 = "Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi"
	words12 = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	words24 = "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold"
)

// contextSecrets are secrets because of the text next to them.
func contextSecrets() []string {
	basic := base64.StdEncoding.EncodeToString([]byte("me:hunter2hunter2"))
	var out []string
	for _, name := range []string{
		"x-api-key: ", "X-API-Key: ", "api-key: ", "Ocp-Apim-Subscription-Key: ", "X-Auth-Key: ", "Authorization: ", "Authorization: Token ", "Authorization: Bearer ", "PRIVATE-TOKEN: ", "xi-api-key: ",
		"MISTRAL_API_KEY=", "TOGETHER_API_KEY=", `"api_key": "`, "apiKey = '", "my Mistral key is ", "Mistral: ", "Together AI: ", "key for Together ", "ELEVENLABS_API_KEY=", "DEEPSEEK_KEY=", "export AZURE_OPENAI_KEY=", "client_secret=",
		"access token ", "subscription key ", "-H 'x-api-key: ", "apikey:", "Mistral ", "Azure OpenAI: ",
	} {
		for _, value := range []string{hex32, strings.ToUpper(hex32), uuidKey, hex64, alnum32} {
			out = append(out, name+value)
		}
	}
	return append(out,
		words12, words24, "our seed: "+words12+" (keep it)", "1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow", strings.ReplaceAll(words12, " ", ", "), strings.ToUpper(words12), strings.ReplaceAll(words24, " ", "\n"),
		"Authorization: Basic "+basic, "Basic "+basic, `-H "Authorization: Basic `+basic+`"`, "use basic "+basic,
		"machine api.example.com login me password hunter2", "machine api.example.com\n  login me\n  password hunter2x", "PGPASSWORD=hunter2 psql", "export PGPASSWORD='hunter2x'", "MYSQL_PWD=hunter2", "REDISCLI_AUTH=hunter2x", "SSHPASS=hunter2 ssh", "DB_PASSWORD=hunter2", "SMTP_PASS=hunter2x",
		"curl -u me:hunter2 https://api.example.com", "curl --user 'me:hunter2x'", "WIFI:T:WPA;S:our net;P:hunter2x;;", "WIFI:S:net;P:hunter2x;T:WPA;;", "db.example.com:5432:app:me:hunter2", "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP",
		"\u0455k-"+openAI[3:], "\u0455k-"+strings.ReplaceAll(openAI[3:], "o", "\u043e"), "\uff53\uff4b-"+openAI[3:], "\U0001d42c\U0001d424-"+openAI[3:], "gh\u0440_"+github[4:], "\u0410KIA"+aws[4:],
		tagged(openAI), "cats "+tagged(github), between(openAI, "\u200b"), between(openAI, "\u2063"), between(github, "🙂"), openAI[:20]+"🔑"+openAI[20:], openAI[:12]+"\u200d"+openAI[12:], openAI[:14]+"\u2705\ufe0f"+openAI[14:], openAI[:9]+"\u00b7"+openAI[9:], openAI[:30]+"\u0301"+openAI[30:],
	)
}

func tagged(s string) string {
	return strings.Map(func(r rune) rune { return 0xe0000 + r }, s)
}

func between(s, sign string) string { return strings.Join(strings.Split(s, ""), sign) }

// TestAttackPublicTextInContext: secrets that have no form of their own, and prefixes
// written in letters that look alike.
func TestAttackPublicTextInContext(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "secrets by their context, phrases, logins and lookalikes")
	for _, secret := range contextSecrets() {
		for _, text := range []string{secret, prose + "\n" + secret + "\n" + prose} {
			a.Attempt(leak.Find(text), "passed: %.80q", text[max(0, strings.Index(text, secret)):])
		}
	}
}

// TestOrdinaryContextPasses: hexadecimal IDs, words and examples that are not secrets.
func TestOrdinaryContextPasses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		hex32, uuidKey, hex64, "md5: " + hex32, "sha256:" + hex64, "commit " + hex32 + "a1b2c3d4", "request id " + uuidKey, "trace_id=" + uuidKey, "workflow_id: " + uuidKey, "checksum " + hex32, "digest=" + hex64, "model version " + uuidKey,
		"etag: " + hex32, "session " + hex32[:8], "OpenAI model gpt-4o-2024-08-06", "Mistral 7B Instruct v0.3", "Together with friends at 2024-05-12", "the weather today that people above about again because between under over other",
		"Basic authentication is used here", "Basic knowledge", "basic setup instructions", "use basic auth", "machine learning login page password field", "password is required", "PASSWORD=", "PGPASSWORD=$PGPASSWORD", "DB_PASSWORD=changeme", "API_KEY=YOUR_API_KEY", "TOKEN=<token>", "export PGPASSWORD=...", "curl -u user https://example.com", "curl -u \"$USER:$PASS\"",
		"WIFI: free for guests", "Привет, это обычный текст про кошек 2024", "Καλημέρα κόσμε 12345", "sк-learn", "ski season 2024", "✅ done 🙂 2024", "名前 model-2024-05", "legal winner thank year", "access token", "subscription key required",
	} {
		if leak.Find(text) {
			t.Errorf("taken for a secret: %.80q", text)
		}
	}
}
