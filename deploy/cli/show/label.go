package show

import (
	"fmt"
	"strconv"
	"strings"
)

// labels are the words for fields that people call by another name than the API.
var labels = map[string]string{
	"createTime": "created", "updateTime": "updated", "deleteTime": "deleted", "purgeTime": "purged at",
	"startTime": "started", "endTime": "ended", "expireTime": "expires", "revokeTime": "revoked", "resetTime": "resets",
	"lastUseTime": "last used", "uri": "link", "modelImages": "pictures", "sizeBytes": "size", "notRunnableMessage": "why not",
}

// label returns the words for a field: "liveVersion" is "live version".
func label(field string) string {
	if words, ok := labels[field]; ok {
		return words
	}
	var b strings.Builder
	for _, r := range field {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shownDigits is how much of a hash a table shows: enough to compare two by eye.
const shownDigits = 12

// brief shortens a cell of a table. The resource itself shows the whole value.
func brief(field, text string) string {
	if (field == "versionHash" || field == "sha256") && len(text) > shownDigits {
		return text[:shownDigits]
	}
	return text
}

// size writes a number of bytes as people do: "15.6 MB".
func size(bytes string) string {
	n, err := strconv.ParseFloat(bytes, 64)
	if err != nil {
		return bytes
	}
	for _, unit := range []string{"bytes", "kB", "MB", "GB"} {
		if n < 1000 || unit == "GB" {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + " " + unit
		}
		n /= 1000
	}
	return bytes
}
