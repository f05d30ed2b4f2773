package show

// View prints a shared workflow: the terms, inputs and outputs, and the remaining budget.
func (p Printer) View(view Object) error {
	if p.JSON {
		return p.Raw(view)
	}
	terms, _ := view["terms"].(Object)
	facts := Object{"terms": terms["summary"], "blocked": terms["blocked"], "destinations": terms["destinations"]}
	for _, field := range []string{"title", "description", "owner", "version", "runnable", "forkAllowed"} {
		facts[field] = view[field]
	}
	if err := p.One(facts, "title", "description", "owner", "version", "terms", "destinations", "blocked", "runnable", "forkAllowed"); err != nil {
		return err
	}
	if err := p.inputsAndOutputs(view); err != nil {
		return err
	}
	left, _ := view["allowances"].([]any)
	return p.Section("Left:", left, "scope", "runsLeft", "picturesLeft", "resetTime")
}

// Inspection prints the result of :inspect.
func (p Printer) Inspection(found Object) error {
	if p.JSON {
		return p.Raw(found)
	}
	if err := p.inputsAndOutputs(found); err != nil {
		return err
	}
	for _, section := range []struct {
		heading, list string
		fields        []string
	}{
		{"Credential slots:", "slots", []string{"step", "field", "provider", "credential", "destination"}},
		{"Models:", "models", []string{"step", "modelId", "private", "missing"}},
		{"Problems:", "problems", []string{"step", "field", "message"}},
		{"It runs, but cannot be shared:", "sharingProblems", []string{"step", "field", "message"}},
	} {
		rows, _ := found[section.list].([]any)
		if err := p.Section(section.heading, rows, section.fields...); err != nil {
			return err
		}
	}
	if empty(found["sinks"]) && empty(found["destinations"]) && empty(found["suspendedShares"]) {
		return nil
	}
	if err := p.Text(""); err != nil {
		return err
	}
	return p.One(found, "sinks", "destinations", "suspendedShares")
}

func (p Printer) inputsAndOutputs(r Object) error {
	shape, _ := r["interface"].(Object)
	inputs, _ := shape["inputs"].([]any)
	outputs, _ := shape["outputs"].([]any)
	if err := p.Section("Inputs:", inputs, "name", "kinds", "required", "defaultValue", "provider", "destination"); err != nil {
		return err
	}
	return p.Section("Outputs:", outputs, "name", "kinds")
}
