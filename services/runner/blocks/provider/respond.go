package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// responsesDialect is the protocol of OpenAI's responses API.
type responsesDialect struct{}

// request asks q in this dialect.
func (responsesDialect) request(q question) request {
	params := respondParams(q)
	return func(ctx context.Context, options []option.RequestOption) (string, usage, error) {
		service := responses.NewResponseService()
		answer, err := service.New(ctx, params, options...)
		if err != nil {
			return "", usage{}, err
		}
		used := usage{input: answer.Usage.InputTokens, output: answer.Usage.OutputTokens}
		text, err := answered(answer)
		return text, used, err
	}
}

// answered returns the text of a complete answer.
func answered(answer *responses.Response) (string, error) {
	switch {
	case answer.Status == responses.ResponseStatusIncomplete && answer.IncompleteDetails.Reason == "max_output_tokens":
		return "", engine.Failf(engine.ClientCaused,
			"the provider stopped because max_tokens was reached; allow more of them")
	case answer.Status != "" && answer.Status != responses.ResponseStatusCompleted:
		return "", fmt.Errorf("%w: status %.20q", errMalformed, answer.Status)
	}
	text := answer.OutputText()
	if text == "" {
		return "", fmt.Errorf("%w: no text", errMalformed)
	}
	return text, nil
}

func respondParams(q question) responses.ResponseNewParams {
	params := responses.ResponseNewParams{
		Model: q.model,
		Input: responses.ResponseNewParamsInputUnion{OfInputItemList: responses.ResponseInputParam{
			responses.ResponseInputItemParamOfMessage(inputs(q), responses.EasyInputMessageRoleUser),
		}},
		// The provider must not keep what a preview sends.
		Store: openai.Bool(false),
	}
	if q.system != "" {
		params.Instructions = openai.String(q.system)
	}
	if q.maxTokens > 0 {
		params.MaxOutputTokens = openai.Int(q.maxTokens)
	}
	if q.temperature != nil {
		params.Temperature = openai.Float(*q.temperature)
	}
	// Models before GPT-5 refuse this field.
	if q.effort != "" && !strings.HasPrefix(q.model, "gpt-4") {
		params.Reasoning = shared.ReasoningParam{Effort: shared.ReasoningEffort(q.effort)}
	}
	return params
}

func inputs(q question) responses.ResponseInputMessageContentListParam {
	var content responses.ResponseInputMessageContentListParam
	if q.text != "" {
		content = append(content, responses.ResponseInputContentParamOfInputText(q.text))
	}
	for _, picture := range q.pictures {
		part := responses.ResponseInputContentParamOfInputImage(responses.ResponseInputImageDetail(q.detail))
		part.OfInputImage.ImageURL = openai.String(picture)
		content = append(content, part)
	}
	return content
}
