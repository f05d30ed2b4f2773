package credential

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Commands are the commands for credentials.
type Commands struct {
	cli.Connection

	Create credentialCreate `cmd:"" help:"Store a credential. The value comes from a file or standard input."`
	List   credentialList   `cmd:"" help:"List credentials, without values."`
	Get    credentialGet    `cmd:"" help:"Show a credential, without its value."`
	Update credentialUpdate `cmd:"" help:"Change a credential. A new value replaces the old one everywhere. A change of provider, host or slot also needs the value, and suspends the shares that use the credential hidden until you resume them."`
	Test   credentialTest   `cmd:"" help:"Make one harmless call to the provider, such as a list of its models, and say how it answered."`
	Delete credentialDelete `cmd:"" help:"Destroy a credential."`
}

type credentialCreate struct {
	ID        string   `arg:"" help:"Id of the credential."`
	Provider  string   `help:"Provider: openai, anthropic, gemini, google_vision, openrouter, xai, groq, stability_ai, slack, twilio, ...; aws for a bucket; smtp for a mail server; openai_compatible or ollama for a server of your own; generic for anything else." required:""`
	Host      []string `help:"Destination that may receive it (default: the provider's own)." placeholder:"URL"`
	ValueFile string   `help:"File with the value; - for standard input." default:"-"`
	Title     string   `help:"Title."`
	SlotKind  string   `help:"Place in the request: bearer, header, query, basic, body, url, where the value is the whole URL, smtp for the password of a mail server, account for the account that a password or a key belongs to, or signature for a key of AWS (default: the provider's usual place)." enum:",bearer,header,query,basic,body,url,smtp,account,signature" default:"" placeholder:"KIND"`
	SlotName  string   `help:"Name of the header or query parameter, user name for basic authentication or a mail server, or JSON pointer into the body."`
	Prefix    string   `help:"Text before the value in a header, such as 'Bot '."`
}

// readValue reads a credential. It removes the line end that editors add to the last line.
func readValue(a *cli.App, file string) (string, error) {
	value, err := a.File(file)
	if err != nil {
		return "", fmt.Errorf("read value: %w", err)
	}
	return strings.TrimRight(string(value), "\r\n"), nil
}

// Run stores the credential.
func (c *credentialCreate) Run(ctx context.Context, a *cli.App) error {
	value, err := readValue(a, c.ValueFile)
	if err != nil {
		return err
	}
	body := cli.Object{"provider": c.Provider, "value": value, "hosts": c.Host, "title": c.Title}
	if c.SlotKind != "" {
		body["slotKind"] = "SLOT_KIND_" + strings.ToUpper(c.SlotKind)
		body["slotName"] = c.SlotName
		body["slotPrefix"] = c.Prefix
	}
	return a.Create(ctx, "credentials", url.Values{"credentialId": {c.ID}}, body, "name", "provider", "hosts", "fingerprint", "version", "guardable")
}

type credentialList struct {
	cli.PageFlags
	Text     string `help:"Only those with this text in the id, the title, the provider or a host."`
	Provider string `help:"Only those of this provider." placeholder:"NAME"`
	Use      string `help:"Only those that a live workflow names, or only the others: ${enum}." enum:"any,in_use,not_in_use" default:"any"`
}

// Run lists the credentials.
func (c *credentialList) Run(ctx context.Context, a *cli.App) error {
	query := cli.TextQuery(c.Text)
	if c.Provider != "" {
		query.Set("provider", c.Provider)
	}
	if c.Use != "any" {
		query.Set("use", c.Use)
	}
	return a.List(ctx, "credentials", c.PageFlags, query, "name", "provider", "hosts", "fingerprint", "version", "lastUseTime")
}

type credentialGet struct {
	ID string `arg:"" help:"The credential: its id or its name."`
}

// Run shows the credential.
func (c *credentialGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Credential, c.ID, credentialFields...)
}

var credentialFields = []string{"name", "title", "provider", "hosts", "fingerprint", "version", "guardable", "updateTime", "lastUseTime", "workflows", "shares"}

type credentialUpdate struct {
	ID        string   `arg:"" help:"The credential: its id or its name."`
	ValueFile *string  `help:"File with the new value; - for standard input." placeholder:"FILE"`
	Host      []string `help:"Destination that may receive it. It replaces all current ones. Needs --value-file." placeholder:"URL"`
	Title     *string  `help:"Title."`
	Provider  *string  `help:"Provider. Needs --value-file."`
	SlotKind  string   `help:"Place in the request: bearer, header, query, basic, body, url, smtp, account or signature. Needs --value-file." enum:",bearer,header,query,basic,body,url,smtp,account,signature" default:"" placeholder:"KIND"`
	SlotName  *string  `help:"Name of the header or query parameter, user name for basic authentication or a mail server, or JSON pointer into the body."`
	Prefix    *string  `help:"Text before the value in a header, such as 'Bot '. Needs --value-file."`
}

// Run changes the credential.
func (c *credentialUpdate) Run(ctx context.Context, a *cli.App) error {
	var e cli.Edit
	if c.ValueFile != nil {
		value, err := readValue(a, *c.ValueFile)
		if err != nil {
			return err
		}
		e.Set("value", value)
	}
	e.Text("provider", c.Provider)
	if c.Host != nil {
		e.Set("hosts", c.Host)
	}
	e.Text("title", c.Title)
	if c.SlotKind != "" {
		e.Set("slot_kind", "SLOT_KIND_"+strings.ToUpper(c.SlotKind))
	}
	e.Text("slot_name", c.SlotName)
	e.Text("slot_prefix", c.Prefix)
	return a.Update(ctx, name.Credential, c.ID, &e, credentialFields...)
}

type credentialTest struct {
	ID string `arg:"" help:"The credential: its id or its name."`
}

// Run tests the credential.
func (c *credentialTest) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Credential, c.ID, ":test", cli.Object{}, "outcome", "message")
}

type credentialDelete struct {
	ID    string `arg:"" help:"The credential: its id or its name."`
	Force bool   `help:"Delete it even if shares or workflows use it. They stop working."`
}

// Run destroys the credential.
func (c *credentialDelete) Run(ctx context.Context, a *cli.App) error {
	query := url.Values{}
	if c.Force {
		query.Set("force", "true")
	}
	return a.Send(ctx, http.MethodDelete, name.Credential, c.ID, "", query, nil)
}
