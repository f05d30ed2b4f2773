package detection

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// reading is a text that is being assembled. Its pieces are turned so that lines run to the
// right.
type reading struct {
	call      *engine.Call
	vertical  bool
	upwards   bool // the last line of vertical text comes first
	delimiter string
	pieces    []piece
}

// piece is a detection. along is its centre within the line, and across is the centre of the
// line. start and top are where it begins, in whole pixels; they count against the reading
// direction if text is read backwards.
type piece struct {
	along, across, start, top, width, height float64
	text                                     string
}

func newReading(call *engine.Call, d *value.Detections, direction string) *reading {
	if direction == "auto" {
		direction = guess(d)
	}
	r := &reading{call: call, vertical: strings.HasPrefix(direction, "vertical"), upwards: direction == "vertical_bottom_to_top"}
	r.delimiter, _ = call.Arg("delimiter").(string)
	for i, box := range d.XYXY {
		if r.vertical {
			box = value.Box{box[1], box[0], box[3], box[2]}
		}
		p := piece{width: box.Width(), height: box.Height(), text: d.Class(i)}
		p.along, p.across = box.Center()
		p.start, p.top = math.RoundToEven(box[0]), math.RoundToEven(box[1])
		if direction == "right_to_left" || r.upwards {
			p.along, p.start = -p.along, -p.start
		}
		r.pieces = append(r.pieces, p)
	}
	return r
}

func (r *reading) separator() string { return map[bool]string{true: " ", false: "\n"}[r.vertical] }

func (r *reading) joined(lines []string) string { return strings.Join(lines, r.separator()) }

// plain writes each line without gaps.
func (r *reading) plain(lines [][]piece) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		words := make([]string, len(line))
		for k, p := range line {
			words[k] = p.text
		}
		out[i] = strings.Join(words, r.delimiter)
	}
	return out
}

// ordered sorts lines by a number of each line. It starts with the last line if the text runs
// upwards.
func (r *reading) ordered(lines [][]piece, by func([]piece) float64) [][]piece {
	slices.SortStableFunc(lines, func(a, b []piece) int { return cmp.Compare(by(a), by(b)) })
	if r.upwards {
		slices.Reverse(lines)
	}
	return lines
}

// middle returns the mean height of a line's pieces.
func middle(line []piece) float64 {
	sum := 0.0
	for _, p := range line {
		sum += p.across
	}
	return sum / float64(len(line))
}
