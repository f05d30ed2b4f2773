package cli

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Get prints the named fields of a resource.
func (a *App) Get(ctx context.Context, k name.Kind, id string, fields ...string) error {
	return a.Send(ctx, http.MethodGet, k, id, "", nil, nil, fields...)
}

// Create creates a resource in a collection of the workspace, such as "keys", and prints it.
func (a *App) Create(ctx context.Context, collection string, query url.Values, body any, fields ...string) error {
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	return a.SendTo(ctx, cl, http.MethodPost, parent+"/"+collection, query, body, fields...)
}

// Update changes the fields that e has, and prints the resource.
func (a *App) Update(ctx context.Context, k name.Kind, id string, e *Edit, fields ...string) error {
	if len(e.mask) == 0 {
		return errors.New("nothing to change: set at least one flag; see --help")
	}
	return a.Send(ctx, http.MethodPatch, k, id, "", url.Values{"updateMask": {strings.Join(e.mask, ",")}}, e.Fields(), fields...)
}

// Post calls a method of a resource, such as ":pause", and prints the reply.
func (a *App) Post(ctx context.Context, k name.Kind, id, method string, body any, fields ...string) error {
	return a.Send(ctx, http.MethodPost, k, id, method, nil, body, fields...)
}

// Delete deletes a resource.
func (a *App) Delete(ctx context.Context, k name.Kind, id string) error {
	return a.Send(ctx, http.MethodDelete, k, id, "", nil, nil)
}

// Send sends a request about a resource and prints the reply. below is the rest of the path:
// a method, a child, or "".
func (a *App) Send(ctx context.Context, method string, k name.Kind, id, below string, query url.Values, body any, fields ...string) error {
	cl, path, err := a.At(ctx, k, id)
	if err != nil {
		return err
	}
	return a.SendTo(ctx, cl, method, path+below, query, body, fields...)
}

// SendTo sends a request to a path and prints the reply.
func (a *App) SendTo(ctx context.Context, cl *client.Client, method, path string, query url.Values, body any, fields ...string) error {
	var reply Object
	if err := cl.Do(ctx, method, path, query, body, &reply); err != nil {
		return err
	}
	return a.Print().One(reply, fields...)
}

// List prints one page of a collection of the workspace.
func (a *App) List(ctx context.Context, collection string, page PageFlags, query url.Values, fields ...string) error {
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	return a.ListAt(ctx, cl, parent+"/"+collection, collection, page, query, fields...)
}

// ListBelow prints one page of a collection of a resource.
func (a *App) ListBelow(ctx context.Context, k name.Kind, id, collection string, page PageFlags, query url.Values, fields ...string) error {
	cl, path, err := a.At(ctx, k, id)
	if err != nil {
		return err
	}
	return a.ListAt(ctx, cl, path+"/"+collection, collection, page, query, fields...)
}

// ListAt prints one page of the collection at a path. The reply has its rows in the field
// rows.
func (a *App) ListAt(ctx context.Context, cl *client.Client, path, rows string, page PageFlags, query url.Values, fields ...string) error {
	var reply Object
	if err := cl.Do(ctx, http.MethodGet, path, page.Query(query), nil, &reply); err != nil {
		return err
	}
	return a.Print().List(reply, rows, fields...)
}

// At makes the client and returns the path of a resource.
func (a *App) At(ctx context.Context, k name.Kind, id string) (*client.Client, string, error) {
	n, err := k.Parse(id)
	if err != nil {
		return nil, "", err
	}
	if n.Workspace == "" {
		cl, parent, err := a.Conn.Parent(ctx)
		return cl, parent + k.Path(n), err
	}
	cl, err := a.Conn.Client()
	return cl, workspacePath(n.Workspace) + k.Path(n), err
}
