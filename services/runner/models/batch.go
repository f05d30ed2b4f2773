package models

import (
	"context"
	"encoding/binary"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// answer is what a model returned for a batch of n pictures.
type answer struct {
	model   *modelpackage.Model
	outputs []modelworker.Output
	n       int
}

// decoder decodes the part of an answer for one picture: number at of all pictures, number i
// of the batch.
type decoder func(a answer, at, i int, fit imaging.Fit) error

// batches runs the model on all pictures.
func (j *job) batches(ctx context.Context, images []*value.Image, read decoder) error {
	m, err := j.recognised(ctx)
	if err != nil {
		return err
	}
	size := m.Input.Batch
	groups := (len(images) + size - 1) / size
	prepare := prepared(m, j.pkg.Config)
	return each(ctx, groups, func(ctx context.Context, g int) error {
		b := &batch{job: j, model: m, prepare: prepare, first: g * size}
		return b.run(ctx, images[b.first:min(b.first+size, len(images))], read)
	})
}

// batch is one call of the model.
type batch struct {
	job     *job
	model   *modelpackage.Model
	prepare preparation
	first   int
	pixels  []image.Image
	fits    []imaging.Fit
}

// run runs the model once. Empty pictures fill up a fixed batch.
func (b *batch) run(ctx context.Context, images []*value.Image, read decoder) error {
	for _, img := range images {
		pixels, err := img.Pixels(ctx)
		if err != nil {
			return err
		}
		pixels, fit := b.prepare.fit(adjusted(pixels, b.job.pkg.Config))
		b.pixels, b.fits = append(b.pixels, pixels), append(b.fits, fit)
	}
	n := len(images)
	if b.model.Input.Fixed {
		n = b.model.Input.Batch
	}
	return b.job.pool.Infer(ctx, b.job.weights(), b.inputs(n), func(outputs []modelworker.Output) error {
		for i, fit := range b.fits {
			if err := read(answer{b.model, outputs, n}, b.first+i, i, fit); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *batch) inputs(n int) []modelworker.Input {
	in, t := b.model.Input, b.prepare.tensor
	shape := []int64{int64(n), 3, int64(t.Height), int64(t.Width)}
	if in.Last {
		shape = []int64{int64(n), int64(t.Height), int64(t.Width), 3}
	}
	pictures := modelworker.FillFloat32(shape, b.fill)
	if in.Last || in.Bytes {
		kind := modelworker.Float32
		if in.Bytes {
			kind = modelworker.Uint8
		}
		pictures = modelworker.Input{Type: kind, Shape: shape, Fill: b.rearrange}
	}
	if !in.Sizes {
		return []modelworker.Input{pictures}
	}
	sizes := modelworker.Input{Type: modelworker.Int64, Shape: []int64{int64(n), 2}, Fill: func(data []byte) error {
		for i := range n {
			binary.LittleEndian.PutUint64(data[16*i:], uint64(t.Width))
			binary.LittleEndian.PutUint64(data[16*i+8:], uint64(t.Height))
		}
		return nil
	}}
	return []modelworker.Input{pictures, sizes}
}

// fill writes the planes of the pictures.
func (b *batch) fill(data []float32) error {
	size := b.prepare.tensor.Len()
	clear(data[len(b.pixels)*size:])
	for i, pixels := range b.pixels {
		if err := b.prepare.tensor.Fill(data[i*size:(i+1)*size], pixels, b.fits[i]); err != nil {
			return err
		}
	}
	return nil
}

// rearrange writes pictures whose channels come last, or whose values are bytes.
func (b *batch) rearrange(data []byte) error {
	size := b.prepare.tensor.Len()
	plane := size / 3
	width := 4
	if b.model.Input.Bytes {
		width = 1
	}
	clear(data[len(b.pixels)*size*width:])
	planes := make([]float32, size)
	for i, pixels := range b.pixels {
		if err := b.prepare.tensor.Fill(planes, pixels, b.fits[i]); err != nil {
			return err
		}
		out := data[i*size*width:]
		for k, v := range planes {
			at := k
			if b.model.Input.Last {
				at = k%plane*3 + k/plane
			}
			if width == 1 {
				out[at] = uint8(math.RoundToEven(float64(min(max(v, 0), 255))))
				continue
			}
			binary.LittleEndian.PutUint32(out[4*at:], math.Float32bits(v))
		}
	}
	return nil
}
