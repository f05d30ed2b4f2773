package workflows

import (
	"math"
	"strconv"
)

// place is the position after a page of workflows. An order has either texts or numbers. A
// token has all fields: it is decoded over the first place.
type place struct {
	Text   string `json:"t"`
	Number int64  `json:"n"`
	ID     string `json:"i"`
}

// order is an order of a listing. Workflows with equal keys follow by ID.
type order struct {
	// key is the SQL expression that the order is by.
	key string
	// descends says that the key is a number, the largest first. Otherwise it is a text.
	descends bool
	// runs says that the key needs the number of runs.
	runs bool
}

// orders are the values of ListWorkflowsRequest.order_by.
var orders = map[string]order{
	"":                 {key: `w.id`},
	"title":            {key: `LOWER(CASE WHEN w.title = '' THEN w.id ELSE w.title END)`},
	"update_time desc": {key: `w.update_time`, descends: true},
	"runs desc":        {key: `COALESCE(r.n, 0)`, descends: true, runs: true},
}

// first is the position before all workflows.
func (o order) first() place {
	if o.descends {
		return place{Number: math.MaxInt64}
	}
	return place{}
}

// of returns the position of a workflow.
func (o order) of(l listed) place {
	if o.descends {
		return place{Number: l.number, ID: l.ID}
	}
	return place{Text: l.text, ID: l.ID}
}

// after returns the condition for the workflows after a position, whose two parameters have
// the numbers n and n+1, and its arguments.
func (o order) after(p place, n int) (condition string, args []any) {
	key, id := "$"+strconv.Itoa(n), "$"+strconv.Itoa(n+1)
	if o.descends {
		return `(` + o.key + ` < ` + key + ` OR ` + o.key + ` = ` + key + ` AND w.id > ` + id + `)`, []any{p.Number, p.ID}
	}
	return `(` + o.key + `, w.id) > (` + key + `, ` + id + `)`, []any{p.Text, p.ID}
}

// by is what a query that calls the key k is ordered by.
func (o order) by() string {
	if o.descends {
		return `k DESC, id`
	}
	return `k, id`
}
