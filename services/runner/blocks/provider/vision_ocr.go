package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var visionAPI = address{base: "https://vision.googleapis.com/v1/"}

// visionOCR reads text with Google Cloud Vision
// (https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate).
type visionOCR struct{ everyElement }

func newVisionOCR(engine.Step) (engine.Block, error) { return &visionOCR{}, nil }

// Concurrency implements engine.Concurrent.
func (*visionOCR) Concurrency() int { return usualConcurrency }

// features are Google's names of the kinds of text.
var features = map[string]string{"text_detection": "TEXT_DETECTION", "ocr_text_detection": "DOCUMENT_TEXT_DETECTION"}

// Run asks once for one picture.
func (*visionOCR) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	picture, err := argument.Picture(call, "image")
	if err != nil {
		return engine.None(), err
	}
	encoded, err := jpegWithin(ctx, call, picture, 0, geminiPicture)
	if err != nil {
		return engine.None(), err
	}
	asked := map[string]any{
		"image":    map[string]any{"content": encoded},
		"features": []any{map[string]any{"type": features[argument.Text(call, "ocr_type")]}},
	}
	if hints, ok := call.Arg("language_hints").([]any); ok && len(hints) > 0 {
		asked["imageContext"] = map[string]any{"languageHints": hints}
	}
	var found annotation
	x, err := jsonExchange(protocol.Request{Path: "images:annotate", Body: map[string]any{"requests": []any{asked}}},
		func(body []byte) (_ protocol.Usage, err error) {
			found, err = readAnnotation(body)
			return protocol.Usage{}, err
		})
	if err == nil {
		err = attempts(ctx, call, visionAPI.through("api_key"), x)
	}
	if err != nil {
		return engine.None(), err
	}
	return engine.One(found.outputs(call, picture)), nil
}

// annotation is the text of one picture.
type annotation struct {
	Texts []struct {
		Locale      string `json:"locale"`
		Description string `json:"description"`
	} `json:"textAnnotations"`
	Full struct {
		Pages []struct {
			Blocks []textBlock `json:"blocks"`
		} `json:"pages"`
	} `json:"fullTextAnnotation"`
	Error json.RawMessage `json:"error"`
}

type textBlock struct {
	Box struct {
		Vertices []struct{ X, Y float64 } `json:"vertices"` // 0 is left out
	} `json:"boundingBox"`
	Confidence *float64 `json:"confidence"`
	Paragraphs []struct {
		Words []struct {
			Symbols []struct {
				Text string `json:"text"`
			} `json:"symbols"`
		} `json:"words"`
	} `json:"paragraphs"`
}

func readAnnotation(body []byte) (annotation, error) {
	var answer struct {
		Responses []annotation `json:"responses"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Responses) != 1 {
		return annotation{}, protocol.ErrMalformed
	}
	a := answer.Responses[0]
	if len(a.Error) > 0 {
		said := protocol.Read(a.Error)
		return a, &protocol.Problem{Kind: said.Kind(http.StatusBadRequest), Said: said.Message}
	}
	return a, nil
}

func (a annotation) outputs(call *engine.Call, picture *value.Image) engine.Outputs {
	text, language := "", ""
	d := &value.Detections{XYXY: []value.Box{}, Confidence: []float64{}, ClassID: []int64{}}
	if len(a.Texts) > 0 {
		text, language = a.Texts[0].Description, a.Texts[0].Locale
	}
	var classes, ids []any
	for _, page := range a.Full.Pages {
		for i := range page.Blocks {
			block := &page.Blocks[i]
			box, ok := block.box()
			if !ok {
				continue
			}
			confidence := 1.0 // only dense text has one
			if block.Confidence != nil {
				confidence = *block.Confidence
			}
			d.XYXY, d.Confidence, d.ClassID = append(d.XYXY, box), append(d.Confidence, confidence), append(d.ClassID, int64(len(classes)))
			classes, ids = append(classes, block.text()), append(ids, call.NewID())
		}
	}
	d.Data = map[string][]any{
		value.ColumnClass: classes, value.ColumnID: ids, value.ColumnPredictionType: value.Repeat("ocr", len(classes)),
	}
	return engine.Outputs{"text": text, "language": language, "predictions": d.Place(picture)}
}

func (b *textBlock) box() (box value.Box, ok bool) {
	for i, v := range b.Box.Vertices {
		point := value.Box{v.X, v.Y, v.X, v.Y}
		if i == 0 {
			box = point
		}
		box = box.Around(point)
	}
	return box, len(b.Box.Vertices) > 0
}

func (b *textBlock) text() string {
	var words []string
	for _, paragraph := range b.Paragraphs {
		for _, word := range paragraph.Words {
			var letters strings.Builder
			for _, symbol := range word.Symbols {
				letters.WriteString(symbol.Text)
			}
			words = append(words, letters.String())
		}
	}
	return strings.Join(words, " ")
}
