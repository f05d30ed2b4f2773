package model

import (
	"context"
	"math"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// comparedVersion is the version of CLIP that the first version of the comparison uses.
const comparedVersion = "ViT-B-16"

// mostTexts bounds the texts that a picture is compared with.
const mostTexts = 1000

// clipModel is the ID of the owner's uploaded model for a version of CLIP.
func clipModel(version string) string { return "clip-" + strings.ToLower(version) }

// newCLIP makes the block that turns a picture or a text into an embedding.
func newCLIP(engine.Step) (engine.Block, error) { return newEncoder(clipModel, nil), nil }

// newPerception makes newCLIP's block for Perception Encoder. Its models have the name of the
// version, in small letters.
func newPerception(engine.Step) (engine.Block, error) {
	return newEncoder(strings.ToLower, map[string]any{models.OptionFamily: models.Perception}), nil
}

func newEncoder(model func(version string) string, options map[string]any) engine.Block {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		version, err := versionOf(call)
		if err != nil {
			return engine.None(), err
		}
		ask := engine.Inference{Model: model(version), Task: models.Embeddings, Options: options}
		switch data := call.Arg("data").(type) {
		case *value.Image:
			ask.Images = []*value.Image{data}
		case string:
			ask.Texts = []string{data}
		default:
			return engine.None(), engine.Failf(engine.RuntimeInput, "data must be a picture or a text")
		}
		found, err := embed(ctx, call, ask)
		if err != nil {
			return engine.None(), err
		}
		numbers := make([]any, len(found[0]))
		for i, v := range found[0] {
			numbers[i] = float64(v)
		}
		return engine.One(engine.Outputs{"embedding": numbers}), nil
	})
}

func versionOf(call *engine.Call) (string, error) {
	version, ok := call.Arg("version").(string)
	if !ok || version == "" || len(version) > 40 {
		return "", engine.Failf(engine.RuntimeInput, "version must be the name of a version")
	}
	return version, nil
}

func embed(ctx context.Context, call *engine.Call, ask engine.Inference) ([]models.Embedding, error) {
	answers, err := infer(ctx, call, ask)
	if err != nil {
		return nil, err
	}
	out := make([]models.Embedding, len(answers))
	for i, answer := range answers {
		e, ok := answer.(models.Embedding)
		if !ok {
			return nil, unexpected(ask.Model, answer)
		}
		out[i] = e
	}
	return out, nil
}

// newComparison makes the block that compares pictures with texts.
func newComparison(field string, describe func(img *value.Image, texts []string, similar []float64, id string) engine.Outputs) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			images, err := pictures(call)
			if err != nil {
				return engine.None(), err
			}
			texts, err := textsOf(call, field)
			if err != nil {
				return engine.None(), err
			}
			version := comparedVersion
			if field == "classes" {
				if version, err = versionOf(call); err != nil {
					return engine.None(), err
				}
			}
			if len(images) == 0 {
				return engine.Many(nil), nil
			}
			found, err := embed(ctx, call, engine.Inference{Model: clipModel(version), Task: models.Embeddings, Images: images, Texts: texts})
			if err != nil {
				return engine.None(), err
			}
			results := make([]engine.Result, len(images))
			for i, img := range images {
				similar := make([]float64, len(texts))
				for k := range texts {
					similar[k] = cosine(found[i], found[len(images)+k])
				}
				results[i] = engine.One(describe(img, texts, similar, call.NewID()))
			}
			return engine.Many(results), nil
		}), nil
	}
}

func textsOf(call *engine.Call, field string) ([]string, error) {
	list, _ := call.Arg(field).([]any)
	if len(list) == 0 || len(list) > mostTexts {
		return nil, engine.Failf(engine.RuntimeInput, "%s must be a list of 1 to %d texts", field, mostTexts)
	}
	out := make([]string, len(list))
	for i, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, engine.Failf(engine.RuntimeInput, "%s must be a list of texts", field)
		}
		out[i] = text
	}
	return out, nil
}

// cosine returns the cosine of the angle between two embeddings. It is 0 if one of them has
// length 0.
func cosine(a, b models.Embedding) float64 {
	var dot, x, y float64
	for i := range min(len(a), len(b)) {
		dot += float64(a[i]) * float64(b[i])
		x += float64(a[i]) * float64(a[i])
		y += float64(b[i]) * float64(b[i])
	}
	c := dot / math.Sqrt(x*y)
	if math.IsNaN(c) || math.IsInf(c, 0) {
		return 0
	}
	return c
}

// similarities are the outputs of the first version.
func similarities(img *value.Image, _ []string, similar []float64, _ string) engine.Outputs {
	return engine.Outputs{
		"similarity": list(similar), "parent_id": img.Parent().ID, "root_parent_id": img.Root().ID, "prediction_type": "embeddings-comparison",
	}
}

func list(numbers []float64) []any {
	out := make([]any, len(numbers))
	for i, v := range numbers {
		out[i] = v
	}
	return out
}

// comparison returns the outputs of the second version. They include a classification whose
// confidences are the similarities.
func comparison(img *value.Image, classes []string, similar []float64, id string) engine.Outputs {
	most, least := 0, 0
	predictions := make([]any, len(classes))
	for i, v := range similar {
		if v > similar[most] {
			most = i
		}
		if v < similar[least] {
			least = i
		}
		predictions[i] = map[string]any{"class": classes[i], "class_id": int64(i), "confidence": v}
	}
	prediction := map[string]any{"predictions": predictions, "top": classes[most], "confidence": similar[most]}
	complete(prediction, img, id)
	return engine.Outputs{
		"similarities": list(similar), "max_similarity": similar[most], "most_similar_class": classes[most],
		"min_similarity": similar[least], "least_similar_class": classes[least], "classification_predictions": prediction,
		"parent_id": img.Parent().ID, "root_parent_id": img.Root().ID,
	}
}
