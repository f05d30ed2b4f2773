package unpack

const (
	// maxWord and maxDense bound the kept part of a run, in bytes.
	maxWord  = 4 << 20
	maxDense = 64 << 10
	// maxBreak bounds the blanks between two lines of a run.
	maxBreak = 16
	// maxLines bounds the lines of a run that are also opened separately.
	maxLines = 64
)

// Collector finds the runs of one text, fed in pieces of any size.
type Collector struct {
	kind  Kind
	class *[256]bool
	most  int
	run   []byte
	// line is the length of the run's last line, gap the number of blanks after it. lines has the
	// starts of its lines, up to maxLines.
	line, gap int
	lines     []int
	// since counts the bytes of the text since the run began.
	since int64
	// over means that the run was opened at its greatest length.
	over bool
	// part is the start of the current string in the run, and before the value of since at that
	// point.
	part   int
	before int64
	// opened is how much of the run was opened as one string. told means that one of its strings
	// was opened.
	opened int
	told   bool
	ends   endings
	lists  [4]list
	// strings has lists in which each number is a string.
	strings [2]list
	// listing means that a list is open.
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

// Reset starts another text.
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

// Feed reads more of the text. It passes each complete run to out.
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

// denseStart is the next index at which a dense run of the least length begins, or one that the
// end cuts off. It searches backwards, because most runs are shorter.
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

// counts reports that a short word may be a number in a list, or stand between two.
func (c *Collector) counts(w []byte) bool {
	return c.listing || c.kind == Word && (digit(w[0]) || w[0] == '-' || len(w) == 2 && w[0]|0x20 <= 'f' && hexValue(w[1]) >= 0)
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

// skip counts characters between numbers.
func (c *Collector) skip(n int, out func(Run)) {
	for i := range c.lists {
		c.lists[i].pass(n, out)
	}
	for i := range c.strings {
		c.strings[i].pass(n, out)
	}
	c.listing = c.begun()
}

// begun reports that a list is open.
func (c *Collector) begun() bool {
	for i := range c.lists {
		if c.lists[i].begun() {
			return true
		}
	}
	return c.strings[0].begun() || c.strings[1].begun()
}

// pass reads text between runs. Line ends do not end a run with long lines.
func (c *Collector) pass(b []byte, out func(Run)) {
	if c.listing {
		c.skip(len(b), out)
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

// word adds the run to the lists, or counts it as a word between two numbers.
func (c *Collector) word(out func(Run)) {
	number := mayCount(c.run)
	for i := range c.lists {
		if number {
			c.lists[i].word(c.run, out)
		} else {
			c.lists[i].pass(len(c.run), out)
		}
	}
	c.listing = c.begun()
}

// close ends the run.
func (c *Collector) close(out func(Run)) {
	if len(c.run) == 0 {
		return
	}
	if c.counts(c.run) {
		c.word(out)
	}
	if len(c.run) >= leastRun && !c.over {
		if len(c.run) > c.opened {
			out(Run{Kind: c.kind, Text: c.run})
		}
		c.each(out)
	}
	c.clear()
}

// Break ends a string and opens it immediately. The run continues, because a stream delivers one text
// in many strings.
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

// each passes on the lines of a run separately: they may be several runs, or the first may be
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
