package leak_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

func TestTitlesThatAskForASecret(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"kubeconfig", "id_rsa", "env file", "gcp json", "SMTP pass", "API K", "api-kee", "google maps key", "WPA key", "psk", "unseal key", "decrypt key",
		"openai_api_key", "OPENAI-API-KEY", "openAiApiKey", "apikey", "API Key:", "api_key_2", "llm_api_key", "token", "Token", "github_token", "githubtoken", "auth_token", "accessToken",
		"bot token", "password", "db_password", "Password123", "user-password", "passwd", "pwd", "passphrase", "secret", "client_secret", "clientSecret", "aws_secret_access_key", "credentials", "creds",
		"private key", "Your OpenAI key", "openai_key", "hf_token", "github_pat", "authorization", "auth_header", "bearer", "my_key", "session-cookie", "jwt",
		"p4ssw0rd", "pa$$word", "ap1_key", "t0k3n", "аpi_key", "ＡＰＩ＿ＫＥＹ", "api\u200b_key", "API-Schlüssel", "Passwort", "Zugangsdaten", "clé d'API", "cle_api", "mot de passe", "contraseña", "clave API", "chave_api", "senha", "wachtwoord", "hasło", "şifre",
		"пароль", "API ключ", "токен", "секретный ключ", "密码", "API密钥", "パスワード", "APIキー", "비밀번호", "API 키", "كلمة المرور", "mật khẩu",
		"a_p_i_k_e_y", "api_kéy", "аpi_kеу", "арі_кеу", "k3y", "oai_key", "openai_k", "KEY_OPENAI", "key_for_openai", "passwrd", "pasword", "tokenvalue", "clientsecretvalue", "mytokenplease", "API_KEY_HINT", "api_key_id", "tok", "tkn", "sk", "pin", "otp", "mnemonic", "dsn",
		"connection_string", "sas_url", "webhook_url", "private_pem", "ssh_private", "cookie", "session_id", "sk-... from platform.openai.com", "your pass word", "Schlüssel für OpenAI", "clé OpenAI", "Token type: paste it", "new_password", "input_api_key",
		"🅰🅿🅸_🅺🅴🆈", "🔑", "ᴘᴀꜱꜱᴡᴏʀᴅ", "𝓅𝒶𝓈𝓈𝓌ℴ𝓇𝒹", "ꓑꓮꓢꓢꓪꓳꓣꓓ", "p.a.s.s.w.o.r.d", "t o k e n", "pass_word", "open_ai_key", "OpenAIKey", "ghp_xxxx", "AKIA…", "starts with sk", "get one at console.anthropic.com", "tu clave", "clave", "Ваш ключ", "ключ OpenAI", "رمز عبور", "Please enter your API key here", "Paste the password of your account",
	} {
		if !leak.AsksForSecret(title) {
			t.Errorf("%q does not ask for a secret", title)
		}
	}
	for _, title := range []string{
		"max_tokens", "token_count", "tokenizer", "tokens", "stop_token", "eos_token", "number of tokens", "token_limit", "max_new_tokens", "image_token", "token_type", "key", "keys", "key_points", "keypoints", "user_keypoints",
		"keyword", "keywords", "llm_keywords", "primary_key", "sort_key", "monkey", "keyboard", "author", "authors", "class_name", "prompt", "question", "question_2", "model_id", "confidence", "secretary", "secret_santa", "password_length",
		"password strength", "has_password", "accession", "access", "cookies", "signature", "tokyo", "passport_number", "passenger", "compass", "bypass", "path", "pattern", "patient", "spat", "language", "Schlüsselwort", "llave",
		"The key points of the text", "Describe the picture in at most 100 words", "", "a", "iou_threshold", "webhook_body", "yolov8n", "top_1", "4k", "hotkey", "keyframe", "key_frames", "turkey", "whiskey", "pinned", "pin_count", "pins", "drawing_pin", "session_length", "cookie_cutter", "passage", "spinner", "tokenize", "secretariat", "key_value", "llm_tokens", "input_tokens", "prompt_tokens", "top_k",
		"k", "k1", "p12n", "ток", "task", "desk", "mask", "risk", "sky", "token_probability", "is_secretary", "authority", "author_name", "stroke", "parole chiave", "Schlüsselbild", "mots clés", "palabras clave", "クッキー", "credit", "crediting", "api_url", "base_url", "webhook_body", "url",
		"salt", "seed", "hash", "api_version", "Enter a question about the picture", "The class that counts as a key", "Detects pins and cookies on a table", "sk-learn model", "hf_hub model", "Photo of a passport", "キーワード", "关键词", "ключевое слово",
	} {
		if leak.AsksForSecret(title) {
			t.Errorf("%q asks for a secret", title)
		}
	}
}
