package mcp

import (
	"regexp"
	"slices"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/gateway/contract"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

const (
	// maxTools bounds the tools of a workspace.
	maxTools = 100
	// atOnce is how many workflows are read at the same time.
	atOnce = 8
	// maxTries bounds the links of a workflow that are tried.
	maxTries = 5
)

// server makes the server of one request. It has the tools that the request needs.
func (h *Handler) server(x *exchange) (*sdk.Server, error) {
	info := &sdk.Implementation{Name: "keyhole", Title: "Keyhole", Version: "1"}
	options := &sdk.ServerOptions{Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}}}
	if x.token == "" {
		server := sdk.NewServer(info, options)
		return server, h.addShared(x, server)
	}
	view, err := h.Sharing.GetSharedWorkflow(x.as, &sharingv1.GetSharedWorkflowRequest{Token: x.token})
	if err != nil {
		return nil, err
	}
	if title := contract.Plain(view.GetTitle(), 120); title != "" {
		info.Title = title
	}
	server := sdk.NewServer(info, options)
	// A client that has read the list before learns from a call why it is refused.
	if view.GetRunAllowed() || x.message.Method == "tools/call" {
		server.AddTool(toolOf("run", view), h.handlerOf(x, x.token, view))
	}
	return server, nil
}

var workflowName = regexp.MustCompile(`^workspaces/[a-z0-9-]{1,40}/workflows/([a-z0-9_-]{1,63})$`)

// addShared adds a tool for each workflow of the caller's workspace that has a link which runs.
// A call needs its own tool only.
func (h *Handler) addShared(x *exchange, server *sdk.Server) error {
	switch x.message.Method {
	case "tools/list":
	case "tools/call":
		name := "workspaces/" + x.caller.Workspace + "/workflows/" + x.message.Params.Name
		if !workflowName.MatchString(name) {
			return nil // the SDK answers that there is no such tool
		}
		return h.addWorkflow(x, server, name)
	default:
		return nil
	}
	names, err := h.shared(x)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, name := range names {
		group.Go(func() error { return h.addWorkflow(x, server, name) })
	}
	return group.Wait()
}

// shared lists the workflows of the workspace that have a link which runs.
func (h *Handler) shared(x *exchange) (names []string, err error) {
	for token := ""; ; {
		page, err := h.Sharing.ListWorkflows(x.as, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/" + x.caller.Workspace, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, w := range page.GetWorkflows() {
			if w.GetActiveShares() > 0 && len(names) < maxTools {
				names = append(names, w.GetName())
			}
		}
		if token = page.GetNextPageToken(); token == "" || len(names) == maxTools {
			return names, nil
		}
	}
}

// addWorkflow adds the tool of a workflow: its newest link that runs.
func (h *Handler) addWorkflow(x *exchange, server *sdk.Server, name string) error {
	page, err := h.Sharing.ListShares(x.as, &sharingv1.ListSharesRequest{Parent: name, PageSize: 500})
	if err != nil {
		return err
	}
	tries := 0
	for _, s := range slices.Backward(page.GetShares()) { // a list has the oldest first
		if s.GetState() != sharingv1.ShareState_SHARE_STATE_ACTIVE || s.GetToken() == "" {
			continue
		}
		if tries++; tries > maxTries {
			return nil
		}
		view, err := h.Sharing.GetSharedWorkflow(x.as, &sharingv1.GetSharedWorkflowRequest{Token: s.GetToken()})
		if err == nil && view.GetRunAllowed() { // an error says that it has expired, or was paused or revoked meanwhile
			server.AddTool(toolOf(workflowName.FindStringSubmatch(name)[1], view), h.handlerOf(x, s.GetToken(), view))
			return nil
		}
	}
	return nil
}
