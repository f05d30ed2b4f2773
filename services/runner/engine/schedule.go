package engine

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// outcome is the end of one step.
type outcome struct {
	step int
	err  error
}

// schedule starts each step after its predecessors have ended, and returns when no step is
// running. The first failure cancels the others.
func (r *run) schedule(ctx context.Context) error {
	if len(r.w.steps) == 0 {
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := scheduler{run: r, waiting: make([]int, len(r.w.steps))}
	for i := range r.w.steps {
		s.waiting[i] = len(r.w.steps[i].Predecessors)
		if s.waiting[i] == 0 {
			s.ready = append(s.ready, i)
		}
	}
	for s.running > 0 || len(s.ready) > 0 {
		ended := s.next(ctx)
		if ended.err != nil {
			if s.err == nil {
				s.err = ended.err
			}
			s.ready = nil
			cancel()
			continue
		}
		if s.err == nil {
			s.release(ended.step)
		}
	}
	return s.err
}

type scheduler struct {
	*run
	waiting []int
	ready   []int
	running int
	ended   chan outcome
	err     error
}

// next starts all steps that can start and waits for one to end. A step that runs alone
// uses this goroutine, because most workflows are chains.
func (s *scheduler) next(ctx context.Context) outcome {
	if s.running == 0 && len(s.ready) == 1 {
		step := s.ready[0]
		s.ready = s.ready[:0]
		return outcome{step: step, err: s.step(ctx, step)}
	}
	if s.ended == nil {
		s.ended = make(chan outcome) // every step that runs is received, so no goroutine stays
	}
	for len(s.ready) > 0 && s.running < s.limits.Steps {
		step := s.ready[0]
		s.ready = s.ready[1:]
		s.running++
		go func() { s.ended <- outcome{step: step, err: s.step(ctx, step)} }()
	}
	ended := <-s.ended
	s.running--
	return ended
}

func (s *scheduler) release(step int) {
	for _, next := range s.w.steps[step].Successors {
		if s.waiting[next]--; s.waiting[next] == 0 {
			s.ready = append(s.ready, next)
		}
	}
}

// step runs one step with its deadline and reports it to the observer.
func (r *run) step(ctx context.Context, i int) error {
	s := &r.w.steps[i]
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.StepTime)
	defer cancel()
	x := execution{run: r, s: s, event: Event{Step: s.Name, BlockType: s.step.Type}}
	skipped, err := x.guarded(ctx)
	took := x.took()
	if err == nil && !skipped {
		x.watch(ctx, took)
	}
	x.report(skipped, err, took)
	if err != nil {
		return blame(&s.step, err)
	}
	return nil
}

// guarded turns the panic of a block into the failure of its run.
func (x *execution) guarded(ctx context.Context) (skipped bool, err error) {
	defer errs.RecoverAs(&err, Panicked)
	return x.perform(ctx)
}
