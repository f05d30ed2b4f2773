package modelpackage

import "github.com/keyhole-dev/keyhole/services/modelworker/wire"

// Encoders say how to run the two models of a package for embeddings: both make lists of the
// same length, which are near to each other for a picture and a text that describes it.
type Encoders struct {
	// Side is the side of a picture, in pixels.
	Side int
	// Batch is the number of pictures of one call, Texts that of texts. A fixed batch must
	// be full.
	Batch, Texts           int
	BatchFixed, TextsFixed bool
	// Context is the number of tokens of a text, 0 if the model does not declare it.
	Context int
	// Short is true if tokens are numbers of four bytes.
	Short bool
	// Length is the length of an embedding, 0 if only a run shows it.
	Length int
}

// MaxContext bounds the number of tokens of a text.
const MaxContext = 256

// MaxEmbedding bounds the length of an embedding.
const MaxEmbedding = 8192

// RecogniseEncoders tells from the signatures how to run the models.
func RecogniseEncoders(pictures, texts *wire.Signature) (*Encoders, error) {
	e := &Encoders{}
	if err := e.pictures(pictures.Inputs); err != nil {
		return nil, err
	}
	if err := e.texts(texts.Inputs); err != nil {
		return nil, err
	}
	a, err := embeddingOf(VisualFile, pictures.Outputs)
	if err != nil {
		return nil, err
	}
	b, err := embeddingOf(TextualFile, texts.Outputs)
	if err != nil {
		return nil, err
	}
	if a > 0 && b > 0 && a != b {
		return nil, problem("%s makes embeddings of %d numbers and %s of %d; export both from one model", VisualFile, a, TextualFile, b)
	}
	e.Length = max(a, b)
	return e, nil
}

func (e *Encoders) pictures(inputs []wire.Value) error {
	if len(inputs) != 1 || inputs[0].Type != wire.Float32 || len(inputs[0].Shape) != 4 || inputs[0].Shape[1] > 0 && inputs[0].Shape[1] != 3 {
		return problem("%s must take one batch of pictures, float32 [batch, 3, height, width]", VisualFile)
	}
	shape := inputs[0].Shape
	side := int64(224)
	for _, n := range shape[2:] {
		if n > 0 {
			side = n
		}
	}
	if side > 1024 || shape[2] > 0 && shape[3] > 0 && shape[2] != shape[3] {
		return problem("%s takes pictures of %d by %d pixels; squares of at most 1024 are supported", VisualFile, shape[3], shape[2])
	}
	e.Side = int(side)
	e.Batch, e.BatchFixed = batchOf(shape[0])
	return nil
}

func (e *Encoders) texts(inputs []wire.Value) error {
	if len(inputs) != 1 || len(inputs[0].Shape) != 2 || inputs[0].Shape[1] > MaxContext || inputs[0].Shape[1] > 0 && inputs[0].Shape[1] < 3 {
		return problem("%s must take one batch of tokens, int32 or int64 [batch, length] with a length from 3 to %d", TextualFile, MaxContext)
	}
	e.Context = int(max(inputs[0].Shape[1], 0))
	switch inputs[0].Type {
	case wire.Int64:
	case wire.Int32:
		e.Short = true
	default:
		return problem("%s takes tokens of %.20s; export it with int32 or int64", TextualFile, inputs[0].Type)
	}
	e.Texts, e.TextsFixed = batchOf(inputs[0].Shape[0])
	return nil
}

func batchOf(declared int64) (n int, fixed bool) {
	if declared > 0 {
		return int(min(declared, maxBatch)), true
	}
	return defaultBatch, false
}

// embeddingOf returns the length of the first output, 0 if it is not declared.
func embeddingOf(file string, outputs []wire.Value) (int, error) {
	if len(outputs) == 0 || outputs[0].Type != wire.Float32 || len(outputs[0].Shape) != 2 || outputs[0].Shape[1] > MaxEmbedding {
		return 0, problem("the first output of %s must be the embeddings, float32 [batch, length] of at most %d numbers", file, MaxEmbedding)
	}
	return int(max(outputs[0].Shape[1], 0)), nil
}
