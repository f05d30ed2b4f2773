package models

import (
	"cmp"
	"context"
	"encoding/binary"
	"image"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelpackage/bpe"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Embedding is what an encoder makes of a picture or a text.
type Embedding []float32

// clipContext is the number of tokens of a text, if the model takes any.
const clipContext = 77

// clipMean and clipDeviation normalise pixels as CLIP was trained.
var clipMean, clipDeviation = [3]float32{0.48145466, 0.4578275, 0.40821073}, [3]float32{0.26862954, 0.26130258, 0.27577711}

// embed returns an Embedding for every picture and then for every text.
func (j *job) embed(ctx context.Context, images []*value.Image, texts []string) ([]any, error) {
	e, err := j.encoders(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(images)+len(texts))
	err = groups(ctx, len(images), e.Batch, func(ctx context.Context, first, last int) error {
		return j.encodePictures(ctx, e, images[first:last], out[first:last])
	})
	if err != nil {
		return nil, err
	}
	rest := out[len(images):]
	err = groups(ctx, len(texts), e.Texts, func(ctx context.Context, first, last int) error {
		return j.encodeTexts(ctx, e, texts[first:last], rest[first:last])
	})
	return out, err
}

// groups works on n items in groups of a given size.
func groups(ctx context.Context, n, size int, do func(ctx context.Context, first, last int) error) error {
	return each(ctx, (n+size-1)/size, func(ctx context.Context, i int) error {
		return do(ctx, i*size, min((i+1)*size, n))
	})
}

// encoders reads the signatures of both models, and the merges, once for each package.
func (j *job) encoders(ctx context.Context) (*encoders, error) {
	j.pkg.mu.Lock()
	known := j.pkg.encoders
	j.pkg.mu.Unlock()
	if known != nil {
		return known, nil
	}
	pictures, err := j.pool.Describe(ctx, j.pkg.model(j.tenant, modelpackage.VisualFile, j.client))
	if err != nil {
		return nil, err
	}
	texts, err := j.pool.Describe(ctx, j.pkg.model(j.tenant, modelpackage.TextualFile, j.client))
	if err != nil {
		return nil, err
	}
	how, err := modelpackage.RecogniseEncoders(pictures, texts)
	if err != nil {
		return nil, err
	}
	merges, err := os.ReadFile(filepath.Join(j.pkg.dir, modelpackage.MergesFile))
	if err != nil {
		return nil, err
	}
	words, err := bpe.Parse(string(merges))
	if err != nil {
		return nil, badPackage("%s %v", modelpackage.MergesFile, err)
	}
	e := &encoders{how, words}
	j.pkg.mu.Lock()
	defer j.pkg.mu.Unlock()
	j.pkg.encoders = e
	return e, nil
}

func (j *job) encodePictures(ctx context.Context, e *encoders, images []*value.Image, out []any) error {
	perception := j.options[OptionFamily] == Perception
	squares := make([]image.Image, len(images))
	for i, img := range images {
		pixels, err := img.Pixels(ctx)
		if err != nil {
			return err
		}
		if squares[i] = clipSquare(pixels, e.Side); perception {
			squares[i] = stretched(pixels, e.Side)
		}
	}
	t := imaging.Tensor{Width: e.Side, Height: e.Side}
	for i := range 3 {
		t.Scale[i], t.Shift[i] = 1/(255*clipDeviation[i]), -clipMean[i]/clipDeviation[i]
		if perception { // from -1 to 1
			t.Scale[i], t.Shift[i] = 2./255, -1
		}
	}
	fit := imaging.NewFit(imaging.Stretch, e.Side, e.Side, e.Side, e.Side)
	n := full(len(images), e.Batch, e.BatchFixed)
	input := modelworker.FillFloat32([]int64{int64(n), 3, int64(e.Side), int64(e.Side)}, func(data []float32) error {
		clear(data[len(squares)*t.Len():])
		for i, square := range squares {
			if err := t.Fill(data[i*t.Len():(i+1)*t.Len()], square, fit); err != nil {
				return err
			}
		}
		return nil
	})
	return j.encode(ctx, modelpackage.VisualFile, input, n, e.Length, out)
}

// clipSquare is the largest square in the middle of a picture, at another size. It is
// smoothed with a cubic kernel, as CLIP was trained.
func clipSquare(pixels image.Image, side int) image.Image {
	size := pixels.Bounds().Size()
	n := min(size.X, size.Y)
	part := centred(size, n, n).Add(pixels.Bounds().Min)
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(out, out.Rect, pixels, part, draw.Src, nil)
	return out
}

// stretched is a picture as a square, as Perception Encoder was trained.
func stretched(pixels image.Image, side int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.BiLinear.Scale(out, out.Rect, pixels, pixels.Bounds(), draw.Src, nil)
	return out
}

func full(n, batch int, fixed bool) int {
	if fixed {
		return batch
	}
	return n
}

func (j *job) encodeTexts(ctx context.Context, e *encoders, texts []string, out []any) error {
	n := full(len(texts), e.Texts, e.TextsFixed)
	length := cmp.Or(e.Context, clipContext)
	input := modelworker.Input{Type: modelworker.Int64, Shape: []int64{int64(n), int64(length)}}
	width := 8
	if e.Short {
		input.Type, width = modelworker.Int32, 4
	}
	input.Fill = func(data []byte) error {
		clear(data)
		for i, text := range texts {
			for k, token := range e.words.Encode(text, length) {
				at := data[(i*length+k)*width:]
				if e.Short {
					binary.LittleEndian.PutUint32(at, uint32(token))
				} else {
					binary.LittleEndian.PutUint64(at, uint64(token))
				}
			}
		}
		return nil
	}
	return j.encode(ctx, modelpackage.TextualFile, input, n, e.Length, out)
}

// encode runs an encoder on n items. Only the first ones are wanted, because the rest fills
// up a fixed batch.
func (j *job) encode(ctx context.Context, file string, input modelworker.Input, n, length int, out []any) error {
	return j.pool.Infer(ctx, j.pkg.model(j.tenant, file, j.client), []modelworker.Input{input}, func(outputs []modelworker.Output) error {
		data := outputs[0].Float32()
		if len(data) == 0 || len(data)%n != 0 || len(data)/n > modelpackage.MaxEmbedding || length > 0 && len(data)/n != length {
			return badPackage("%s does not make one embedding for each of %d inputs: its output is %v", file, n, outputs[0].Shape)
		}
		size := len(data) / n
		for i := range out {
			out[i] = append(Embedding{}, data[i*size:(i+1)*size]...)
		}
		return nil
	})
}
