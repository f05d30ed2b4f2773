package workspaces

import (
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Operator is the id of the operator's workspace. It has operator keys, the guest key and public models.
const Operator = "operator"

// reserved lists ids that no workspace may have. Each is a first path segment that the gateway uses or may use
// later, or a word that a reader could take for the installation.
func reserved() []string {
	return []string{
		Operator, "infer", "workflows", "inference-pipelines", "inference_pipelines", "build", "model", "models", "embed",
		"local", "v1", "v2", "v3", "healthz", "readyz", "livez", "openapi.json", "openapi", "assets", "console", "docs",
		"admin", "api", "static", "public", "share", "shares", "shared", "fork", "forks", "gallery", "login", "logout",
		"signup", "account", "accounts", "settings", "help", "support", "about", "legal", "privacy", "terms", "status",
		"metrics", "debug", "pprof", "grpc", "keyhole", "guest", "guests", "visitor", "visitors", "owner", "system", "root",
		"internal", "vault", "sharing", "registry", "runner", "gateway", "workspaces", "workspace", "keys", "credentials",
		"runs", "usage", "audit", "whoami", "www", "well-known", "robots.txt", "favicon.ico", "new", "null", "undefined",
		"app", "apps", "mcp", "oembed", "readiness", "liveness", "predict", "prediction", "sign-in", "sign-out", "sign-up", "signin",
		"signout", "session", "sessions", "oauth", "oauth2", "oidc", "sso", "callback", "invite", "invites", "invitation",
		"invitations", "join", "people", "team", "editor", "templates", "template", "blocks", "webhooks", "events",
		"device", "devices", "notebook", "info", "clip", "sam", "sam2", "ocr", "doctr", "gaze", "owlv2", "lmm", "core",
	}
}

// CheckOwner refuses a principal that is not an owner of a workspace.
func CheckOwner(p caller.Principal, workspace string) error {
	if workspace == "" || p.Kind != caller.Member || p.Workspace != workspace {
		return errs.PermissionDenied("only an owner of the workspace can do this, with a key of that workspace")
	}
	return nil
}
