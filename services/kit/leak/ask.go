package leak

import (
	"slices"
	"strings"
)

// maxTitle bounds how much of a title is read, in bytes.
const maxTitle = 1000

// AsksForSecret reports whether people who read a name or a title would give a secret
// there: "openai_api_key", "Your password", "токен". It errs on the side of no:
// "max_tokens", "key_points" and "key" are no secrets.
func AsksForSecret(title string) bool {
	words := wordsOf(title[:min(len(title), maxTitle)])
	for from := range words {
		for to := from + 1; to <= min(len(words), from+maxPhrase); to++ {
			if asks(strings.Join(words[from:to], ""), to-from == 1) && !measured(words, from, to) {
				return true
			}
		}
	}
	return false
}

// maxPhrase is how many words a phrase has: "mot de passe", "clé d'API".
const maxPhrase = 4

// asks reports words that ask for a secret, written as one.
func asks(phrase string, single bool) bool {
	if phrase == "tokens" { // those of a language model
		return false
	}
	phrase = strings.TrimSuffix(phrase, "s")
	if slices.Contains(phrases, phrase) || single && slices.Contains(nouns, phrase) {
		return true
	}
	if single && slices.ContainsFunc(compounds, func(end string) bool { return strings.HasSuffix(phrase, end) }) {
		kind := strings.TrimSuffix(phrase, "token")
		return kind == phrase || !slices.Contains(leading, kind)
	}
	return single && slices.ContainsFunc(unspaced, func(part string) bool { return strings.Contains(phrase, part) })
}

// measured reports words that are counted, described or looked for rather than asked for:
// "password_length", "stop token".
func measured(words []string, from, to int) bool {
	return to < len(words) && slices.Contains(trailing, words[to]) || from > 0 && slices.Contains(leading, words[from-1])
}

var trailing = []string{
	"count", "counts", "limit", "limits", "length", "len", "size", "budget", "usage", "index", "type", "kind", "rate", "ratio", "policy", "strength", "hint", "rules",
	"required", "detected", "detector", "detection", "found", "visible", "probability", "probabilities", "threshold", "position", "pattern", "regex", "id", "ids", "name", "names",
	"santa", "ingredient", "ingredients", "sauce", "garden", "message", "word", "words", "label", "labels", "embedding", "embeddings", "level", "ring",
}

var leading = []string{
	"max", "min", "maximum", "minimum", "num", "number", "count", "per", "has", "is", "contains", "forgot", "reset", "show", "hide", "detect", "find", "top",
	"stop", "eos", "bos", "pad", "padding", "mask", "cls", "sep", "unk", "start", "end", "special", "image", "text", "next", "first", "last", "begin", "new", "input", "output", "prompt",
}

// nouns ask for a secret as a word of their own, in the singular.
var nouns = []string{
	"password", "passwd", "passphrase", "passcode", "pwd", "pw", "secret", "credential", "cred", "token", "bearer", "authorization", "auth", "pat", "jwt", "oauth",
	"passwort", "kennwort", "geheimnis", "geheimni", "mdp", "contrasena", "senha", "wachtwoord", "haslo", "heslo", "losenord", "adgangskode", "passord", "salasana", "jelszo", "sifre",
	"secreto", "segredo", "segreto", "jeton", "пароль", "секрет", "токен",
}

// compounds ask for a secret at the end of a word: "dbpassword", "githubtoken".
var compounds = []string{"password", "passwd", "passwort", "passphrase", "secret", "apikey", "accesskey", "secretkey", "privatekey", "token", "credential"}

// phrases are words that ask for a secret together.
var phrases = []string{
	"apikey", "apisecret", "accesskey", "authkey", "privatekey", "secretkey", "sessioncookie", "authcookie", "signingkey", "encryptionkey", "servicekey", "accountkey", "appkey",
	"openaikey", "anthropickey", "claudekey", "geminikey", "googlekey", "gptkey", "chatgptkey", "llmkey", "huggingfacekey", "hfkey", "stripekey", "roboflowkey", "awskey", "azurekey", "groqkey",
	"mistralkey", "openrouterkey", "deepseekkey", "twiliokey", "keyholekey", "openaisk", "userkey", "yourkey", "mykey", "licensekey", "sshkey", "pgpkey", "seedphrase", "recoveryphrase", "serviceaccountjson",
	"apischlussel", "zugangsschlussel", "geheimschlussel", "geheimerschlussel", "privaterschlussel", "zugangsdaten",
	"cleapi", "cledapi", "clesecrete", "cleprivee", "cledacce", "motdepasse", "jetondacce", "jetonapi",
	"claveapi", "clavedeapi", "clavedelapi", "clavesecreta", "clavedeacceso", "claveprivada", "chaveapi", "chavedeapi", "chavedaapi", "chavesecreta", "chavedeacesso",
	"chiaveapi", "chiavesegreta", "paroladordine", "apisleutel", "geheimesleutel", "kluczapi", "klicapi", "apianahtari", "apianahtar", "apinyckel", "apinøgle", "apinøkkel", "cheieapi", "matkhau", "katasandi",
	"apiключ", "ключapi", "секретныиключ", "كلمةالمرور", "كلمةالسر", "مفتاحapi", "api키", "apiキー",
}

// unspaced ask for a secret in writings that do not divide words.
var unspaced = []string{
	"密码", "密碼", "密钥", "密鑰", "秘钥", "口令", "令牌", "パスワード", "秘密鍵", "apiキー", "アクセスキー", "トークン", "비밀번호", "api키", "비밀키", "토큰", "암호", "סיסמה", "पासवर्ड",
}
