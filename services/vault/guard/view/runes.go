package view

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// AppendRune appends the symbols that a reader sees in a rune: those of its compatibility
// decomposition (accents, full width, mathematical and circled letters, ligatures), or of the
// letter that it looks like.
func AppendRune(dst []byte, r rune) []byte {
	if r < 0x80 {
		if s := ascii[r]; s != dropped {
			dst = append(dst, s)
		}
		return dst
	}
	if int(r>>pageBits) >= pages {
		return dst
	}
	p := loadRunes()[r>>pageBits]
	if p == nil {
		return dst
	}
	for v := p[r&(1<<pageBits-1)]; v != 0; v >>= 8 {
		dst = append(dst, byte(v)-1)
	}
	return dst
}

const (
	pageBits = 8
	// pages has the planes with letters, and the plane of tags.
	pages = 0xe0080>>pageBits + 1
	// maxSymbols bounds the symbols of one rune.
	maxSymbols = 8
)

// page has up to eight symbols for each rune, each plus one in a byte.
type page [1 << pageBits]uint64

// loadRunes makes the pages when a rune beyond ASCII first occurs. It takes milliseconds and a few hundred
// kilobytes.
var loadRunes = sync.OnceValue(func() *[pages]*page {
	var t [pages]*page
	set := func(r rune, symbols []byte) {
		p := &t[r>>pageBits]
		if *p == nil {
			*p = new(page)
		}
		v := uint64(0)
		for i := min(len(symbols), maxSymbols) - 1; i >= 0; i-- {
			v = v<<8 | uint64(symbols[i]+1)
		}
		(*p)[r&(1<<pageBits-1)] = v
	}
	for r := rune(0x80); r < 0x20000; r++ {
		if s := decomposed(r); len(s) > 0 {
			set(r, s)
		}
	}
	for r, like := range lookalikes() {
		set(r, []byte{ascii[like]})
	}
	return &t
})

// decomposed are the symbols in the compatibility decomposition of a rune.
func decomposed(r rune) []byte {
	var out []byte
	for _, b := range norm.NFKD.AppendString(nil, string(r)) {
		if s := ascii[b]; s < Symbols {
			out = append(out, s)
		}
	}
	return out
}

// lookalikes are runes without a decomposition that look like a letter or digit.
func lookalikes() map[rune]byte {
	m := map[rune]byte{'ı': 'i', 'ȷ': 'j', 'ſ': 's', 'ƒ': 'f', 'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ø': 'o', 'Ø': 'o', 'đ': 'd', 'ł': 'l', 'Ł': 'l'}
	pair := func(likes, letters string) {
		i := 0
		for _, r := range likes {
			m[r] = letters[i]
			i++
		}
	}
	pair("авсԁеһіјкԛѕԝхуормнтгз", "abcdehijkqswxyopmhtr3") // Cyrillic
	pair("АВСЕНІЈКМОРЅТХУԌԚԜЗ", "abcehijkmopstxygqw3")
	pair("αβγεικνορτυχωηκ", "abyeikvoptuxwnk") // Greek
	pair("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx")
	pair("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz") // small capitals
	for i := range rune(26) {
		for _, first := range []rune{0x1f150, 0x1f170, 0x1f1e6} { // circled and squared in negative, regional
			m[first+i] = 'a' + byte(i)
		}
	}
	for b := rune('0'); b <= 'z'; b++ { // tag characters, which are not shown at all
		if ascii[b] < Symbols {
			m[0xe0000+b] = byte(b)
		}
	}
	m[0x24ff] = '0'
	for i := range rune(9) { // circled digits in negative, three sets
		m[0x2776+i], m[0x2780+i], m[0x278a+i] = '1'+byte(i), '1'+byte(i), '1'+byte(i)
	}
	return m
}

// Symbols is the number of different symbols: ten digits and 26 letters.
const Symbols = 36

const (
	dropped = 0x80 // not a symbol
	wide    = 0x40 // a byte outside of ASCII: see runes.go
)

// ascii gives the symbol of each byte, or dropped or wide.
var ascii = func() (t [256]byte) {
	for i := range t {
		switch b := byte(i); {
		case b >= '0' && b <= '9':
			t[i] = b - '0'
		case b >= 'a' && b <= 'z':
			t[i] = b - 'a' + 10
		case b >= 'A' && b <= 'Z':
			t[i] = b - 'A' + 10
		case b < utf8.RuneSelf:
			t[i] = dropped
		default:
			t[i] = wide
		}
	}
	return t
}()
