package notice

import (
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

var sharedNotice = &sharingv1.Notice{
	Id: "share.default", Severity: "info", Title: "How Workflow sharing works with private credentials",
	Text: "By default, a shared Workflow does not run under your API Keys and credentials. This means that it does not consume your usage limits " +
		"and replaces any credentials like OpenAI API Key on your blocks as input parameters the user should provide. " +
		"You can change this behavior by changing sharing configurations.",
}

var runAccessNotices = []*sharingv1.Notice{
	{
		Id: "run_access.info", Severity: "info", Title: "Allow people to run a Workflow under your API Key",
		Text: "This is useful when you want to share a Workflow containing a private Model: since the default behavior is not to run under your API Key, " +
			"a Workflow containing a private Model will fail to execute, so you change that to allow a protected run: it will affect your usage limits, " +
			"but your API Key and model data will always be private.",
	},
	{Id: "run_access.warning", Severity: "warning", Title: "Warning", Text: "Any previews run under the shareable link will affect your Workflow usage."},
	{Id: "run_access.note", Severity: "note", Title: "Note", Text: "Your private Models data and your API Key will always remain private."},
}

var runAccessUnavailable = &sharingv1.Notice{
	Id: "run_access.unavailable", Severity: "info", Title: "Allow people to run a Workflow under your API Key",
	Text: "This option is only available when a private Model is detected in the workflow steps.",
}

var credentialNotices = []*sharingv1.Notice{
	{
		Id: "credential_access.info", Severity: "info", Title: "Allow people to run a Workflow under your hidden credentials",
		Text: "This is useful when you want to share a workflow that has any step with credentials (LMM, OpenAI, Anthropic, etc.) and let people securely " +
			"use your own credentials to make it easier for them to try your Workflow: your credentials will not be exposed and will be redacted on any client-facing data.",
	},
	{
		Id: "credential_access.warning", Severity: "warning", Title: "Warning",
		Text: "Any previews run under the shareable link will affect your specific credential usage limits (e.g. OpenAI API Keys).",
	},
	{
		Id: "credential_access.note", Severity: "note", Title: "Note",
		Text: "Your credentials values will always be private and are redacted from any client-facing data.",
	},
}

var credentialUnavailable = &sharingv1.Notice{
	Id: "credential_access.unavailable", Severity: "info", Title: "Allow people to run a Workflow under your hidden credentials",
	Text: "This option is only available when a step that needs credentials is detected in the workflow.",
}

// unconfirmed appears when a share follows the live version with hidden credentials, and
// its owner has not confirmed the live version.
var unconfirmed = &sharingv1.Notice{
	Id: "credential_access.unconfirmed", Severity: "warning", Title: "The new version needs your confirmation",
	Text: "Your hidden credentials were granted to an earlier version. Visitors cannot run the new one until you confirm it: resume the share, or set its credentials again.",
}

// movedNotice appears when the version sends visitors' credentials to other places than
// the link promised.
var movedNotice = &sharingv1.Notice{
	Id: "credentials.moved", Severity: "warning", Title: "Visitors must confirm where their credentials go",
	Text: "This version sends a visitor's credential elsewhere than when the link was created, or takes a new one. Runs that bring it are refused until " +
		"the visitor's client confirms the new destination; clients that cannot do so need a new link: rotate this one, or create another share.",
}

// CredentialChanged says that hidden credentials have changed since they were granted.
func CredentialChanged(credentials []string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "credential_access.changed", Severity: "warning", Title: "A hidden credential has changed",
		Text: "The credential " + errs.Quoted(credentials) + " now has other destinations, another place in the request or another provider than when you allowed this link to use it. " +
			"Visitors cannot run the Workflow until you check it and resume the share.",
	}
}

// CredentialExposed says that hidden credentials need new values.
func CredentialExposed(credentials []string) *sharingv1.Notice {
	return &sharingv1.Notice{
		Id: "credential_access.exposed", Severity: "warning", Title: "A hidden credential needs a new value",
		Text: "The guard has stopped links because of the credential " + errs.Quoted(credentials) + ", and visitors may know a part of its value. " +
			"No link uses it until you create a new key at the provider and store it as the credential's new value. A link that the guard has suspended also waits until you resume it.",
	}
}

// For returns the notices for what was detected.
func For(d *sharingv1.Detected, needsConfirmation, hasMoved bool) []*sharingv1.Notice {
	out := []*sharingv1.Notice{sharedNotice}
	if len(d.GetPrivateModels()) > 0 {
		out = append(out, runAccessNotices...)
	} else {
		out = append(out, runAccessUnavailable)
	}
	if len(d.GetSlots()) > 0 {
		out = append(out, credentialNotices...)
		if unknown := d.GetUnknownDestinations(); len(unknown) > 0 {
			out = append(out, unknownDestination(unknown))
		}
	} else {
		out = append(out, credentialUnavailable)
	}
	if hasMoved {
		out = append(out, movedNotice)
	}
	if needsConfirmation {
		out = append(out, unconfirmed)
	}
	return out
}
