package provider

import (
	"context"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// question is the content of a request, independent of the dialect.
type question struct {
	model  string
	system string
	text   string
	// pictures are data URIs.
	pictures []string
	detail   string
	// maxTokens is 0 to use the provider's own limit.
	maxTokens   int64
	temperature *float64
	effort      string
}

// chatDialect is the protocol of OpenAI's chat completions API.
type chatDialect struct {
	// legacyLimit sends max_tokens, which servers other than OpenAI's still expect.
	legacyLimit bool
	// extra is added to the body.
	extra map[string]any
}

// request asks q in this dialect.
func (d chatDialect) request(q question) request {
	params := d.params(q)
	return func(ctx context.Context, options []option.RequestOption) (string, usage, error) {
		service := openai.NewChatCompletionService()
		answer, err := service.New(ctx, params, options...)
		if err != nil {
			return "", usage{}, err
		}
		used := usage{input: answer.Usage.PromptTokens, output: answer.Usage.CompletionTokens}
		if len(answer.Choices) == 0 || !answer.Choices[0].Message.JSON.Content.Valid() {
			return "", used, errMalformed
		}
		return answer.Choices[0].Message.Content, used, nil
	}
}

func (d chatDialect) params(q question) openai.ChatCompletionNewParams {
	params := openai.ChatCompletionNewParams{Model: q.model}
	if q.system != "" {
		params.Messages = append(params.Messages, openai.SystemMessage(q.system))
	}
	params.Messages = append(params.Messages, openai.UserMessage(parts(q)))
	if q.maxTokens > 0 && d.legacyLimit {
		params.MaxTokens = openai.Int(q.maxTokens)
	} else if q.maxTokens > 0 {
		params.MaxCompletionTokens = openai.Int(q.maxTokens)
	}
	if q.temperature != nil {
		params.Temperature = openai.Float(*q.temperature)
	}
	if len(d.extra) > 0 {
		params.SetExtraFields(d.extra)
	}
	return params
}

func parts(q question) []openai.ChatCompletionContentPartUnionParam {
	content := make([]openai.ChatCompletionContentPartUnionParam, 0, 1+len(q.pictures))
	if q.text != "" {
		content = append(content, openai.TextContentPart(q.text))
	}
	for _, picture := range q.pictures {
		content = append(content, openai.ImageContentPart(
			openai.ChatCompletionContentPartImageImageURLParam{URL: picture, Detail: q.detail}))
	}
	return content
}
