package batch

// queue is a linked list of items in order of arrival. Callers leave from its middle. With
// a slice, many callers that leave at the same time would take quadratic time.
type queue[In, Out any] struct{ first, last *item[In, Out] }

func (q *queue[In, Out]) push(it *item[In, Out]) {
	it.queued, it.before = true, q.last
	if q.last == nil {
		q.first = it
	} else {
		q.last.after = it
	}
	q.last = it
}

func (q *queue[In, Out]) remove(it *item[In, Out]) {
	if it.before == nil {
		q.first = it.after
	} else {
		it.before.after = it.after
	}
	if it.after == nil {
		q.last = it.before
	} else {
		it.after.before = it.before
	}
	it.queued, it.before, it.after = false, nil, nil
}

// Result is the outcome of one item.
type Result[Out any] struct {
	Value Out
	Err   error
}

// item belongs to one caller. The caller owns it again after wake has a value or after
// withdraw.
type item[In, Out any] struct {
	in In
	// wake has a value when the item is answered or leads. Its buffer of 1 lets the sender go on,
	// although the caller may be leaving. An item gets at most one value at a time.
	wake   chan struct{}
	result Result[Out]

	// The batcher's mu guards the fields below. A caller may read lead without mu after it
	// received from wake, because the lead was set before.
	lead, queued  bool
	before, after *item[In, Out]
}
