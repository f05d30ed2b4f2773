package leak_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// The code assembles keys, so that scanners of repositories do not report them.
var (
	openAI = "sk-" + "proj-Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi6tKx"
	github = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
	aws    = "AKIA" + "Q3ZTN5XWJ7RKP2VM"
	slack  = "https://hooks." + "slack.com/services/T0123ABCD/B0123ABCD/a1B2c3D4e5F6g7H8i9J0k1L2"
	jwt    = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	pem    = "-----BEGIN EC " + "PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\nAwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz6xvCdz8q\nEKTcWGekdmdDPsHloRNtsiCa697B2O9IFA==\n-----END EC " + "PRIVATE KEY-----"
)

// vendorKeys are keys that no rule of gitleaks knows, or knows with another length.
func vendorKeys() []string {
	const run, hexadecimal = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3", "1154aa1231ba5e1ab1b654b8cd5718b6"
	return []string{
		"dckr_" + "pat_" + run[:27], "ntn_" + run, "secret" + "_" + run[:43], "figd" + "_" + run[:40], "sbp" + "_" + hexadecimal + "aa11bb22", "api_org" + "_" + run[:34], "lsv2" + "_pt_" + hexadecimal + "_942fcd3ab0",
		"pcsk" + "_" + run, "jina" + "_" + run, "fw" + "_" + run[:24], "sq0csp" + "-" + run[:43], "vercel" + "_blob_rw_" + run, "sntrys" + "_" + run, "sess" + "-" + run[:40], "lin" + "_wh_" + run[:40], "key" + "-" + hexadecimal,
		"EAA" + "G" + run + run, "1//" + "0g" + run + run, "AGE-" + "SECRET-KEY-1DG2SXNAC3P9RGGIKHPGY60W7UP4LZZM2KH7WN37VKKOLKSFHTWR4QA8SBD", "nsec" + "1w9mgf0wqpi1tt2ildzcx7k7xxhn12md5i31ujs40mngz0xmprdk1xdd2jf",
		"MTA" + run[:23] + "." + run[:6] + "." + run[:38], `{"kty":"EC","crv":"P-256","d":"` + run[:43] + `"}`, "b3BlbnNzaC1" + "rZXktdjEAAAAABG5vbmU", run + run[:6] + "JQQJ99" + run[:26], "https://x.example.com/" + "ntn_" + run, "pa" + "-" + run[:43],
	}
}

func secrets() []string {
	file, _ := json.Marshal(map[string]string{"type": "service_account", "private_key": pem})
	escaped := strings.NewReplacer("s", `\u0073`, "k", `\x6b`).Replace(openAI)
	body := strings.Split(pem, "\n")
	return append(append(disguises(), vendorKeys()...), []string{
		openAI, github, aws, slack, jwt, pem, "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q", "hf_" + strings.Repeat("aB1", 11), "SG." + "a1B2c3D4e5F6g7H8i9J0k1.L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g",
		"glpat-" + "a1B2c3D4e5F6g7H8i9J0", "npm_" + strings.Repeat("a1B2c3", 6), "xoxb-" + "123456789012-123456789012-a1B2c3D4e5F6g7H8i9J0k1L2", "PRIVATE key " + pem[:40] + "PRIVATE KEY-----",
		"api_key = " + `"` + "d41d8cd98f00b204e9800998ecf8427e0a9" + `"`, "the password: Tr0ub4dor&3xKq9!zz is ours; token=" + "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
		"https://user:" + "password@host/path", "postgres://app:" + "s3cr3t-pass@db.internal:5432/x", "redis://:" + "hunter2hunter2@cache:6379", "user:" + "password@host", "admin:" + "hunter2@db.example.com",
		"see https://api.example.com/v1?api_key=" + "abcdef123456 for more", "https://example.com/#access_token=" + "abcdef123456",
		"https://discord.com/api/webhooks/" + "123456789012345678/a1B2c3D4e5F6g7H8i9J0-k1L2m3N4o5P6q7R8", "https://api.telegram.org/bot" + "123456789:AAa1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q/sendMessage",
		"https://acme.webhook.office.com/webhookb2/" + "a1b2c3d4-e5f6-7890-abcd-ef1234567890@x/IncomingWebhook/y", "https://hooks.zapier.com/hooks/catch/" + "1234567/abcdefg/",
		"https://maker.ifttt.com/trigger/x/with/key/" + "a1B2c3D4e5F6g7H8", "https://hook.eu1.make.com/" + "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", "https://script.google.com/macros/s/" + "AKfycbxA1B2C3D4E5F6G7H8I9J0/exec",
		escaped, url.PathEscape(strings.ReplaceAll(openAI, "-", "%2D")), strings.ReplaceAll(openAI, "s", "&#115;"), strings.ReplaceAll(openAI, "sk-", `\"sk\u002d`), "s\u200bk-" + openAI[3:], wide(openAI),
		base64.StdEncoding.EncodeToString(file), base64.StdEncoding.EncodeToString([]byte(openAI)), base64.URLEncoding.EncodeToString([]byte("the key is " + openAI)), hex.EncodeToString([]byte(openAI)),
		base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(pem)))), body[1] + body[2] + body[3], wrap(base64.StdEncoding.EncodeToString([]byte("key " + openAI + strings.Repeat(" and more text", 20)))),
	}...)
}

// disguises are keys in other spellings, and addresses that are secrets.
func disguises() []string {
	const hexadecimal = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
	each := func(format, between string) string {
		var parts []string
		for i := range len(openAI) {
			parts = append(parts, fmt.Sprintf(format, openAI[i]))
		}
		return strings.Join(parts, between)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte(`{"note":"` + prose + `","key":"` + openAI + `"}`))
	_ = w.Close()
	return []string{
		"123456789" + ":AAa1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q", "the AWS secret is wJalrXUtn" + "FEMIK7MDENGbPxRfiCYzq3Xv7RtLm2Pa4", "our password is " + hexadecimal, "password " + hexadecimal, "API key: " + hexadecimal, "das Passwort lautet " + hexadecimal,
		"see https://api.example.com/v1/" + "a1B2c3D4e5F6g7H8i9J0k1L2m3/send for more", "https://hub.example.com/in/" + hexadecimal, "run https://keyhole.example/s/" + "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6",
		each(`\%03o`, ""), each("%d", " "), each("%d", ","), each("0x%02x", ", "), each("%02x", " "), each("%03o", " "), each("%c", " "), each("%c", "-"), each("%c", ", "), each(`"%c"`, ","), each("%c", "·"),
		base32.StdEncoding.EncodeToString([]byte(openAI)), base64.StdEncoding.EncodeToString(zipped.Bytes()), base64.StdEncoding.EncodeToString([]byte(strings.Join(strings.Split(openAI, ""), "\x00") + "\x00")),
		"https://n8n.example.com/webhook/" + "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "https://webhook.site/" + "a1b2c3d4-e5f6-7890-abcd-ef1234567890", "https://chat.example.com/hooks/" + "a1b2c3d4e5f6g7h8i9j0k1l2m3",
		"https://hooks.airtable.com/workflows/v1/genericWebhook/" + "appA1b2C3d4E5f6/wflA1b2C3d4E5f6", "https://connect.pabbly.com/workflow/sendwebhookdata/" + "IjU3NjYwNTZjMDYz", "https://api.day.app/" + "a1B2c3D4e5F6g7H8i9J0k1/title", "https://ntfy.sh/" + "ourtopic",
		"https://eo1a2b3c4d5e6f." + "m.pipedream.net", "https://hc-ping.com/" + "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
	}
}

// TestAttackPicturesInsideText: the metadata of a picture inside other text, or in another
// encoding, is not removed, so such a picture is refused.
func TestAttackPicturesInsideText(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "pictures inside of other text")
	raw, err := base64.StdEncoding.DecodeString(photo[:120])
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"HTML": `<img src="data:image/jpeg;base64,` + photo + `">`, "Markdown": "![a](data:image/jpeg;base64," + photo + ")", "two": photo + "," + photo, "double": base64.StdEncoding.EncodeToString([]byte(photo)),
		"JSON": base64.StdEncoding.EncodeToString([]byte(`{"a":"` + photo + `"}`)), "SVG": "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(`<svg><image href="data:image/jpeg;base64,`+photo+`"/></svg>`)),
		"hex": hex.EncodeToString(raw), "percent": strings.NewReplacer("+", "%2B", "/", "%2F").Replace(photo) + "%2B", "text before": "a picture: " + photo, "URL": "https://example.com/?p=" + photo,
	} {
		a.Attempt(leak.HoldsPicture(text), "%s passed", name)
		a.Attempt(leak.Find(text), "%s passed the gate", name)
	}
	for name, head := range map[string]string{"GIF": "GIF89a", "TIFF": "II*\x00", "BMP": "BM\x10\x00\x00\x00\x00\x00\x00\x00", "HEIC": "\x00\x00\x00\x18ftypheic", "AVIF": "\x00\x00\x00\x18ftypavif"} {
		a.Attempt(leak.IsPicture(base64.StdEncoding.EncodeToString([]byte(head+strings.Repeat("\x00\x01", 60)))), "%s is not known", name)
	}
	a.Attempt(leak.Text("title", photo) != nil, "a picture as a title")
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '!' + 0xff01 }, s)
}

func wrap(s string) string {
	var lines []string
	for len(s) > 76 {
		lines, s = append(lines, s[:76]), s[76:]
	}
	return strings.Join(append(lines, s), "\n")
}

const (
	prose = "Finds the plates in a photograph, reads them, and asks a model whether the words match. Use token limits with care; an API key is bound by the owner, never typed here. "
	photo = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/"
)

// TestAttackPublicTextForms: a key in public text is found alone, inside prose and after
// it.
func TestAttackPublicTextForms(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "keys in public text, plain, escaped and encoded")
	for _, secret := range secrets() {
		for _, text := range []string{secret, prose + secret + " " + prose, "(" + secret + ")", "“" + secret + "”"} {
			a.Attempt(leak.Find(text), "passed: %.60q", text)
		}
		a.Attempt(leak.Find(strings.Repeat(prose, 100)+secret), "passed after 16 KB: %.60q", secret)
	}
}

func TestOrdinaryTextPasses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		prose, strings.Repeat(prose, 1000), photo, strings.Repeat(photo, 5000), "550e8400-e29b-41d4-a716-446655440000", "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "1234567890123456789", "01HZY3V7K8Q2W4E6R8T0Y2U4I6",
		"risk-assessment-of-things-to-come", "fw_update_2024_for_devices_of_1999", "secret_santa_list_2024_of_department_12", "key-points-2024-from-the-meeting-of-12", "re_" + "evaluation2024", "pat-answers-to-questions-in-2024-11", "sk-learn-compatible-estimators", "yolov8n-640", "operator/pp-ocr-small/1", "roboflow_core/roboflow_object_detection_model@v2", "$steps.detect.predictions",
		"https://example.com/path/to/thing?page=2&sort=name", "https://github.com/keyhole-dev/keyhole/blob/main/docs/http.md#errors", "https://media.example.com/photos/2024/05/IMG_20240512_103015.jpg", "mailto:someone@example.com", "Contact: support@example.com",
		"Email:info@example.com", "me@example.com", "See RFC 9110, section 9.3.1: GET is safe.", "key: value", `{"name": "cat", "confidence": 0.93}`, "Ask for the token count and the password strength.", "model: gpt-4o-mini-2024-07-18",
		"claude-3-5-sonnet-20241022", "meta-llama/Llama-3.1-8B-Instruct", "-----BEGIN CERTIFICATE-----", "AC unit installation manual 2024", "ghp_ is the prefix of GitHub's tokens", "sk-...", "Authorization: Bearer $TOKEN",
		"api_key: YOUR_API_KEY", "${OPENAI_API_KEY}", "{{ env.OPENAI_API_KEY }}", "The quick brown fox jumps over the lazy dog 12345678901234567890", "漢字かな交じり文 2024年5月12日", "data:text/plain;base64,SGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0IQ==",
		base64.StdEncoding.EncodeToString([]byte("just some ordinary words, nothing to see here")), hex.EncodeToString([]byte("just some ordinary words, nothing to see here")),
		"https://discord.com/channels/123456789012345678/123456789012345678", "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit", "https://hooks.slack.com/", "10:30@room5", "ratio 16:9@60Hz",
	} {
		if leak.Find(text) {
			t.Errorf("taken for a secret: %.80q", text)
		}
	}
}

func TestGateNamesFieldsAndNoValues(t *testing.T) {
	t.Parallel()
	gate := leak.NewGate().Text("workflow.title", "cats").Text("workflow.description", "use "+openAI)
	for i, value := range []string{
		`{"a":[1.5,null,{"api_key":"hunter2hunter2"}],"b":"fine"}`, `{"` + github + `":1}`, `{"a":"` + github + `","a":"fine"}`, `["fine","` + jwt + `"]`, `"` + openAI + `"`,
		`{"token":["` + "opaque1234" + `"]}`, `{"a":"\u0073k-` + openAI[3:] + `"}`,
	} {
		gate.JSON(fmt.Sprintf("share.samples[%d].value", i), "who", []byte(value))
	}
	err := gate.JSON("picture", "image", []byte(`{"type":"base64","value":"`+strings.Repeat(photo, 50)+`"}`)).Err()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Reason() != errorsv1.Reason_REASON_LITERAL_SECRET {
		t.Fatalf("got %v", err)
	}
	said := err.Error()
	want := []string{"workflow.description"}
	for i := range 7 {
		want = append(want, fmt.Sprintf("share.samples[%d].value", i))
	}
	var fields []string
	for _, v := range e.Violations() {
		fields = append(fields, v.GetField())
		said += v.GetDescription()
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	for _, secret := range []string{openAI, github, "hunter2"} {
		if strings.Contains(said, secret) {
			t.Errorf("the refusal tells the secret: %s", said)
		}
	}
	if err := leak.NewGate().JSON("x", "who", []byte(`{"key":"cat","token":3.0,"list":["a",true,{}],"after":"b"}`)).Err(); err != nil {
		t.Errorf("innocent: %v", err)
	}
}
