package container

// formWalker finds the names and values of a form.
type formWalker struct {
	text Text
	// escape is an incomplete percent escape.
	escape []byte
	out    []byte
	offset int64
}

// feed reads more of the form.
func (f *formWalker) feed(b []byte, offset int64) {
	f.out, f.offset = f.out[:0], offset
	for _, c := range b {
		switch {
		case len(f.escape) > 0:
			if f.escape = append(f.escape, c); len(f.escape) == 3 {
				f.unescape()
			}
		case c == '%':
			f.escape = append(f.escape, c)
		case c == '+', c == '&', c == '=', c == ';':
			f.out = append(f.out, ' ')
		default:
			f.out = append(f.out, c)
		}
	}
	if len(f.out) > 0 {
		f.text(plainPart(placeForm, f.out, offset))
	}
}

func (f *formWalker) unescape() {
	high, low := digit(f.escape[1]), digit(f.escape[2])
	if high < 0 || low < 0 {
		f.out = append(f.out, f.escape...)
	} else {
		f.out = append(f.out, byte(high<<4|low))
	}
	f.escape = f.escape[:0]
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// end ends the form.
func (f *formWalker) end() {
	if len(f.escape) > 0 {
		f.text(plainPart(placeForm, f.escape, f.offset))
		f.escape = f.escape[:0]
	}
}
