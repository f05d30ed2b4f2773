package manifest

import (
	_ "embed"
	"strings"
	"sync"
)

// fieldHelp is a sentence for each of the fields that many blocks have.
//
//go:embed source/fields.txt
var fieldHelp string

var helpOf = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(fieldHelp) {
		name, help, _ := strings.Cut(strings.TrimSpace(line), ": ")
		all[name] = help
	}
	return all
})

// capitals are words that keep their capital letters.
var capitals = map[string]string{
	"id": "ID", "ids": "IDs", "url": "URL", "api": "API", "iou": "IoU", "nms": "NMS", "ip": "IP", "plc": "PLC", "json": "JSON", "sms": "SMS", "smtp": "SMTP",
	"aws": "AWS", "s3": "S3", "vlm": "VLM", "lmm": "LMM", "ocr": "OCR", "qc": "QC", "openai": "OpenAI", "openrouter": "OpenRouter", "roboflow": "Roboflow",
	"sid": "SID", "fov": "FOV", "hud": "HUD", "bbox": "box", "pid": "PID", "ttl": "TTL", "cc": "CC", "bcc": "BCC", "qos": "QoS", "cmc": "CMC", "opc": "OPC",
}

// complete gives a field a title and, where there is one, the usual help.
func (f *Field) complete() {
	if f.Help == "" {
		f.Help = helpOf()[f.Name]
	}
	if f.Title != "" {
		return
	}
	words := strings.Split(f.Name, "_")
	for i, word := range words {
		if capital, ok := capitals[word]; ok {
			words[i] = capital
		}
	}
	f.Title = strings.Join(words, " ")
	f.Title = strings.ToUpper(f.Title[:1]) + f.Title[1:]
}
