package value

const maskAll = "********"

// mask shows two letters at each end of a text of eight or more.
func mask(text string) string {
	runes := []rune(text)
	if len(runes) < len(maskAll) {
		return maskAll
	}
	return string(runes[:2]) + maskAll + string(runes[len(runes)-2:])
}
