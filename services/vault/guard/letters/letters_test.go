package letters

import (
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

func worth(text string) float64 {
	var n view.Normaliser
	total := 0.0
	for _, c := range Cost(n.Append(nil, []byte(text))) {
		total += float64(c)
	}
	return total
}

// Words have less than two thirds of the bits of random letters of the same length.
func TestWordsAreWorthLess(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 2600)
	for i := range random {
		random[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[rnd.IntN(62)]
	}
	noise := worth(string(random)) / float64(len(random))
	words := "correcthorsebatterystaplethequickbrownfoxjumpsoverthelazydogsummerholidaycoffeetable"
	prose := worth(words) / float64(len(words))
	t.Logf("%.2f bits for each random symbol, %.2f for each of words", noise, prose)
	if noise < 5.8 || prose > 4.4 {
		t.Errorf("%.2f bits for each random symbol, %.2f for each of words", noise, prose)
	}
}
