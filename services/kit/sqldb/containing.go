package sqldb

import "strings"

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Containing returns the pattern of LIKE, with "!" as its escape, for a text that contains the given one. The column
// is compared in lower case. For an empty text it is "%%".
func Containing(text string) string {
	return "%" + likeEscaper.Replace(strings.ToLower(text)) + "%"
}
