package leak

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The words that ask for secrets, in lower case and without accents.

func set(lists ...string) map[string]bool {
	m := map[string]bool{}
	for _, list := range lists {
		for _, word := range strings.Fields(list) {
			m[word] = true
		}
	}
	return m
}

var (
	// strong words ask for a secret in any context.
	strong = set(`password passwd passwrd pasword passwort passphrase passcode passkey passw pswd psswd pword pwd pw kennwort credential cred creds
		apikey apisecret accesskey authkey privatekey secretkey sessioncookie authcookie signingkey encryptionkey servicekey accountkey appkey licensekey sshkey pgpkey gpgkey privkey prvkey
		privatepem sshprivate privatessh keypem pemkey pemfile keystore keyfile seedphrase recoveryphrase mnemonicphrase recoverycode backupcode onetimepassword onetimecode totp clientsecret openaisk sasurl sastoken
		connectionstring connstring connstr connectionurl databaseurl databaseuri dburl dburi mongouri mongodburi redisurl postgresurl sessionid sessid sessiontoken webhookurl webhookuri webhookaddress hookurl webhooklink
		serviceaccountjson serviceaccountkey serviceaccountfile kubeconfig idrsa ided25519 envfile dotenvfile sajson gcpjson gcloudjson smtppass imappass mailpass emailpass dbpass userpass rootpass adminpass wifipass psk apik apikee`,
		// other languages
		`mdp motdepasse motsdepasse codesecret zugangsdaten zugangscode zugangsschlussel geheimschlussel apischlussel apisleutel klucapi geheimnis geheimwort anmeldedaten contrasena contrasenya senha wachtwoord toegangscode haslo heslo geslo lozinka zaporka losenord adgangskode kodeord passord
		salasana jelszo sifre sifreniz parool slaptazodis parolata pasahitza pasfhocal pasvorto nenosiri katasandi matkhau sandi contrasinal paroladordine paroladaccesso kodelaluan motdordre lykilord
		пароль парол пароля паролем пароли парола лозинка шифра токен токена секрет гасло құпиясөз кодовоеслово κωδικοσπροσβασης κωδικόσπρόσβασησ συνθηματικο გასაღები պարոլ
		كلمةالمرور كلمةالسر كلمةمرور كلمةسر رمزالدخول גיסמה סיסמה סיסמא رمزعبور گذرواژه رمزورود پاسورڈ پاسوردڈ पासवर्ड কূটশব্দ পাসওয়ার্ড கடவுச்சொல் รหัสผ่าน ພາສາ`)
	// contained words ask for a secret anywhere inside of a word.
	contained = strings.Fields(`password passwort passphrase kennwort apikey secretkey privatekey accesskey credential authtoken accesstoken apitoken passwd`)
	// misspelled words also ask for a secret with one spelling mistake.
	misspelled = []string{"password", "passphrase", "credential", "privatekey", "secretkey", "accesskey", "passwort"}
	// nouns ask for a secret unless they are counted or measured.
	nouns = set(`secret token bearer authorization auth pat jwt oauth tok tkn scrt toke jeton secreto segredo segreto sekret geheim`)
	// weak words ask for a secret alone or with an owner.
	weak = set(`sk pin pincode otp mfa 2fa mnemonic dsn sas cookie pem pass passw pfx p12 seedwords webhook clave parola code2fa secretcode accesscode securitycode verificationcode authcode logincode cvv cvc hmac`)
	// innocent words look like words that ask for a secret.
	innocent = set(`keyword keywords passwordless secretary secretariat secrete secretion passport passports taken tokyo woken credentialing credentialed schlusselwort schlusselworter tokenizer tokenize tokenized tokenization accession`)
	// keyNouns are the words for "key" in other languages.
	keyNouns = set(`schlussel schluessel cle clef clave llave chave chiave sleutel klucz klic kluc kljuc cheie cheia nyckel nokkel nogle avain kulcs anahtar anahtari raktas atslega voti clau gako eochair ufunguo kunci khoa susi
		ключ ключа ключи ключом κλειδι clavis مفتاح کلید מפתח कुंजी คีย์ กุญแจ kalit`)
	// keyOf are words whose key is secret.
	keyOf = set(`api apis secret private access maps wpa wifi wlan decrypt decryption unseal vault kms smtp deploy auth authentication authorization license licence service account signing encryption ssh pgp gpg master admin session user root app bot llm ai model provider client developer dev personal
		secreta secreto secrete privee prive privada privado privata segreta segreto acces acceso acesso accesso accesu geheim geheimer geheime geheimen privater privaten personlicher toegang dostupu pristupu tajny tajne tilgang gizli ozel rahasia
		секретный секретныи доступа приватный приватныи апи закрытый закрытыи`)
	providers = set(`openai oai anthropic claude gemini google gcp gpt chatgpt huggingface hf stripe roboflow aws amazon azure groq mistral openrouter deepseek twilio keyhole github gitlab slack discord telegram notion airtable supabase firebase replicate cohere
		perplexity sendgrid mailgun dropbox figma vercel cloudflare digitalocean heroku shopify paypal xai grok nvidia elevenlabs deepgram assemblyai pinecone weaviate langsmith wandb kaggle vertex bedrock tavily serpapi serper twitter facebook whatsapp zapier mapbox
		resend postmark linear jira atlassian hubspot salesforce datadog sentry minio s3 together fireworks stability ollama`)
	// owners are words that name an owner, or ask for input.
	owners = set(`your my our ur yr paste enter insert provide supply dein deine deinen deinem ihr ihre ihren mein meine votre vos ton ta tes mon ma tu su mi tua sua seu teu minha tuo  jouw uw twoj din ditt ваш твой твои мой свои свой ваши`)
	// handing are words that tell people to hand something over.
	handing = set(`paste pasting einfugen eingeben eintragen coller collez copiez pegar pega colar cole incolla incollare plakken wklej vlozte вставьте вставить введите введи yapistir`)
	fillers = set(`the a an for of to from in at with on by as is de d del da do des du dos la le l les el lo il di dell dello della av til till fur fuer zu zum zur von vom des der den dem die das pour para per van voor het een na do dla pro for
		для от к из ل и`)
	companions = set(`value field text string input param parameter var variable user account name login code number no nr please pls plz here now it this new old current full raw real actual first second main default example sample test prod production client customer visitor
		card bank sim phone email mail db database sql web site server cloud id header browser http https auth file content contents data private public ssh ssl tls rsa mongo postgres mysql redis bitte svp hier wert feld`)
	tokensOf = set(`api access auth refresh bearer oauth secret security bot github slack discord telegram`)

	// beforeStrong and afterStrong make strong words innocent.
	beforeStrong = set(`has is contains detect detects find finds show hide count num number max min forgot forgotten`)
	afterStrong  = set(`length len strength strong policy count required detected detection detector visible probability threshold manager managers`)
	// beforeNoun and afterNoun make nouns innocent.
	beforeNoun = set(`max min maximum minimum num number count per has is contains detect find top stop eos bos pad padding mask cls sep unk start end special image text next last begin non be`)
	afterNoun  = set(`count counts limit limits length len size budget usage index type types kind rate ratio policy strength required detected detector detection found probability probabilities threshold position pattern id ids name names
		santa ingredient ingredients sauce garden label labels embedding embeddings level ring cutter cutters x y class classes color colour width height dough jar recipe grid pitch`)
	// afterKey are words whose "key" gives no access: "key points".
	afterKey = set(`point points word words frame frames value values metric metrics feature features phrase phrases insight insights idea ideas finding findings message messages question questions role roles name names fact facts term terms topic topics
		visual object objects element elements part parts light lights stage color colour path paths column columns field detail details theme themes board stone takeaways takeaway result results event events moment moments person people figure figures`)
)

// unspaced words ask for a secret in scripts that do not separate words.
var unspaced = strings.Fields(`密码 密碼 密钥 密鑰 秘钥 金钥 金鑰 口令 令牌 暗号 暗证 暗証番号 パスワード 秘密鍵 秘密键 apiキー apiカギ アクセスキー シークレットキー トークン 비밀번호 패스워드 api키 비밀키 액세스키 인증키 토큰 암호 סיסמה पासवर्ड รหัสผ่าน apikey api密 api金 api鍵 api键 授权码 授權碼 验证码 口令牌 通行码`)

// short are the words of less than four letters into which a joined word may be split.
// Other short words occur inside of ordinary words.
var short = strings.Fields(`my db ai api key app bot ssh pgp gpg aws gcp oai llm gpt url uri the for pin pwd jwt max min num has`)

// vocabulary has the words into which a joined word is split.
var vocabulary, longestWord = func() (map[string]bool, int) {
	all := set(`keys tokens secrets passwords open count connection webhook`)
	for _, word := range short {
		all[word] = true
	}
	for _, m := range []map[string]bool{strong, nouns, weak, providers, keyOf, owners, handing, companions, beforeNoun, afterNoun, innocent} {
		for word := range m {
			if len(word) >= 4 {
				all[word] = true
			}
		}
	}
	longest := 0
	for word := range all {
		longest = max(longest, len(word))
	}
	return all, longest
}()

// compact returns a text in lower case without spaces, accents and lookalikes.
func compact(text string) string {
	return strings.Join(splitWords(norm.NFKC.String(visible(text))), "")
}

// nearly reports a word with one spelling mistake: a letter too many, too few, wrong or
// swapped. The first letter must be right.
func nearly(word, right string) bool {
	n, m := utf8.RuneCountInString(word), utf8.RuneCountInString(right)
	if word == "" || innocent[word] || n < m-1 || n > m+1 || n != len(word) || word[0] != right[0] {
		return false
	}
	i := 0
	for i < min(n, m) && word[i] == right[i] {
		i++
	}
	switch {
	case n == m && i+1 < n && word[i] == right[i+1] && word[i+1] == right[i]:
		return word[i+2:] == right[i+2:]
	case n == m:
		return i == n || word[i+1:] == right[i+1:]
	case n < m:
		return word[i:] == right[i+1:]
	}
	return word[i+1:] == right[i:]
}
