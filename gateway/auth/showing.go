package auth

import "context"

type passKey struct{}

// showing returns the context of a request that shows a pass.
func showing(ctx context.Context, pass string) context.Context {
	return context.WithValue(ctx, passKey{}, pass)
}

// passIn returns the pass that a request shows, or "".
func passIn(ctx context.Context) string {
	pass, _ := ctx.Value(passKey{}).(string)
	return pass
}
