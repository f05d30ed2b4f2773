package roboflow

import (
	"context"
	"encoding/json"

	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
)

// ask passes a question of Roboflow's builder on to the runner, which has the catalogue.
func (x *exchange) ask(ctx context.Context, question *runnerinternalv1.AskBuilderRequest) (any, error) {
	answer, err := x.Runner.AskBuilder(ctx, question)
	if err != nil {
		return nil, err
	}
	return answer.GetAnswer(), nil
}

func describeBlocks(ctx context.Context, x *exchange) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_Blocks{Blocks: true}})
}

func definitionSchema(ctx context.Context, x *exchange) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_DefinitionSchema{DefinitionSchema: true}})
}

func engineVersions(ctx context.Context, x *exchange) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_EngineVersions{EngineVersions: true}})
}

func stepOutputs(ctx context.Context, x *exchange) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_StepOutputs{StepOutputs: x.body.Bytes}})
}

func validate(ctx context.Context, x *exchange) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_Validate{Validate: x.body.Bytes}})
}

// describeInterface describes the inputs and outputs of a definition in the body.
func describeInterface(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		Specification json.RawMessage `json:"specification"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	if len(body.Specification) == 0 {
		return nil, required("specification", "the definition to describe")
	}
	return x.describe(ctx, body.Specification)
}

func (x *exchange) describe(ctx context.Context, definition []byte) (any, error) {
	return x.ask(ctx, &runnerinternalv1.AskBuilderRequest{Question: &runnerinternalv1.AskBuilderRequest_DescribeInterface{DescribeInterface: definition}})
}

// describeSaved describes the inputs and outputs of a saved workflow.
func describeSaved(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		VersionID json.RawMessage `json:"workflow_version_id"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	name, err := x.workflow()
	if err != nil {
		return nil, err
	}
	version, err := versionNumber(body.VersionID)
	if err != nil {
		return nil, err
	}
	_, definition, err := x.find(ctx, name, version)
	if err != nil {
		return nil, err
	}
	return x.describe(ctx, definition)
}
