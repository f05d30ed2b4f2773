package show

// warnings are the texts of the notices that warn. The others repeat the guide, and are in
// the JSON.
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
