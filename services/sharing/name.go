package sharing

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// Resource names come validated by the contract's patterns; parts of one that
// does not fit are empty, which no row matches.

func segments(name string) []string { return strings.Split(name, "/") }

// segment is the i-th id of a resource name: 0 the workspace, 1 the workflow ...
func segment(name string, i int) string {
	parts := segments(name)
	if 2*i+1 >= len(parts) {
		return ""
	}
	return parts[2*i+1]
}

func workspaceName(ws string) string          { return "workspaces/" + ws }
func workflowName(ws, workflow string) string { return workspaceName(ws) + "/workflows/" + workflow }
func runName(ws, run string) string           { return workspaceName(ws) + "/runs/" + run }
func shareName(ws, workflow, share string) string {
	return workflowName(ws, workflow) + "/shares/" + share
}

func versionName(ws, workflow string, n int64) string {
	return workflowName(ws, workflow) + "/versions/" + strconv.FormatInt(n, 10)
}

func credentialName(ws, credential string) string {
	return workspaceName(ws) + "/credentials/" + credential
}

// guestKey is what visitors without a key are charged to.
const guestKey = rpc.GuestKey

// stranger is the workspace that stands for anybody's when it is asked whether a model
// is private. It is no workspace's id, for it must own nothing: of the guest key's the
// private models would look as if they were everybody's.
const stranger = "-"

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timestamp(us int64) *timestamppb.Timestamp {
	if us == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMicro(us))
}

// slug makes an id of a title: what is left of it in lower case.
func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
