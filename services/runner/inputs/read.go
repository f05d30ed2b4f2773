package inputs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Reader turns the inputs of one run into values.
type Reader struct {
	values  value.Reader
	limits  Limits
	brought int64
}

// NewReader makes a reader. Pictures at URLs come through fetch, within what the run may bring in
// altogether.
func NewReader(codec value.Codec, limits Limits, fetch Fetch, now func() time.Time) *Reader {
	f := &fetches{fetch: fetch, limits: limits, left: limits.FetchBytes}
	return &Reader{values: value.Reader{Codec: codec, Fetch: f.get, Now: now}, limits: limits}
}

// Read turns the inputs into values of the kinds that are declared. Its error lists all inputs that
// are missing or wrong. Sharing refused most of these before.
func (r *Reader) Read(ctx context.Context, declared []plan.Input, required []string, given map[string]any) (map[string]any, error) {
	missing := errs.InvalidArgument("required inputs are missing").WithReason(errorsv1.Reason_REASON_INPUT_MISSING)
	for _, name := range required {
		if given[name] == nil {
			missing = missing.Field("inputs."+name, "required")
		}
	}
	if len(missing.Violations()) > 0 {
		return nil, Refusal(missing)
	}
	t := &inputReader{reader: r.values, limit: r.limits.Elements}
	t.group, t.ctx = errgroup.WithContext(ctx)
	t.group.SetLimit(fetchAtOnce)
	inputs := make(map[string]any, len(given))
	for i := range declared {
		in := &declared[i]
		v, isGiven := given[in.Name]
		switch {
		case !isGiven:
		case in.IsBatch():
			t.readValue(in, value.Normal(v), in.Name, in.Name, func(read any) { inputs[in.Name] = read })
		default:
			t.parameter(in, v, func(read any) { inputs[in.Name] = read })
		}
	}
	r.brought = t.brought
	if err := t.group.Wait(); err != nil {
		return nil, err
	}
	return inputs, t.refusal()
}

// Brought counts the elements of batches that have a value. Each of them goes through the steps.
func (r *Reader) Brought() int64 { return r.brought }

// inputReader reads the inputs of one run.
type inputReader struct {
	reader value.Reader
	group  *errgroup.Group
	ctx    context.Context //nolint:containedctx // that of the group
	limit  int

	count int
	// brought counts the elements that have a value; count includes the empty ones.
	brought int64

	// mu guards wrong, and the values that set writes. Only the goroutine of Read changes the
	// counts.
	mu    sync.Mutex
	wrong []*errs.Error
}

// set changes the values. Many elements are read concurrently.
func (t *inputReader) set(write func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	write()
}

// parameter reads a value of the whole run. The mark of a credential is kept.
func (t *inputReader) parameter(in *plan.Input, v any, set func(any)) {
	if engine.IsSlot(v) {
		t.set(func() { set(v) })
		return
	}
	read, err := value.Coerce(v, in.Kinds)
	if invalid, ok := errors.AsType[*value.InvalidError](err); ok {
		t.refuse(in.Name, errs.InvalidArgument("%s", invalid.Message).WithReason(errorsv1.Reason_REASON_INPUT_INVALID))
		return
	}
	t.set(func() { set(read) })
}

// readValue reads a value, and each element of lists. The name of an element becomes the parent ID
// of detections on it.
func (t *inputReader) readValue(in *plan.Input, v any, path, name string, set func(any)) {
	list, isList := v.([]any)
	if !isList || len(in.Lineage) == 0 {
		t.readElement(in, v, path, name, set)
		return
	}
	out := make([]any, len(list))
	for i, item := range list {
		below := name + "[" + strconv.Itoa(i) + "]"
		if path == in.Name {
			below = name + ".[" + strconv.Itoa(i) + "]"
		}
		t.readValue(in, item, path+"["+strconv.Itoa(i)+"]", below, func(read any) { out[i] = read })
	}
	t.set(func() { set(out) })
}

func (t *inputReader) readElement(in *plan.Input, v any, path, name string, set func(any)) {
	if t.count++; t.count > t.limit {
		if t.count == t.limit+1 {
			t.refuse(path, errs.InvalidArgument("the inputs have more than %d elements together; send fewer in one run", t.limit).WithReason(errorsv1.Reason_REASON_INPUT_INVALID))
		}
		return
	}
	if v == nil {
		return
	}
	t.brought++
	t.group.Go(func() (err error) {
		defer errs.Recover(&err)
		if read, err := value.Coerce(v, in.Kinds); err == nil {
			v = read
		}
		read, err := t.reader.Read(t.ctx, v, in.Kinds, name)
		if err != nil {
			return t.failed(path, err)
		}
		t.set(func() { set(read) })
		return nil
	})
}

// failed keeps an error about the input. An error about the run ends it.
func (t *inputReader) failed(path string, err error) error {
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	if invalid, ok := errors.AsType[*value.InvalidError](err); ok {
		t.refuse(path, errs.InvalidArgument("%s", invalid.Message).WithReason(errorsv1.Reason_REASON_INPUT_INVALID))
		return nil
	}
	public, ours := errors.AsType[*errs.Error](err)
	if !ours || !aboutInput(public) {
		return fmt.Errorf("read input: %w", err)
	}
	t.refuse(path, public)
	return nil
}

// aboutInput reports whether another value could succeed.
func aboutInput(e *errs.Error) bool {
	switch e.Reason() {
	case errorsv1.Reason_REASON_ADDRESS_REFUSED, errorsv1.Reason_REASON_IMAGE_INVALID,
		errorsv1.Reason_REASON_IMAGE_TOO_LARGE, errorsv1.Reason_REASON_PROVIDER_FAILED:
		return true
	}
	return e.Code() == codes.InvalidArgument
}

// maxWrong bounds the problems that an error lists.
const maxWrong = 100

func (t *inputReader) refuse(path string, why *errs.Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.wrong) == maxWrong {
		return
	}
	t.wrong = append(t.wrong, errs.New(codes.InvalidArgument, why.Reason(), "the input %s: %s", path, why.Message()).
		Field("inputs."+path, why.Message()))
}

// refusal returns one error that lists all problems. Its reason is the reason of the
// problems, if they share one.
func (t *inputReader) refusal() error {
	if len(t.wrong) == 0 {
		return nil
	}
	if len(t.wrong) == 1 {
		return Refusal(t.wrong[0])
	}
	reason := t.wrong[0].Reason()
	for _, one := range t.wrong {
		if one.Reason() != reason {
			reason = errorsv1.Reason_REASON_INPUT_INVALID
		}
	}
	all := errs.InvalidArgument("%d inputs cannot be used", len(t.wrong)).WithReason(reason)
	for _, one := range t.wrong {
		v := one.Violations()[0]
		all = all.Field(v.GetField(), v.GetDescription())
	}
	return Refusal(all)
}
