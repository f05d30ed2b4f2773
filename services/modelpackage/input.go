package modelpackage

import "github.com/keyhole-dev/keyhole/services/modelworker/wire"

const (
	// defaultBatch bounds the pictures in one call of a model that accepts any number.
	defaultBatch = 4
	// maxBatch bounds a fixed batch.
	maxBatch = 64
)

// defaultSides are the input sizes of models that accept any, in pixels.
var defaultSides = map[string]int64{Classification: 224, MultiLabel: 224, SemanticSegmentation: 512, DepthEstimation: 518}

func (m *Model) input(s *Settings, inputs []wire.Value) error {
	if len(inputs) == 0 || len(inputs) > 2 || len(inputs[0].Shape) != 4 {
		return problem("the model is not for pictures: it does not take one batch of pictures, [batch, 3, height, width]")
	}
	in := inputs[0]
	switch in.Type {
	case wire.Float32:
	case wire.Uint8:
		m.Input.Bytes = true
	default:
		return problem("the model takes pictures of %.20s; export it with float32", in.Type)
	}
	if len(inputs) == 2 {
		if sizes := inputs[1]; sizes.Type != wire.Int64 || len(sizes.Shape) != 2 || sizes.Shape[1] > 0 && sizes.Shape[1] != 2 {
			return problem("the model takes a second input %.60q; only the sizes of the pictures, int64 [batch, 2], are supported", sizes.Name)
		}
		m.Input.Sizes = true
	}
	height, width := in.Shape[2], in.Shape[3]
	channels := in.Shape[1]
	if width == 3 && channels != 3 {
		height, width, channels = in.Shape[1], in.Shape[2], 3
		m.Input.Last = true
	}
	if channels > 0 && channels != 3 {
		return problem("the model takes pictures of %d channels; 3 are supported", channels)
	}
	m.batch(s, in.Shape[0])
	return m.size(s, width, height)
}

func (m *Model) batch(s *Settings, declared int64) {
	m.Input.Batch = defaultBatch
	if declared > 0 {
		m.Input.Batch, m.Input.Fixed = int(min(declared, maxBatch)), true
	} else if c := s.Config; c != nil && c.Forward.MaxBatch > 0 {
		m.Input.Batch = min(defaultBatch, c.Forward.MaxBatch)
	}
}

// size takes the size that the model declares, else that of the settings, else a default.
func (m *Model) size(s *Settings, width, height int64) error {
	if width > MaxSide || height > MaxSide {
		return problem("the model takes pictures of %d by %d pixels; at most %d are supported", width, height, MaxSide)
	}
	wanted := &Size{}
	if s.Config != nil && s.Config.Input.Size != nil {
		wanted = s.Config.Input.Size
	}
	side := func(declared int64, wanted int) (int, bool) {
		switch {
		case declared > 0:
			return int(declared), wanted == 0 || int64(wanted) == declared
		case wanted > 0:
			return wanted, true
		case defaultSides[m.Task] > 0:
			return int(defaultSides[m.Task]), true
		}
		return 640, true
	}
	var one, two bool
	m.Input.Width, one = side(width, wanted.Width)
	m.Input.Height, two = side(height, wanted.Height)
	if !one || !two {
		return problem("inference_config.json wants pictures of %d by %d pixels, and the model takes %d by %d", wanted.Width, wanted.Height, m.Input.Width, m.Input.Height)
	}
	return nil
}
