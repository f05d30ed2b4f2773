package modelpackage

import (
	"encoding/json"
	"slices"
	"strings"
)

// Settings are the text files of a package. All of them are optional.
type Settings struct {
	// Task is the task that the package states, or empty.
	Task string
	// Layout is the layout that the package states, or empty.
	Layout Layout
	// Config is nil if there is no inference_config.json.
	Config *Config
	// Names of the classes by number, nil if there is no class_names.txt.
	Names []string
	// Skeletons are the key points of the classes, nil if there is no
	// keypoints_metadata.json.
	Skeletons []Skeleton
}

// Skeleton is a class whose objects have key points.
type Skeleton struct {
	Class int `json:"object_class_id"`
	// Points are the names of the points by number.
	Points map[int]string `json:"keypoints"`
}

// MaxClasses bounds the classes of a model, and MaxPoints the key points of a class.
const (
	MaxClasses = 10_000
	MaxPoints  = 1000
)

// Read reads the settings. file returns the content of a file, or nil if there is none.
func Read(file func(name string) ([]byte, error)) (*Settings, error) {
	s := &Settings{}
	var about struct {
		Task   string `json:"task_type"`
		Layout Layout `json:"layout"`
	}
	if _, err := readJSON(file, ModelConfig, &about); err != nil {
		return nil, err
	}
	s.Task, s.Layout = about.Task, about.Layout
	if s.Layout != "" && !slices.Contains(layouts, s.Layout) {
		return nil, problem("model_config.json has the layout %.40q; the layouts are %s", s.Layout, list(layouts))
	}
	var config Config
	found, err := readJSON(file, InferConfig, &config)
	if err != nil {
		return nil, err
	}
	if found {
		s.Config = &config
		if err := config.check(); err != nil {
			return nil, err
		}
	}
	if _, err := readJSON(file, KeypointNames, &s.Skeletons); err != nil {
		return nil, err
	}
	names, err := file(ClassNames)
	if err != nil {
		return nil, err
	}
	if names != nil {
		s.Names = strings.Split(strings.TrimRight(strings.ReplaceAll(string(names), "\r\n", "\n"), "\n"), "\n")
	}
	return s, s.check()
}

func readJSON(file func(string) ([]byte, error), name string, into any) (found bool, err error) {
	data, err := file(name)
	if err != nil || data == nil {
		return false, err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return false, problem("%s in the model package is invalid", name).Because(err)
	}
	return true, nil
}

func (s *Settings) check() error {
	if len(s.Names) > MaxClasses {
		return problem("class_names.txt has %d names; at most %d are supported", len(s.Names), MaxClasses)
	}
	for _, k := range s.Skeletons {
		for number := range k.Points {
			if number < 0 || number >= MaxPoints || k.Class < 0 || k.Class >= MaxClasses {
				return problem("keypoints_metadata.json has a class or a key point whose number is not supported")
			}
		}
	}
	return nil
}
