package reports

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

const (
	// mostADay is how many links one visitor may report in a day.
	mostADay = 10
	// mostOnALink bounds the reports on one link.
	mostOnALink = 200
)

// everyWorkspace is the ID with which an operator asks for all workspaces (AIP-159).
const everyWorkspace = "-"

// Deps are what NewHandlers needs. All are required.
type Deps struct {
	Store    Store
	Resolver *shares.Resolver
	Links    link.Key
	Pages    *page.Tokens
	Now      func() time.Time
}

// Handlers implements the RPCs of reports.
type Handlers struct{ deps Deps }

// NewHandlers wires handlers. It reads and writes nothing.
func NewHandlers(d Deps) *Handlers { return &Handlers{deps: d} }

// ReportSharedWorkflow implements the RPC. The answer is the same whatever the state of the link.
func (h *Handlers) ReportSharedWorkflow(ctx context.Context, r *sharingv1.ReportSharedWorkflowRequest) (*emptypb.Empty, error) {
	opened, err := h.deps.Resolver.Gated(ctx, r.GetToken())
	if opened == nil {
		return nil, err
	}
	if err := leak.Text("text", r.GetText()); err != nil {
		return nil, err
	}
	who, now := caller.From(ctx), h.deps.Now()
	row := report{
		id: id.New("rep"), workspace: opened.Share.Workspace, share: opened.Share.UID, name: opened.Name(), title: opened.Title(),
		epoch: opened.Share.LinkEpoch, reporter: h.deps.Links.Pseudonym("reports", reporterOf(who)), kind: int64(r.GetKind()),
		text: strings.ReplaceAll(r.GetText(), "\x00", ""), created: sqldb.Micros(now),
	}
	if err := h.deps.Store.put(ctx, row, sqldb.Micros(now.Add(-24*time.Hour)), allow); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// reporterOf identifies a caller: by its workspace, or by the address of a guest.
func reporterOf(who caller.Principal) string {
	if who.Kind.OfWorkspace() || who.Kind == caller.Operator {
		return "workspace:" + who.Workspace
	}
	return "guest:" + who.Visitor
}

func allow(n counts) error {
	switch {
	case n.byReporter >= mostADay:
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED, "you have reported many links today; try again tomorrow, or write to the operator of this installation").
			RetryAfter(24 * time.Hour)
	case n.onShare >= mostOnALink:
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED, "this link has been reported many times already; its owner and the operator know of it")
	}
	return nil
}

// ListReports implements the RPC.
func (h *Handlers) ListReports(ctx context.Context, r *sharingv1.ListReportsRequest) (*sharingv1.ListReportsResponse, error) {
	ws, operator := resource.Segment(r.GetParent(), 0), caller.From(ctx).Kind == caller.Operator
	if ws == everyWorkspace {
		if !operator {
			return nil, resource.NotFound("workspace")
		}
		ws = ""
	}
	rows, next, err := page.List(h.deps.Pages, r, page.Listing[report, page.Place]{
		First:    page.Place{Time: math.MaxInt64},
		Binding:  []string{"reports", r.GetParent()},
		Read:     func(before page.Place, limit int) ([]report, error) { return h.deps.Store.list(ctx, ws, before, limit) },
		CursorOf: func(p report) page.Place { return page.Place{Time: p.created, ID: p.id} },
	})
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	out := &sharingv1.ListReportsResponse{NextPageToken: next}
	for _, p := range rows {
		out.Reports = append(out.Reports, h.message(p, operator))
	}
	return out, nil
}

func (h *Handlers) message(p report, operator bool) *sharingv1.Report {
	out := &sharingv1.Report{
		Name: resource.Workspace(p.workspace) + "/reports/" + p.id, Share: p.name, Title: p.title, Kind: sharingv1.ReportKind(p.kind), Text: p.text,
		CreateTime: resource.Timestamp(p.created),
	}
	if operator {
		out.Token = h.deps.Links.Token(p.share, p.epoch)
	}
	return out
}
