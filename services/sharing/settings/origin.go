package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// frameOrigin is an origin that may stand in the frame-ancestors directive of a Content
// Security Policy. It has no character that could end the directive.
var frameOrigin = regexp.MustCompile(`^https?://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$`)

func (e *edit) setFrameOrigins(in []string) error {
	list := []string{}
	for _, o := range in {
		o = strings.TrimSuffix(strings.ToLower(o), "/")
		if o != "*" && !frameOrigin.MatchString(o) {
			return resource.Invalid("share.frame_origins", `must be origins like "https://example.com", or "*"`)
		}
		if !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	var err error
	e.row.FrameOrigins, err = sqldb.ToJSON(list)
	return err
}

// runOrigin is an origin whose pages cannot be changed on their way: HTTPS, or this
// machine. "null" is not one, because any page can get it.
var runOrigin = regexp.MustCompile(`^(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$`)

func (e *edit) setRunOrigins(in []string) error {
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
	var err error
	e.row.RunOrigins, err = sqldb.ToJSON(list)
	return err
}
