package settings

import (
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

func (e *edit) setPermission(in *sharingv1.Share, field string) {
	switch field {
	case "view_disabled":
		e.row.ViewDisabled = in.GetViewDisabled()
	case "run_disabled":
		e.row.RunDisabled = in.GetRunDisabled()
	case "fork_disabled":
		e.row.ForkDisabled = in.GetForkDisabled()
	}
}

// checkPermissions refuses a link that nobody could use.
func (e *edit) checkPermissions() error {
	if e.row.ViewDisabled && e.row.RunDisabled {
		return resource.Invalid("share.run_disabled", "cannot be set together with view_disabled: the link would allow nothing; pause it instead")
	}
	if e.row.Expires != 0 && e.row.Starts >= e.row.Expires {
		return resource.Invalid("share.start_time", "must lie before expire_time")
	}
	return nil
}
