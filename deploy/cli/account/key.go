package main

import (
	"net/http"
	"strconv"
	"strings"
)

type keyCmd struct {
	Connection

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

// Run makes it.
func (c *keyCreate) Run(a *app) error {
	body := object{"title": c.Title}
	if c.Runs > 0 {
		body["budget"] = object{
			"runs": strconv.FormatInt(c.Runs, 10), "pictures": strconv.FormatInt(c.Pictures, 10), "period": "PERIOD_" + strings.ToUpper(c.Period),
		}
	}
	return a.call(http.MethodPost, "/keys", nil, body, "name", "title", "key", "budget")
}

type keyList struct {
	PageFlags
	Text string `help:"Only keys with this text in the id or the title."`
}

// Run lists them.
func (c *keyList) Run(a *app) error {
	return a.list("/keys", "keys", c.PageFlags, textQuery(c.Text), "name", "title", "prefix", "budget", "revokeTime")
}

type keyGet struct {
	ID string `arg:"" help:"The key: its id or its name."`
}

// Run shows it.
func (c *keyGet) Run(a *app) error {
	return a.about(http.MethodGet, aKey, c.ID, "", nil, nil, keyFields...)
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

// Run changes it.
func (c *keyUpdate) Run(a *app) error {
	var e edit
	set(&e, "title", c.Title)
	number(&e, "budget.runs", c.Runs)
	number(&e, "budget.pictures", c.Pictures)
	if c.Period != "" {
		e.set("budget.period", "PERIOD_"+strings.ToUpper(c.Period))
	}
	if c.NoBudget {
		e.set("budget", nil)
	}
	return e.send(a, aKey, c.ID, keyFields...)
}

type keyRevoke struct {
	ID string `arg:"" help:"The key: its id or its name."`
}

// Run revokes it.
func (c *keyRevoke) Run(a *app) error {
	return a.remove(aKey, c.ID)
}
