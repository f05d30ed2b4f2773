package vault

import "strings"

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

func keyName(ws, key string) string { return "workspaces/" + ws + "/keys/" + key }

func credentialName(ws, id string) string { return "workspaces/" + ws + "/credentials/" + id }

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
