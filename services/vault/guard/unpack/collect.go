package unpack

// Kind is how a run is written.
type Kind int

const (
	// Word is a run of letters, digits and the signs of base64.
	Word Kind = iota
	// Dense is a run of printable characters, as base85 is.
	Dense
	// Packed is an answer that begins with the mark of a packed format.
	Packed
	// Numbers is a list of numbers; the run holds the bytes that they are.
	Numbers
)

// Run is a part of a text that may stand for something else. Its text is good until
// the collector goes on.
type Run struct {
	Kind Kind
	Text []byte
	// All is a list of numbers with a zero for each that is no byte.
	All []byte
}

const (
	// leastRun is the shortest run that is opened, in characters.
	leastRun = 16
	// sample is how much of a run tells whether it is worth to be opened, in characters.
	sample = 256
	// maxWord and maxDense bound how much of a run is kept, in bytes.
	maxWord  = 4 << 20
	maxDense = 64 << 10
	// maxBreak is how many blanks a run that is written in lines may have between two.
	maxBreak = 16
	// maxLines is how many lines of a run are also opened by themselves.
	maxLines = 64
)

// Collector finds the runs of one text, fed in pieces of any size.
type Collector struct {
	kind  Kind
	class *[256]bool
	most  int
	run   []byte
	// line is how much of the run stands in its last line, and gap how many blanks
	// came after it. lines are where its lines begin, up to maxLines of them.
	line, gap int
	lines     []int
	// since counts the bytes of the text since the run began.
	since int64
	// over says that the run was opened already, at its greatest length.
	over bool
	// part is where in the run the string began that is under way, and before what since
	// was there.
	part   int
	before int64
	// opened is how much of the run was opened as one string, and told that one of its
	// strings was.
	opened int
	told   bool
	ends   endings
	lists  [4]list
	// strings are lists of which each number is a string.
	strings [2]list
	// listing says that a list is under way.
	listing bool
}

// NewCollector finds words and lists of numbers.
func NewCollector() *Collector {
	c := &Collector{kind: Word, class: &wordClass, most: maxWord}
	c.lists = [4]list{{read: decimal, gap: 16}, {read: signed, gap: 16, octets: true}, {read: hexPair, gap: 8}, {read: octet, gap: 4}}
	c.strings = [2]list{{read: decimal, gap: 16}, {read: hexPair, gap: 8}}
	return c
}

// NewDenseCollector finds runs of printable characters.
func NewDenseCollector() *Collector {
	return &Collector{kind: Dense, class: &denseClass, most: maxDense}
}

var wordClass, denseClass = func() (w, d [256]bool) {
	for i := '!'; i <= '~'; i++ {
		d[i] = true
		w[i] = i >= '0' && i <= '9' || i|0x20 >= 'a' && i|0x20 <= 'z' || i == '+' || i == '/' || i == '-' || i == '_'
	}
	return w, d
}()

// Reset begins another text.
func (c *Collector) Reset() {
	c.clear()
	for i := range c.lists {
		c.lists[i].clear()
	}
	for i := range c.strings {
		c.strings[i].clear()
	}
	c.listing = false
}

func (c *Collector) clear() {
	c.run, c.lines, c.line, c.gap, c.since, c.over = c.run[:0], c.lines[:0], 0, 0, 0, false
	c.part, c.before, c.opened, c.told, c.ends = 0, 0, 0, false, endings{}
}

// Feed takes more of the text. Each run that is complete goes to out.
func (c *Collector) Feed(b []byte, out func(Run)) {
	class := c.class
	for i := 0; i < len(b); {
		if c.kind == Dense && len(c.run) == 0 {
			if i = denseStart(b, i); i == len(b) {
				return
			}
		}
		j := i + 1
		if class[b[i]] {
			for j < len(b) && class[b[j]] {
				j++
			}
			if len(c.run) > 0 || j == len(b) || j-i >= leastRun || c.counts(b[i:j]) {
				c.take(b[i:j], out)
			}
		} else {
			for j < len(b) && !class[b[j]] {
				j++
			}
			if len(c.run) > 0 || c.listing {
				c.pass(b[i:j], out)
			}
		}
		i = j
	}
}

// denseStart is the next place from i on where a dense run of the least length begins,
// or one that the end cuts off. It looks from behind: most runs are shorter.
func denseStart(b []byte, i int) int {
	for i+leastDense <= len(b) {
		k := i + leastDense - 1
		for k >= i && denseClass[b[k]] {
			k--
		}
		if k < i {
			return i
		}
		i = k + 1
	}
	return i
}

// counts reports that a short word may be a number of a list, or stands between two.
func (c *Collector) counts(w []byte) bool {
	return c.listing || c.kind == Word && (digit(w[0]) || w[0] == '-' || len(w) == 2 && w[0]|0x20 <= 'f')
}

// take appends to the run, or begins the next.
func (c *Collector) take(b []byte, out func(Run)) {
	if c.gap > 0 && len(c.run) > 0 {
		if c.line < leastRun {
			c.close(out)
		} else {
			c.since += int64(c.gap)
			if len(c.lines) < maxLines {
				c.lines = append(c.lines, len(c.run))
			}
		}
		c.line = 0
	}
	c.gap = 0
	c.since += int64(len(b))
	c.line += len(b)
	if c.over {
		return
	}
	c.run = append(c.run, b[:min(len(b), c.most-len(c.run))]...)
	if len(c.run) == c.most {
		out(Run{Kind: c.kind, Text: c.run})
		c.over = true
	}
}

// pass takes what is in no run. Line ends do not end one whose lines are long enough.
func (c *Collector) pass(b []byte, out func(Run)) {
	if c.listing {
		c.listing = false
		for i := range c.lists {
			c.lists[i].pass(len(b), out)
			c.listing = c.listing || c.lists[i].begun()
		}
		for i := range c.strings {
			c.strings[i].pass(len(b), out)
			c.listing = c.listing || c.strings[i].begun()
		}
	}
	if len(c.run) == 0 {
		return
	}
	for _, s := range b {
		if s != '\n' && s != '\r' && (s != ' ' && s != '\t' || c.gap == 0) || c.gap >= maxBreak {
			c.close(out)
			return
		}
		c.gap++
	}
}

// close ends the run.
func (c *Collector) close(out func(Run)) {
	if len(c.run) == 0 {
		return
	}
	if c.counts(c.run) {
		c.listing = false
		for i := range c.lists {
			c.lists[i].word(c.run, out)
			c.listing = c.listing || c.lists[i].begun()
		}
		for i := range c.strings {
			c.listing = c.listing || c.strings[i].begun()
		}
	}
	if len(c.run) >= leastRun && !c.over {
		if len(c.run) > c.opened {
			out(Run{Kind: c.kind, Text: c.run})
		}
		c.each(out)
	}
	c.clear()
}

// Break says that a string ends. What stands in it alone is opened at once; the run goes
// on, for a stream gives one text in many strings.
func (c *Collector) Break(out func(Run)) {
	if len(c.run) == 0 || c.over {
		return
	}
	if w := c.run[c.part:]; c.gap == 0 && len(w) > 0 {
		if c.counts(w) {
			for i := range c.strings {
				c.strings[i].word(w, out)
				c.listing = c.listing || c.strings[i].begun()
			}
		}
		if len(w) >= leastRun && len(c.lines) == 0 {
			out(Run{Kind: c.kind, Text: w})
			c.told = true
			if c.part == 0 {
				c.opened = len(w)
			}
		}
	}
	c.part, c.before = len(c.run), c.since
}

// each gives the lines of a run by themselves: they may be several runs, or the first
// another word.
func (c *Collector) each(out func(Run)) {
	from := 0
	for i, at := range c.lines {
		if at-from >= leastRun {
			out(Run{Kind: c.kind, Text: c.run[from:at]})
		}
		if from = at; i == 0 || i == len(c.lines)-1 {
			out(Run{Kind: c.kind, Text: c.run[from:]})
		}
	}
}

// End ends the text.
func (c *Collector) End(out func(Run)) {
	c.close(out)
	for i := range c.lists {
		c.lists[i].end(out)
	}
	for i := range c.strings {
		c.strings[i].end(out)
	}
}
