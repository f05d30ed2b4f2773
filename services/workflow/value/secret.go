package value

const maskAll = "********"

// mask shows the first and last two letters of a text of eight or more.
func mask(text string) string {
	runes := []rune(text)
	if len(runes) < len(maskAll) {
		return maskAll
	}
	return string(runes[:2]) + maskAll + string(runes[len(runes)-2:])
}
