package account

import (
	"context"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Keys are the commands for API keys.
type Keys struct {
	cli.Connection

	Create keyCreate `cmd:"" help:"Create a key. It is shown once."`
	List   keyList   `cmd:"" help:"List keys."`
	Get    keyGet    `cmd:"" help:"Show a key, without the key itself."`
	Update keyUpdate `cmd:"" help:"Change a key's title or budget."`
	Revoke keyRevoke `cmd:"" help:"Revoke a key."`
}

type keyCreate struct {
	Title    string `help:"Title."`
	Runs     int64  `help:"Budget: runs per period. 0 means none."`
	Pictures int64  `help:"Budget: pictures per period. 0 means ten for each run."`
	Period   string `help:"Period of the budget." enum:"day,month,lifetime" default:"month"`
}

// Run creates a key.
func (c *keyCreate) Run(ctx context.Context, a *cli.App) error {
	body := cli.Object{"title": c.Title}
	if c.Runs > 0 {
		body["budget"] = cli.Object{
			"runs": strconv.FormatInt(c.Runs, 10), "pictures": strconv.FormatInt(c.Pictures, 10), "period": "PERIOD_" + strings.ToUpper(c.Period),
		}
	}
	return a.Create(ctx, "keys", nil, body, "name", "title", "key", "budget")
}

type keyList struct {
	cli.PageFlags
	Text string `help:"Only keys with this text in the id or the title."`
}

// Run lists keys.
func (c *keyList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "keys", c.PageFlags, cli.TextQuery(c.Text), "name", "title", "prefix", "budget", "revokeTime")
}

type keyGet struct {
	ID string `arg:"" help:"The key: its id or its name."`
}

// Run shows a key.
func (c *keyGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Key, c.ID, keyFields...)
}

var keyFields = []string{"name", "title", "prefix", "budget", "operatorBudget", "createTime", "revokeTime"}

type keyUpdate struct {
	ID       string  `arg:"" help:"The key: its id or its name."`
	Title    *string `help:"Title."`
	Runs     *int64  `help:"Budget: runs per period." xor:"runs"`
	Pictures *int64  `help:"Budget: pictures per period. 0 means ten for each run."`
	Period   string  `help:"Period of the budget: day, month or lifetime." enum:",day,month,lifetime" default:"" placeholder:"PERIOD"`
	NoBudget bool    `help:"Remove the budget. Runs are then unlimited." xor:"runs"`
}

// Run changes a key.
func (c *keyUpdate) Run(ctx context.Context, a *cli.App) error {
	var e cli.Edit
	e.Text("title", c.Title)
	e.Number("budget.runs", c.Runs)
	e.Number("budget.pictures", c.Pictures)
	if c.Period != "" {
		e.Set("budget.period", "PERIOD_"+strings.ToUpper(c.Period))
	}
	if c.NoBudget {
		e.Set("budget", nil)
	}
	return a.Update(ctx, name.Key, c.ID, &e, keyFields...)
}

type keyRevoke struct {
	ID string `arg:"" help:"The key: its id or its name."`
}

// Run revokes a key.
func (c *keyRevoke) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Key, c.ID)
}
