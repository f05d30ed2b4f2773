package visitor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// maxViews bounds the callers for whom the view of one link is kept.
const maxViews = 4096

// views makes the views of links.
type views struct {
	describer *describer
	resolver  *shares.Resolver
	links     link.Key
}

// view is the view of a link as bytes: the part that is the same for all callers, and the
// whole for those who asked. It is the memo of what the link opens, and lives as long.
type view struct {
	common []byte
	// flight joins callers that ask at the same time, such as all frames of one page.
	flight singleflight.Group

	// mu guards complete. Hits, which are nearly all, share it.
	mu       sync.RWMutex
	complete map[string]*sharingv1.SharedWorkflow
}

// get returns the view of a link for one caller.
func (s *views) get(ctx context.Context, opened *shares.Resolved, who caller.Principal) (*sharingv1.SharedWorkflow, error) {
	v := opened.Memo(func() any { return s.prepare(ctx, opened) }).(*view)
	key := policy.CallerOf(who)
	if have := v.find(key); have != nil {
		return have, nil
	}
	out, err, _ := v.flight.Do(key, func() (any, error) {
		// The first caller may leave while others wait for the same view.
		return s.completeFor(context.WithoutCancel(ctx), v, opened, who)
	})
	if err != nil {
		return nil, err
	}
	return out.(*sharingv1.SharedWorkflow), nil
}

// forget drops the kept views of a link: a client that learns of a change asks immediately, and must not get the old
// state.
func (s *views) forget(ctx context.Context, opened *shares.Resolved) {
	if opened == nil {
		return
	}
	v := opened.Memo(func() any { return s.prepare(ctx, opened) }).(*view)
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.complete)
}

// prepare marshals what does not depend on the caller.
func (s *views) prepare(ctx context.Context, opened *shares.Resolved) *view {
	// All callers of the link wait for this and share it, so it does not end with the first of
	// them. Without its examples a view is still right. The next one has them.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readWithin)
	defer cancel()
	examples, _ := s.resolver.Examples(ctx, opened)
	share, said := opened.Share, opened.Share.PresentationMessage()
	definition, graph := opened.Shown()
	common, err := proto.Marshal(&sharingv1.SharedWorkflow{
		Title: opened.Title(), Description: opened.Workflow.Description, Owner: opened.Owner, Version: int32(opened.Version.Number),
		VersionHash: s.links.VersionMark(share.UID, opened.Version.Hash), Definition: definition,
		Interface: opened.Interface(), Graph: graph, Samples: opened.Samples(),
		ForkAllowed: opened.Forkable() == nil, ViewAllowed: !share.ViewDisabled, RunAllowed: !share.RunDisabled,
		FrameOrigins: share.FrameOriginList(), RunOrigins: share.RunOriginList(), UpdateTime: resource.Timestamp(opened.Version.Created),
		Examples: examples, Presentation: &sharingv1.Presentation{
			Title: said.GetTitle(), Welcome: said.GetWelcome(), Guide: said.GetGuide(), AccentColor: said.GetAccentColor(),
		},
	})
	if err != nil { // a text that is not UTF-8 cannot have been stored
		common = nil
	}
	return &view{common: common, complete: map[string]*sharingv1.SharedWorkflow{}}
}

func (v *view) find(key string) *sharingv1.SharedWorkflow {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.complete[key]
}

func (v *view) keep(key string, complete *sharingv1.SharedWorkflow) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.complete) >= maxViews {
		clear(v.complete)
	}
	v.complete[key] = complete
}

// completeFor adds what depends on the caller. All fields of the reply are in its unknown
// bytes. On the wire that is the same, and sending it costs one copy.
func (s *views) completeFor(ctx context.Context, v *view, opened *shares.Resolved, who caller.Principal) (*sharingv1.SharedWorkflow, error) {
	state, err := s.describer.state(ctx, opened, who)
	if err != nil {
		return nil, err
	}
	raw, err := proto.MarshalOptions{}.MarshalAppend(append([]byte(nil), v.common...), state)
	if err != nil {
		return nil, fmt.Errorf("marshal view: %w", err)
	}
	out := &sharingv1.SharedWorkflow{}
	out.ProtoReflect().SetUnknown(raw)
	v.keep(policy.CallerOf(who), out)
	return out, nil
}

// readWithin bounds one reading of a link.
const readWithin = 1500 * time.Millisecond
