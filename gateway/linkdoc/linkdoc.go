package linkdoc

import (
	"encoding/json"
	"strconv"

	"github.com/keyhole-dev/keyhole/gateway/contract"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

type object = map[string]any

// OpenAPI is the description of a link: one method, run, or none where visitors may not run it. base
// is the address of the installation.
func OpenAPI(view *sharingv1.SharedWorkflow, base, token string) ([]byte, error) {
	paths := object{}
	if view.GetRunAllowed() {
		paths["/v1/shared/"+token+":run"] = object{"post": run(view)}
	}
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": orElse(contract.Plain(view.GetTitle(), 200), "A shared workflow"), "version": strconv.Itoa(int(view.GetVersion())),
			"description": describe(view), "license": object{"name": "Ask the owner of the link", "identifier": "LicenseRef-owner"},
		},
		"servers":    []object{{"url": base}},
		"security":   []object{{}, {"key": []string{}}},
		"paths":      paths,
		"components": components(),
	}, "", "  ")
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// describe says first what Keyhole knows, and then what the owner says.
func describe(view *sharingv1.SharedWorkflow) string {
	text := "A workflow of " + contract.Plain(view.GetOwner(), 200) + ", shared with Keyhole. " + view.GetTerms().GetSummary()
	if said := contract.Plain(view.GetDescription(), 1000); said != "" {
		text += "\n\nThe owner says: " + said
	}
	return text
}

func run(view *sharingv1.SharedWorkflow) object {
	inputs := view.GetInterface().GetInputs()
	content := object{
		"application/json":    object{"schema": request(inputs)},
		"multipart/form-data": object{"schema": form(inputs)},
	}
	if pictures(inputs) == 1 {
		content["image/*"] = object{"schema": object{}}
	}
	return object{
		"operationId": "run", "summary": "Run the workflow",
		"requestBody": object{"required": true, "content": content},
		"responses": object{
			"200":     object{"description": "The run has finished.", "content": object{"application/json": object{"schema": response(view)}}},
			"4XX":     object{"description": "The run was refused or failed.", "content": object{"application/json": object{"schema": ref("Status")}}},
			"default": object{"description": "The run failed.", "content": object{"application/json": object{"schema": ref("Status")}}},
		},
	}
}

func pictures(inputs []*sharingv1.Input) (n int) {
	for _, in := range inputs {
		if contract.IsPicture(in) {
			n++
		}
	}
	return n
}

func request(inputs []*sharingv1.Input) object {
	return object{
		"type": "object", "additionalProperties": false,
		"properties": object{
			"inputs":       Inputs(inputs),
			"requestId":    object{"type": "string", "maxLength": 128, "description": "A run with this id happens once."},
			"destinations": object{"type": "object", "additionalProperties": object{"type": "string"}, "description": "Where each credential goes, as the link showed it."},
		},
	}
}

// Inputs is the schema of all inputs of a link.
func Inputs(inputs []*sharingv1.Input) contract.Schema {
	properties, required := object{}, []string{}
	for _, in := range inputs {
		if in.GetCredential() {
			properties[in.GetName()] = object{
				"type": "string", "format": "password", "writeOnly": true,
				"description": "A credential that goes to " + in.GetDestination() + ". It is used for this run and not kept.",
			}
		} else {
			properties[in.GetName()] = contract.Input(in, ref("Picture"))
		}
		if in.GetRequired() {
			required = append(required, in.GetName())
		}
	}
	out := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func form(inputs []*sharingv1.Input) object {
	properties, required := object{}, []string{}
	for _, in := range inputs {
		properties[in.GetName()] = object{"type": "string"}
		if contract.IsPicture(in) {
			properties[in.GetName()] = object{"type": "string", "contentMediaType": "application/octet-stream"}
		}
		if in.GetRequired() {
			required = append(required, in.GetName())
		}
	}
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func response(view *sharingv1.SharedWorkflow) object {
	properties := object{}
	for _, o := range view.GetInterface().GetOutputs() {
		properties[o.GetName()] = contract.Output(o)
	}
	return object{
		"type": "object",
		"properties": object{
			"run": object{"type": "string", "description": "The id of the run."},
			"outputs": object{
				"type": "array", "items": object{"type": "object", "properties": properties},
				"description": "One object for each element of the input batch.",
			},
			"charges":    object{"type": "array", "items": object{"type": "object"}, "description": "What the run used."},
			"allowances": object{"type": "array", "items": object{"type": "object"}, "description": "What remains of the limits."},
		},
	}
}

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

func components() object {
	return object{
		"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer", "description": "A key of Keyhole. Without one, the run is a guest's."}},
		"schemas": object{
			"Picture": contract.Picture(),
			"Status": object{
				"type": "object", "description": "google.rpc.Status", "properties": object{
					"code": object{"type": "integer"}, "message": object{"type": "string"},
					"details": object{"type": "array", "items": object{"type": "object"}},
				},
			},
		},
	}
}
