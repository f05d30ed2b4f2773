package share

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

type shareReport struct {
	Target
	Kind string `help:"What is wrong: phishing, harmful, copyright or other." enum:"phishing,harmful,copyright,other" default:"other"`
	Text string `help:"More about it."`
}

// Run reports a link.
func (c *shareReport) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	body := cli.Object{"kind": "REPORT_KIND_" + strings.ToUpper(c.Kind), "text": c.Text}
	if err := cl.Do(ctx, http.MethodPost, path+":report", nil, body, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, "Reported. The owner of the link and the operator can read it.")
	return err
}
