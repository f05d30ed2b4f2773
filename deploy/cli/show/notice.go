package show

// warnings returns the texts of the warnings. The other notices repeat the guide and are
// only in the JSON.
func warnings(notices any) []any {
	list, _ := notices.([]any)
	var texts []any
	for _, item := range list {
		if notice, _ := item.(Object); notice["severity"] == "warning" {
			texts = append(texts, notice["text"])
		}
	}
	return texts
}
