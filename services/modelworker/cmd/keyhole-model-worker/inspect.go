//go:build cgo

package main

import (
	"os"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// inspect opens a model as a run does and returns its signature. A model with a key stays
// open for later runs.
func (w *worker) inspect(r received) (*wire.Signature, error) {
	s, err := w.inspected(r)
	if err != nil {
		return nil, err
	}
	if r.request.Model == "" {
		defer func() { _ = s.run.Destroy() }()
	}
	signature, err := s.signature(r.file)
	if err != nil {
		return nil, err
	}
	metadata, err := s.run.GetModelMetadata()
	if err != nil {
		return nil, err
	}
	defer func() { _ = metadata.Destroy() }()
	return signature, describe(signature, metadata)
}

func (w *worker) inspected(r received) (*session, error) {
	if r.request.Model == "" {
		return open(r.file, w.threads)
	}
	return w.session(r)
}

// signature returns the signature in the file. If the file is incomplete, it asks the
// runtime, which opens the model once more.
func (s *session) signature(file *os.File) (*wire.Signature, error) {
	if s.told != nil {
		return &wire.Signature{Inputs: s.told.Inputs, Outputs: s.told.Outputs}, nil
	}
	model, unmap, err := mapModel(file)
	if err != nil {
		return nil, err
	}
	defer unmap()
	inputs, outputs, err := ort.GetInputOutputInfoWithONNXData(model)
	if err != nil {
		return nil, err
	}
	return &wire.Signature{Inputs: declared(inputs), Outputs: declared(outputs)}, nil
}

func declared(infos []ort.InputOutputInfo) []wire.Value {
	values := make([]wire.Value, 0, min(len(infos), wire.MaxTensors))
	for _, info := range infos[:min(len(infos), wire.MaxTensors)] {
		values = append(values, wire.Value{
			Name: clip(info.Name, 256), Type: elementOf(info), Shape: info.Dimensions,
		})
	}
	return values
}

func describe(signature *wire.Signature, metadata *ort.ModelMetadata) error {
	producer, err := metadata.GetProducerName()
	if err != nil {
		return err
	}
	signature.Producer = clip(producer, 256)
	keys, err := metadata.GetCustomMetadataMapKeys()
	if err != nil {
		return err
	}
	left := wire.MaxMetadata
	signature.Metadata = map[string]string{}
	for _, key := range keys {
		value, _, err := metadata.LookupCustomMetadataMap(key)
		if err != nil {
			return err
		}
		left -= len(key) + len(value)
		if left < 0 {
			signature.Truncated = true
			continue
		}
		signature.Metadata[clip(key, len(key))] = clip(value, len(value))
	}
	return nil
}
