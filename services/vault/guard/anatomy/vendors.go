package anatomy

import "regexp"

// vendors are the published forms of keys. The groups of a form match the characters that all keys
// of the vendor, or of one customer, share. If two forms match, the first applies.
var vendors = []struct {
	name string
	form *regexp.Regexp
}{
	{"Anthropic", form(`^(sk-ant-[a-z]+[0-9]{2}-)[A-Za-z0-9_-]+(AA)$`)},
	{"Anthropic, other", form(`^(sk-ant-(?:[a-z]+[0-9]{2}-)?)`)},
	{"OpenRouter", form(`^(sk-or-v1-)`)},
	// The constant in the middle is the base64 of "OpenAI".
	{"OpenAI", form(`^(sk-(?:proj-|svcacct-|admin-|None-)?)[A-Za-z0-9_-]*?(T3BlbkFJ)`)},
	{"OpenAI, other", form(`^(sk-(?:proj-|svcacct-|admin-)?)`)},
	{"Stripe", form(`^((?:[srp]k_(?:live|test)|whsec)_)`)},
	// Team, bot or user, and channel are in every request of the app.
	{"Slack", form(`^(xox[abeprs]-(?:[0-9]+-){0,4})`)},
	{"Slack, app", form(`^(xapp-[0-9]+-(?:[A-Z0-9]+-)?(?:[0-9]+-)?)`)},
	{"Slack webhook", form(`^(https://hooks\.slack\.com/(?:services|workflows|triggers)/(?:T?[A-Z0-9]+/)?(?:[AB]?[A-Z0-9]+/)?(?:[0-9]+/)?)`)},
	{"Discord webhook", form(`^(https://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/(?:[0-9]+/)?)`)},
	{"Telegram", form(`^((?:https://api\.telegram\.org/bot)?[0-9]{6,12}:(?:AA)?)`)},
	{"GitHub", form(`^((?:github_pat|gh[pousr])_)`)},
	{"GitLab", form(`^(gl(?:pat|ptt|dt|rt|cbt|soat)-)`)},
	{"AWS id", form(`^((?:AKIA|ASIA))`)},
	{"Google", form(`^(AIza(?:Sy)?|ya29\.(?:[ac]0)?|GOCSPX-)`)},
	// Azure's marks precede the checksum at the end of a key.
	{"Azure storage", form(`^[A-Za-z0-9+/]{76}(\+ASt)[A-Za-z0-9+/]+(==)$`)},
	{"Azure", form(`^[A-Za-z0-9]{52}(JQQJ99)`)},
	{"SendGrid", form(`^(SG\.)`)},
	{"npm and PyPI", form(`^(npm_|pypi-(?:AgEIcHlwaS5vcmc|AgENdGVzdC5weXBpLm9yZw)?)`)},
	{"others", form(`^(hf_|gsk_|r8_|pplx-|xai-|nvapi-|key-|dop_v1_|shp(?:at|ss|ca|pa)_|lin_api_|EAA|rf_|kh[osc]_|kh_|tgp_v1_|fw_|csk-|sk_|sq0[a-z]{3}-|ntn_|secret_)`)},
	// The name and the password precede the host and do not belong to it.
	{"address with a password", form(`^(https?://)[^/?#]*(@[^/?#@]+(?:/|$))`)},
	{"address with a token", form(`^(https?://[^/?#@]+/)`)},
}

func form(s string) *regexp.Regexp { return regexp.MustCompile(s) }
