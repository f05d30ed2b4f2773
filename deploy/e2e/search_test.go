package e2e_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// This checks that the search finds a secret if there is one.
func TestSearchFindsEachForm(t *testing.T) {
	t.Parallel()
	const secret = `sk-canary-"<0123456789abcdef>"&0123456789`
	var p planted
	p.add(credential, secret)
	p.add(link, "another-0123456789-0123456789")
	ix := p.index()
	quoted, err := json.Marshal(map[string]string{"error": "key " + secret + " is wrong"})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"raw": "a " + secret, "json": string(quoted), "hex": "x" + hex.EncodeToString([]byte("user:"+secret+"\n")),
		"base64":    base64.StdEncoding.EncodeToString([]byte("user:" + secret + "\n")),
		"base64, 1": base64.StdEncoding.EncodeToString([]byte("users:" + secret)),
		"base64, 2": base64.URLEncoding.EncodeToString([]byte("a user:" + secret + "@host")),
	} {
		if len(ix.find([]byte(text))) == 0 {
			t.Errorf("%s: not found in %s", name, text)
		}
		if len(ix.find([]byte(text), func(n needle) bool { return n.class == credential })) != 0 {
			t.Errorf("%s: found where it is allowed", name)
		}
	}
	if found := ix.find([]byte("sk-canary- alone is no secret")); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
