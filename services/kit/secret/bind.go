package secret

// Bind joins strings with their lengths, so that ("a", "bc") differs from ("ab", "c"). Use
// its result as the message of a MAC or the associated data of a seal.
func Bind(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, byte(len(p)>>24), byte(len(p)>>16), byte(len(p)>>8), byte(len(p)))
		b = append(b, p...)
	}
	return b
}
