// Gen writes the manifests of ../generated from the records of ../source/blocks.txt.
//
// A record is a list of lines that ends at an empty line. Its first line is "block" and
// the type; the others are:
//
//	alias OldName
//	title Line Counter
//	category video
//	help One sentence for people.
//	engine >=1.3.0,<2.0.0
//	newer roboflow_core/line_counter@v2          the version that replaces this one
//	cannot needs_device needs a PLC              why it cannot run, and the words if they are its own
//	cannot_with provider "Vendor" vendor_platform words   the same, with this value of a field
//	sink
//	network https://slack.com                    or a field, or "mqtt:host[:port]": a bare host in a field
//	accepts_empty
//	grows                                        may need more memory than the pictures that come
//	input_offset predictions 1
//	reference image
//	output_offset -1
//	field image* (images) batch: ref<image> = null
//	  secret slack bearer https://slack.com      of the field above; "managed" at the end; a bucket is "s3:bucket:region"
//	  holds host                                 of the field above
//	output count: integer, float
//	model model_id object-detection
//	uses clip-{version} embedding                a model that no field names
//	dynamic json_output * lower                  the field that names outputs, their kinds, and their letters
//	rule task_type "ocr","caption" needs prompt
//
// A star marks a required field, parentheses hold its aliases. Its types are alternatives
// with "|" between them; see [types].
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

func main() {
	if err := run("source/blocks.txt", "generated"); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run makes the files of the folder out to be those of the source.
func run(source, out string) error {
	raw, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	files, err := generate(string(raw))
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	old, err := filepath.Glob(filepath.Join(out, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, kept := files[filepath.Base(path)]; !kept {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns a file of manifests for each family.
func generate(source string) (map[string][]byte, error) {
	manifests, err := read(source)
	if err != nil {
		return nil, err
	}
	families := map[string][]*manifest.Manifest{}
	for _, m := range manifests {
		families[family(m.Type)] = append(families[family(m.Type)], m)
	}
	files := map[string][]byte{}
	for name, versions := range families {
		slices.SortFunc(versions, func(a, b *manifest.Manifest) int { return strings.Compare(a.Type, b.Type) })
		if files[name+".json"], err = encode(versions); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// family is the block's name without its package and version.
func family(blockType string) string {
	name, _, _ := strings.Cut(blockType[strings.LastIndexByte(blockType, '/')+1:], "@")
	return name
}

// encode writes each field and output on a line of its own, so that a change is a change
// of few lines.
func encode(versions []*manifest.Manifest) ([]byte, error) {
	var b bytes.Buffer
	for i, m := range versions {
		text, err := indent(m)
		if err != nil {
			return nil, err
		}
		b.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		b.Write(text)
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}
