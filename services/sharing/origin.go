package sharing

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// runOrigin is what a browser says of a page that others cannot change on its way: of
// HTTPS, or of this machine. "null", which any page can make itself, is none.
var runOrigin = regexp.MustCompile(`^(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$`)

func (e *shareEdit) setRunOrigins(in []string) error {
	list := []string{}
	for _, given := range in {
		o, ok := origin.Normal(strings.TrimSuffix(given, "/"))
		if !ok || !runOrigin.MatchString(o) {
			return resource.Invalid("share.run_origins", `must be origins like "https://example.com"`)
		}
		if !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	raw, err := json.Marshal(list)
	e.row.RunOrigins = string(raw)
	return err
}
