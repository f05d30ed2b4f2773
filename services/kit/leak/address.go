package leak

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// addresses matches addresses that are secrets: their holder may post there, or act as a
// bot.
var addresses = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]{16}`,
	`discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{10,}/[\w-]{16}`,
	`api\.telegram\.org/(?:file/)?bot\d{5,}(?::|%3a)[\w-]{16}`,
	`\.webhook\.office\.com/webhookb2/[\w@-]{16}`,
	`\.logic\.azure\.com[^\s"]{0,200}[?&]sig=[\w%-]{16}`,
	`\.powerplatform\.com[^\s"]{0,300}[?&]sig=[\w%-]{16}`,
	`hooks\.zapier\.com/hooks/catch/\d+/\w{5}`,
	`maker\.ifttt\.com/trigger/[^\s/]{1,100}/(?:json/)?with/key/[\w-]{10}`,
	`hook\.(?:[a-z0-9]+\.)?(?:make|integromat)\.com/[a-z0-9]{16}`,
	`script\.google(?:usercontent)?\.com/(?:a/)?macros/(?:[^\s/]{1,100}/)?s/[\w-]{20}`,
	`open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[\w-]{16}`,
	`oapi\.dingtalk\.com/robot/send\?access_token=\w{16}`,
	`qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[\w-]{16}`,
	`/hooks/[a-z0-9]{20}`,                     // Mattermost, Rocket.Chat
	`/webhooks?(?:-test|-waiting)?/[\w-]{16}`, // n8n and many others
	`webhook\.site/[\w-]{16}`,
	`hooks\.airtable\.com/workflows/[\w/-]{16}`,
	`connect\.pabbly\.com/workflow/sendwebhookdata/\w{10}`,
	`api\.day\.app/\w{16}`,
	`ntfy\.sh/[\w-]{2}`,
	`[a-z0-9]{8,}\.m\.pipedream\.net`,
	`hc-ping\.com/[\w-]{16}`,
	`events\.pagerduty\.com/[\w/]{0,40}/[a-z0-9]{20}`,
	`smee\.io/\w{10}`,
	`sctapi\.ftqq\.com/\w{10}`,
	`hooks?\.[a-z0-9.-]+\.[a-z]{2,}/[^\s"]{0,80}[\w-]{20}`,
	`chat\.googleapis\.com/v1/spaces/[^\s]{1,100}[?&](?:key|token)=[\w%-]{10}`,
}, "|"))

// addressHosts are parts of the hosts. Without one of them in the text, addresses is not
// tried.
var addressHosts = []string{
	"slack", "discord", "telegram", "office.com", "azure", "powerplatform", "zapier", "ifttt", "make.com", "integromat", "google", "feishu", "larksuite", "dingtalk", "weixin",
	"hook", "pabbly", "day.app", "ntfy", "pipedream", "hc-ping", "pagerduty", "smee.io", "ftqq",
}

// maxLogin bounds a scheme, a name and a password, in bytes.
const maxLogin = 330

// login matches a name and a password before a host, with a scheme or in the form of a
// database address. It does not match mail addresses: "mailto:me@example.com".
var (
	login     = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]{0,20}://[^\s/?#@:"'<>]{0,100}:[^\s/?#@"'<>{}$]{1,200}@[a-z0-9\[]`)
	bareLogin = regexp.MustCompile(`(?i)\b([a-z][\w.-]{0,63}):([^\s:@/"'<>{}$,;]{4,100})@[a-z0-9]`)
	mailWords = regexp.MustCompile(`(?i)^(?:mailto|e?-?mail|mails|contact|kontakt|from|to|cc|bcc|reply-to|xmpp|sip|sips|acct|author|by)$`)
	accounts  = regexp.MustCompile(`(?i)^(?:user(?:name)?|admin|root|login|postgres|mysql|mongo|redis|guest|test|api|me)$`)
	passwords = regexp.MustCompile(`(?i)\d|[!#%&*+=?^~|]|pass|secret|pwd|hunter`)
)

// holdsAddress reports an address that is a secret or contains one.
func (s *Search) holdsAddress(text string) bool {
	if strings.Contains(text, ":") && holdsLogin(text) {
		return true
	}
	lower := strings.ToLower(text)
	known := func(host string) bool { return strings.Contains(lower, host) }
	if slices.ContainsFunc(addressHosts, known) && (!s.spend(len(text)) || addresses.MatchString(text)) {
		return true
	}
	for start, end := range linksIn(text) {
		if parameterHolds(text[start:end]) || pathHolds(text[start:end]) {
			return true
		}
	}
	return false
}

// holdsLogin checks the text before each "@".
func holdsLogin(text string) bool {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '@')
		if i < 0 {
			return false
		}
		at := from + i
		if isLogin(text[max(from, at-maxLogin):min(len(text), at+2)]) {
			return true
		}
		from = at + 1
	}
}

func isLogin(text string) bool {
	if login.MatchString(text) {
		return true
	}
	m := bareLogin.FindStringSubmatch(text)
	return m != nil && !mailWords.MatchString(m[1]) && (accounts.MatchString(m[1]) || passwords.MatchString(m[2]))
}

// maxLink bounds the addresses that are searched, in bytes.
const maxLink = 8192

// linksIn yields the addresses in a text: the text around "://" up to white space.
func linksIn(text string) func(func(int, int) bool) {
	return func(yield func(int, int) bool) {
		for at := 0; ; {
			i := strings.Index(text[at:], "://")
			if i < 0 {
				return
			}
			start := at + i
			for start > at && isLetter(text[start-1]) {
				start--
			}
			end := at + i + 3
			for end < len(text) && text[end] > ' ' && !strings.ContainsRune(`"'<>`+"`", rune(text[end])) {
				end++
			}
			if end-start <= maxLink && !yield(start, end) {
				return
			}
			at = end
		}
	}
}

// parameterHolds reports a query or fragment parameter with the name of a secret or a
// random value.
func parameterHolds(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	queries := []url.Values{u.Query()}
	if fragment, err := url.ParseQuery(u.EscapedFragment()); err == nil && strings.Contains(u.Fragment, "=") {
		queries = append(queries, fragment)
	}
	for _, query := range queries {
		for name, values := range query {
			for _, value := range values {
				if value != "" && !isReference(value) && (SecretName(name) || Random(value)) {
					return true
				}
			}
		}
	}
	return false
}
