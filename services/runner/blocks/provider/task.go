package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// style is how a family of models is asked. The blocks that parse answers read all styles.
type style struct {
	// fenced asks for JSON in a Markdown code block.
	fenced bool
	// boxes is the form of detections.
	boxes boxes
	// single puts everything into one message, the picture first, as Qwen and Muse expect.
	single bool
}

// asJSON describes the form of the answer. The keys in form are a contract with the blocks
// that parse them.
func (s style) asJSON(form string) string {
	if s.fenced {
		return "Answer with JSON alone, inside of ```json and ``` marks. Its form: " + form + "."
	}
	return "Answer with JSON alone. Its form: " + form + "."
}

// boxes is the format in which a family of models gives boxes best.
type boxes struct{ form, scale string }

var (
	// fractions are read by every version of the block VLM As Detector.
	fractions = boxes{
		form: `{"detections": [{"x_min": <number>, "y_min": <number>, "x_max": <number>, "y_max": <number>, ` +
			`"class_name": "<name>", "confidence": <0.0 to 1.0>}, ...]}`,
		scale: "Coordinates are fractions of the picture's width and height, from 0.0 to 1.0.",
	}
	// thousandsYX is Gemini's own form, thousandsXY Qwen's, percents Grok's, and flat Muse's.
	thousandsYX = boxes{
		form:  `[{"box_2d": [<y_min>, <x_min>, <y_max>, <x_max>], "label": "<name>"}, ...]`,
		scale: "Coordinates are whole numbers from 0 to 1000, relative to the picture's height and width.",
	}
	thousandsXY = boxes{
		form:  `[{"box_2d": [<x_min>, <y_min>, <x_max>, <y_max>], "label": "<name>"}, ...]`,
		scale: "Coordinates are whole numbers from 0 to 1000, relative to the picture's width and height.",
	}
	percents = boxes{
		form:  `[{"label": "<name>", "box_2d": [<x_min>, <y_min>, <x_max>, <y_max>]}, ...]`,
		scale: "Coordinates are percents of the picture's width and height, from 0.0 to 100.0.",
	}
	flat = boxes{
		form:  `[{"label": "<name>", "x_min": <number>, "y_min": <number>, "x_max": <number>, "y_max": <number>}, ...]`,
		scale: "Coordinates are whole numbers from 0 to 1000, relative to the picture's width and height.",
	}
)

const (
	oneClassForm  = `{"class_name": "<name>", "confidence": <0.0 to 1.0>}`
	manyClassForm = `{"predicted_classes": [{"class": "<name>", "confidence": <0.0 to 1.0>}, ...]}`
)

// assignment has the fields of the step that a task needs.
type assignment struct {
	prompt    string
	classes   []string
	structure map[string]any
}

// question turns a task into a question without a model and a picture.
func (s style) question(task string, a assignment) (protocol.Question, error) {
	system, text, err := s.brief(task, a)
	if err != nil {
		return protocol.Question{}, err
	}
	q := protocol.Question{System: system, Text: text, PictureFirst: s.single, JSON: answersJSON[task]}
	if s.single && system != "" {
		q.System, q.Text = "", system+"\n\n"+text
	}
	return q, nil
}

// brief turns a task into a system message and a text.
func (s style) brief(task string, a assignment) (system, text string, err error) {
	classes := "The classes: " + strings.Join(a.classes, ", ")
	switch task {
	case "unconstrained":
		return "", a.prompt, nil
	case "ocr":
		return "Read the text in the picture. Give back the text alone, in paragraphs as the picture has them.", "Read the text.", nil
	case "visual-question-answering":
		return "Answer the question about the picture, in a few sentences. If it offers lettered choices, give the letter alone.",
			"Question: " + a.prompt, nil
	case "caption":
		return "Describe the picture in one short sentence.", "Describe the picture.", nil
	case "detailed-caption":
		return "Describe the picture at length, with all that can be seen in it.", "Describe the picture.", nil
	case "classification":
		return "Decide which one of the given classes fits the picture best, and how sure you are. " + s.asJSON(oneClassForm) +
			" Use only names of given classes, and exactly one of them.", classes, nil
	case "multi-label-classification":
		return "Decide which of the given classes can be seen in the picture, and how sure you are of each. " + s.asJSON(manyClassForm) +
			" Use only names of given classes, and leave out what cannot be seen.", classes, nil
	case "object-detection":
		return "Find every object of the given classes in the picture. " + s.asJSON(s.boxes.form) +
			" " + s.boxes.scale + " Use only names of given classes.", classes, nil
	case "structured-answering":
		return "The user gives an object whose values describe what is wanted under each key. Fill it in from the picture. " +
			s.asJSON("an object with exactly these keys"), "What is wanted:\n" + indented(a.structure), nil
	}
	return "", "", engine.Failf(engine.ClientCaused, "there is no task %q", task)
}

// answersJSON lists the tasks whose answer is JSON.
var answersJSON = map[string]bool{
	"classification": true, "multi-label-classification": true, "object-detection": true, "structured-answering": true,
}

// indented formats an object with indentation and without HTML escapes.
func indented(object map[string]any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(object); err != nil {
		return "{}" // unreachable: the object came from JSON
	}
	return strings.TrimSpace(b.String())
}

func assignmentOf(call *engine.Call) (assignment, error) {
	var a assignment
	a.prompt, _ = call.Arg("prompt").(string)
	a.structure, _ = call.Arg("output_structure").(map[string]any)
	list, _ := call.Arg("classes").([]any)
	for i, item := range list {
		if value.Size(item, maxPrompt) > maxPrompt {
			return a, engine.Failf(engine.LimitsCaused, "class %d is too long", i)
		}
		a.classes = append(a.classes, value.Text(item))
	}
	if total := len(a.prompt) + len(fmt.Sprint(a.classes)); total > maxPrompt {
		return a, engine.Failf(engine.LimitsCaused, "the prompt is longer than %d MiB", maxPrompt>>20)
	}
	return a, nil
}
