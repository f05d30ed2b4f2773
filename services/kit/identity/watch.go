package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

// watchEvery is the maximum delay before a renewed certificate is used.
const watchEvery = time.Minute

// Watch reloads the identity when its files change, until ctx ends. If the files do not
// match, for example during a renewal, Watch keeps the current identity and tries again at
// the next interval. Open connections are not affected.
func (i *Identity) Watch(ctx context.Context, logger *slog.Logger) error {
	known := ""
	retry.Every(ctx, watchEvery, func(ctx context.Context) { known = i.look(ctx, logger, known) })
	return nil
}

// look reloads the files if their digest differs from known, and returns the current
// digest.
func (i *Identity) look(ctx context.Context, logger *slog.Logger, known string) string {
	if i.files == nil {
		return known
	}
	digest := i.files.digest()
	if digest != "" && digest == known {
		return known
	}
	before := i.now.Load().svid.Certificates[0]
	if err := i.Reload(); err != nil {
		logger.LogAttrs(ctx, slog.LevelError, "certificate not reloaded: the one that was there stays in use",
			slog.Any("error", err), slog.Time("expires", before.NotAfter))
		return known
	}
	if now := i.now.Load().svid.Certificates[0]; !now.Equal(before) {
		logger.LogAttrs(ctx, slog.LevelInfo, "certificate reloaded", slog.Time("expires", now.NotAfter))
	}
	return digest
}
