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
