package guard

import "bytes"

// maxHeld bounds what a stream holds back, in bytes. Only a secret that is split
// by more white space than this could need more.
const maxHeld = 64 << 10

// scanner looks at one stream through every view.
type scanner struct {
	a     *automaton
	views []view
	// held is what has been seen and not been let go.
	held []byte
	hit  bool
}

type view struct {
	Normaliser
	state uint32
	buf   []byte
}

func newScanner(s *Set) *scanner {
	sc := &scanner{a: s.a}
	for _, n := range views() {
		sc.views = append(sc.views, view{Normaliser: n})
	}
	return sc
}

// push takes the next chunk and returns what may be let go: bytes that are no part
// of a match, whatever comes after. The result is good until the next push. After a
// hit nothing is ever let go.
func (sc *scanner) push(chunk []byte) []byte {
	if sc.hit {
		return nil
	}
	if sc.scan(chunk); !sc.hit && len(sc.held) == 0 && sc.idle() {
		return chunk
	}
	sc.held = append(sc.held, chunk...)
	if sc.hit {
		clear(sc.held)
		sc.held = nil
		return nil
	}
	n := len(sc.held) - sc.hold()
	free := sc.held[:n:n]
	sc.held = append([]byte(nil), sc.held[n:]...)
	return free
}

func (sc *scanner) scan(chunk []byte) {
	before := sc.views[0].state
	for i := range sc.views {
		v := &sc.views[i]
		seen := v.Append(v.buf[:0], chunk)
		if i > 0 { // the first returns the caller's own
			v.buf = seen
			if v.state == before && bytes.Equal(seen, chunk) {
				v.state = sc.views[0].state
				continue
			}
		}
		if v.state = sc.a.run(v.state, seen); v.state == sc.a.hitState() {
			sc.hit = true
			return
		}
	}
}

// idle reports that no match is under way.
func (sc *scanner) idle() bool {
	for i := range sc.views {
		if sc.views[i].state != 0 {
			return false
		}
	}
	return true
}

// hold is how many bytes of held some view needs.
func (sc *scanner) hold() int {
	most := 0
	for i := range sc.views {
		v := &sc.views[i]
		n := v.Hold(sc.held, sc.a.hold(v.state))
		if n > maxHeld {
			v.state, n = 0, 0
		}
		most = max(most, n)
	}
	return most
}

// rest ends the stream and returns what was held back for a match that did not come.
func (sc *scanner) rest() []byte {
	if sc.hit {
		return nil
	}
	return sc.held
}
