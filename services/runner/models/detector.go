package models

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// plan describes the inputs of an object detector.
type plan struct {
	tensor imaging.Tensor
	mode   imaging.Mode
	layout layout
	// batch is the number of pictures of one call. A fixed batch must be full.
	batch int
	fixed bool
	names []string // declared in the metadata
}

const (
	// defaultSide is the input size of a model that accepts any, in pixels.
	defaultSide = 640
	// defaultBatch bounds the pictures in one call of a model that accepts any number.
	defaultBatch = 4
)

// plan is derived from the package's settings, or else from the model's signature.
func (j *job) plan(ctx context.Context) (*plan, error) {
	signature, err := j.signature(ctx)
	if err != nil {
		return nil, err
	}
	if len(signature.Inputs) != 1 || signature.Inputs[0].Type != modelworker.Float32 || len(signature.Inputs[0].Shape) != 4 {
		return nil, badPackage("the model is not an object detector: it does not take one batch of pictures")
	}
	shape := signature.Inputs[0].Shape
	if shape[1] > 0 && shape[1] != 3 {
		return nil, badPackage("the model takes pictures of %d channels; 3 are supported", shape[1])
	}
	p := &plan{batch: defaultBatch, names: namesOf(signature.Metadata["names"])}
	if shape[0] > 0 {
		p.batch, p.fixed = int(min(shape[0], 64)), true
	}
	height, width := side(shape[2]), side(shape[3])
	if height > maxSide || width > maxSide {
		return nil, badPackage("the model takes pictures of %d by %d pixels; at most %d are supported", width, height, maxSide)
	}
	p.layout = layoutOf(signature.Outputs[0].Shape, width, height)
	if p.layout == unknownLayout {
		return nil, badPackage("the model is not a supported object detector: its output has the shape %v", signature.Outputs[0].Shape)
	}
	p.tensor, p.mode = p.layout.input(width, height)
	if j.pkg.config != nil {
		p.tensor, p.mode = j.pkg.config.tensor()
		if most := j.pkg.config.Forward.MaxBatch; !p.fixed && most > 0 {
			p.batch = min(p.batch, most)
		}
	}
	return p, nil
}

func side(declared int64) int {
	if declared < 1 {
		return defaultSide
	}
	return int(declared)
}

// signature returns the model's signature. It is read once for each loaded package, by the
// worker that then runs the model.
func (j *job) signature(ctx context.Context) (*modelworker.Signature, error) {
	j.pkg.mu.Lock()
	known := j.pkg.signature
	j.pkg.mu.Unlock()
	if known != nil {
		return known, nil
	}
	signature, err := j.pool.Describe(ctx, j.pkg.model(j.tenant, weightsFile, j.client))
	if err != nil {
		return nil, err
	}
	j.pkg.mu.Lock()
	defer j.pkg.mu.Unlock()
	j.pkg.signature = signature
	return signature, nil
}

// detect finds objects on every picture.
func (j *job) detect(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	p, err := j.plan(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]*value.Detections, len(images))
	groups := (len(images) + p.batch - 1) / p.batch
	err = each(ctx, groups, func(ctx context.Context, i int) error {
		part := images[i*p.batch : min((i+1)*p.batch, len(images))]
		return j.detectBatch(ctx, p, part, found[i*p.batch:])
	})
	return found, err
}

// detectBatch runs the model once. Empty pictures fill up a fixed batch.
func (j *job) detectBatch(ctx context.Context, p *plan, images []*value.Image, found []*value.Detections) error {
	pixels := make([]image.Image, len(images))
	fits := make([]imaging.Fit, len(images))
	for i, img := range images {
		var err error
		if pixels[i], err = img.Pixels(ctx); err != nil {
			return err
		}
		size := pixels[i].Bounds().Size()
		fits[i] = imaging.NewFit(p.mode, size.X, size.Y, p.tensor.Width, p.tensor.Height)
	}
	n := len(images)
	if p.fixed {
		n = p.batch
	}
	shape := []int64{int64(n), 3, int64(p.tensor.Height), int64(p.tensor.Width)}
	input := modelworker.FillFloat32(shape, func(data []float32) error {
		each := p.tensor.Len()
		clear(data[len(images)*each:])
		for i := range images {
			if err := p.tensor.Fill(data[i*each:(i+1)*each], pixels[i], fits[i]); err != nil {
				return err
			}
		}
		return nil
	})
	limits := j.thresholds()
	return j.pool.Infer(ctx, j.pkg.model(j.tenant, weightsFile, j.client), []modelworker.Input{input}, func(outputs []modelworker.Output) error {
		for i := range images {
			boxes, classes, err := p.decode(outputs, i, n, limits)
			if err != nil {
				return err
			}
			names := classNamesFor(classes, j.pkg.names, p.names)
			found[i] = detections(boxes, fits[i], names)
		}
		return nil
	})
}

// detections converts boxes to coordinates of the picture and rounds them to whole pixels,
// as Roboflow's engine does.
func detections(boxes []candidate, fit imaging.Fit, names []string) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnClass: make([]any, 0, len(boxes))}}
	for _, c := range boxes {
		x0, y0 := fit.Back(float64(c.x0), float64(c.y0))
		x1, y1 := fit.Back(float64(c.x1), float64(c.y1))
		d.XYXY = append(d.XYXY, value.Box{roundHalfEven(x0), roundHalfEven(y0), roundHalfEven(x1), roundHalfEven(y1)})
		d.Confidence = append(d.Confidence, float64(c.score))
		d.ClassID = append(d.ClassID, int64(c.class))
		name := ""
		if c.class < len(names) {
			name = names[c.class]
		}
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], name)
	}
	return d
}
