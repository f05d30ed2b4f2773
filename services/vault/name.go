package vault

import (
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// operatorWorkspace is the operator's own tenant: it holds operator keys, the
// guest key and public models.
const operatorWorkspace = "operator"

// guestKey is the id of the key that visitors without a key are charged to.
const guestKey = "guest"

// reserved are ids that no workspace may have: each is a first path segment that
// the gateway uses or may come to use, or a word that a reader would take for
// the installation itself.
func reserved() []string {
	return []string{
		operatorWorkspace, "infer", "workflows", "inference-pipelines", "inference_pipelines", "build", "model", "models", "embed",
		"local", "v1", "v2", "v3", "healthz", "readyz", "livez", "openapi.json", "openapi", "assets", "console", "docs",
		"admin", "api", "static", "public", "share", "shares", "shared", "fork", "forks", "gallery", "login", "logout",
		"signup", "account", "accounts", "settings", "help", "support", "about", "legal", "privacy", "terms", "status",
		"metrics", "debug", "pprof", "grpc", "keyhole", "guest", "guests", "visitor", "visitors", "owner", "system", "root",
		"internal", "vault", "sharing", "registry", "runner", "gateway", "workspaces", "workspace", "keys", "credentials",
		"runs", "usage", "audit", "whoami", "www", "well-known", "robots.txt", "favicon.ico", "new", "null", "undefined",
		"device", "devices", "notebook", "info", "clip", "sam", "sam2", "ocr", "doctr", "gaze", "owlv2", "lmm", "core",
	}
}

func workspaceName(ws string) string { return "workspaces/" + ws }

func keyName(ws, key string) string { return "workspaces/" + ws + "/keys/" + key }

func credentialName(ws, id string) string { return "workspaces/" + ws + "/credentials/" + id }

// splitName takes "workspaces/{ws}/{kind}/{id}" apart.
func splitName(name, kind string) (ws, id string, ok bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 || parts[0] != "workspaces" || parts[2] != kind || parts[1] == "" || parts[3] == "" {
		return "", "", false
	}
	return parts[1], parts[3], true
}

// workspaceID takes "workspaces/{ws}" apart; the contract's pattern was checked.
func workspaceID(name string) string { return strings.TrimPrefix(name, "workspaces/") }

// shareWorkspace is the workspace of a share's resource name,
// "workspaces/{ws}/workflows/{wf}/shares/{share}"; "" for any other name.
func shareWorkspace(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) != 6 || parts[0] != "workspaces" || parts[2] != "workflows" || parts[4] != "shares" {
		return ""
	}
	for _, p := range parts {
		if p == "" {
			return ""
		}
	}
	return parts[1]
}

// notFound is the one answer for what does not exist and for what is another's.
func notFound(what string) error {
	return errs.NotFound(errorsv1.Reason_REASON_NOT_FOUND, "there is no such %s here", what)
}
