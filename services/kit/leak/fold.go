package leak

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookalikes maps letters and signs that look like Latin letters to these. The source lists
// pairs.
var lookalikes = func() map[rune]rune {
	m := map[rune]rune{}
	for latin, others := range map[rune]string{
		'a': "аαɑᴀａ@４4ꓮᎪ", 'b': "ЬьƄʙвβɓ8ꓐᏴ", 'c': "сϲᴄⅽ¢ƈꓚᏟ", 'd': "ԁⅾᴅɗđðꓓᎠ", 'e': "еεҽєɛᴇəǝ3€ℯꓰᎬ", 'f': "ꜰƒғꓝ", 'g': "ɡցɢ9ɠꓖᏀ", 'h': "һհʜнɦꓧᎻ", 'i': "іιıɩⅰ1!ɪ|ӏꓲᎥ",
		'j': "јϳᴊꓙᎫ", 'k': "кκᴋƙқкʞꓗᏦ", 'l': "ⅼʟłɫꓡᏞ", 'm': "мⅿᴍɱꓟᎷ", 'n': "ոηпɴŋɲꓠ", 'o': "оοօσ0øᴏөοꓳ", 'p': "рρᴘþƿꓑᏢ", 'q': "ԛզ", 'r': "гʀɾřяꓣ", 's': "ѕꜱ5$ʂ§ꓢᏚ", 't': "тτᴛ7+ƭꓔᎢ", 'u': "υսᴜʋцυμꓴ",
		'v': "ѵνᴠⅴꓦᏙ", 'w': "ԝωᴡшѡꓪᏔ", 'x': "хχⅹ×ꓫ", 'y': "уγʏүÿυʎꓬᎽ", 'z': "ᴢʐƶ2ꓜ",
	} {
		for _, r := range others {
			m[r], m[unicode.ToLower(r)] = latin, latin
		}
	}
	return m
}()

// enclosed are the starts of rows of 26 capitals in signs that Unicode does not decompose.
var enclosed = []rune{0x1f150, 0x1f170, 0x1f1e6}

// keySigns are pictures of keys and locks.
const keySigns = "🔑🗝🔐"

// spelled normalises a title: no accents, no invisible characters, no letters in signs.
func spelled(title string) string {
	var out strings.Builder
	for _, r := range norm.NFKD.String(visible(title)) {
		for _, first := range enclosed {
			if r >= first && r < first+26 {
				r += 'A' - first
				break
			}
		}
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x370, unicode.Is(unicode.Me, r): // an accent of a Latin letter
		case strings.ContainsRune(keySigns, r):
			out.WriteString(" my key ")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// folded replaces letters, digits and signs by the Latin letters that they look like.
func folded(word string) string {
	return strings.Map(func(r rune) rune {
		if latin, ok := lookalikes[r]; ok {
			return latin
		}
		return r
	}, word)
}

// latin maps special letters to their usual spelling: "ß" to "ss".
var latin = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "ı", "i", "đ", "d", "ð", "d", "þ", "th")

// splitWords splits at capitals and at characters that are not letters or lookalikes.
func splitWords(title string) (out []string) {
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(word))
		}
		word = word[:0]
	}
	var last rune
	for _, r := range title {
		_, stands := lookalikes[r]
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && (!stands || len(word) == 0 && r != '$' && r != '@'):
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(last):
			flush()
			word = append(word, unicode.ToLower(r))
		default:
			word = append(word, unicode.ToLower(r))
		}
		if !unicode.Is(unicode.Mn, r) {
			last = r
		}
	}
	flush()
	return out
}
