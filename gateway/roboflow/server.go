package roboflow

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// server is the answer of /info about this process.
var server = sync.OnceValue(func() object {
	version := "unknown"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		version = strings.Trim(build.Main.Version, "()")
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return object{"name": "Keyhole", "version": version, "uuid": fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])}
})

func info(context.Context, *exchange) (any, error) { return server(), nil }

// Docs serves GET /docs: a page that leads to the description of the API. It loads nothing.
func Docs(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><title>Keyhole: API</title><h1>Keyhole</h1>
<p>The API is described at <a href="/openapi.json">/openapi.json</a>. The catalogue of blocks is at <a href="/v1/blocks">/v1/blocks</a>.</p></html>
`)) // the client may have gone
}

// whose answers / with the workspace of the key.
func whose(_ context.Context, x *exchange) (any, error) {
	return object{"welcome": "Welcome to Keyhole.", "instructions": "The API is described at /openapi.json.", "workspace": x.caller.Workspace}, nil
}

// workspace describes a workspace. There are no projects in Keyhole: models are uploaded.
func workspace(ctx context.Context, x *exchange) (any, error) {
	name, err := x.parent()
	if err != nil {
		return nil, err
	}
	found, err := x.Vault.GetWorkspace(ctx, &vaultv1.GetWorkspaceRequest{Name: name})
	if err != nil {
		return nil, err
	}
	title := found.GetTitle()
	if title == "" {
		title = x.path[0]
	}
	return object{"workspace": object{"name": title, "url": x.path[0], "projects": []any{}}}, nil
}
