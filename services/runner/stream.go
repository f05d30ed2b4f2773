package runner

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/run"
)

type runEvents = grpc.ServerStreamingServer[runnerv1.RunEvent]

// stream does a run for a caller and sends its events meanwhile, with the outputs of each
// step or without.
func (p *public) stream(by caller.Principal, target *sharinginternalv1.AuthorizeRunRequest, inputs *[]byte, stepOutputs bool, events runEvents) error {
	o, err := p.order(by, target, inputs)
	if err != nil {
		return err
	}
	q := newQueue()
	o.Observe, o.StepOutputs = q.put, stepOutputs
	var done *run.Result
	var failure error
	over := make(chan struct{})
	// A client that leaves ends the run. The stream waits for that end too.
	ctx, cancel := context.WithCancel(events.Context())
	defer cancel()
	go func() {
		defer close(over)
		defer errs.Recover(&failure)
		done, failure = p.service.executor.Do(ctx, o)
	}()
	if err := q.send(events, over); err != nil {
		cancel()
		<-over
		return err
	}
	if failure != nil {
		return failure
	}
	answer, err := runResponse(done)
	if err != nil {
		return err
	}
	return events.Send(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Finished{Finished: answer}})
}

// queue holds events until they are sent, so that no step waits for a slow client. The definition
// bounds it, because each step has a few events. peek.RunBytes bounds the outputs in them.
type queue struct {
	mu     sync.Mutex // guards events; steps put while the stream takes
	events []*runnerv1.RunEvent
	// more has a value when there are events. Its buffer of 1 keeps a wake-up that comes while
	// the stream sends; one is enough, because the stream takes all events.
	more chan struct{}
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

func (q *queue) put(event *runnerv1.RunEvent) {
	q.mu.Lock()
	q.events = append(q.events, event)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *queue) take() []*runnerv1.RunEvent {
	q.mu.Lock()
	defer q.mu.Unlock()
	events := q.events
	q.events = nil
	return events
}

// send sends events as they come, and the rest when the run is over.
func (q *queue) send(to runEvents, over <-chan struct{}) error {
	for last := false; ; {
		for _, event := range q.take() {
			if err := to.Send(event); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
		select {
		case <-q.more:
		case <-over:
			last = true
		}
	}
}
