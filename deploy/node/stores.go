package node

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	registrymigrations "github.com/keyhole-dev/keyhole/services/registry/migrations"
	sharingmigrations "github.com/keyhole-dev/keyhole/services/sharing/migrations"
	vaultmigrations "github.com/keyhole-dev/keyhole/services/vault/migrations"
)

// stores are the databases, one for each service. No service reads another's tables, even
// in one process.
type stores struct {
	vault, sharing, registry *sqldb.DB
	vaultRedis, sharingRedis *redisx.Client
	blobs                    *blob.Bucket
}

func (n *Node) openStores(ctx context.Context) error {
	n.stores = &stores{}
	for _, db := range []struct {
		name, url  string
		migrations fs.FS
		to         **sqldb.DB
	}{
		{"vault", n.cfg.VaultDB, vaultmigrations.Files, &n.stores.vault},
		{"sharing", n.cfg.SharingDB, sharingmigrations.Files, &n.stores.sharing},
		{"registry", n.cfg.RegistryDB, registrymigrations.Files, &n.stores.registry},
	} {
		url := db.url
		if url == "" {
			url = "sqlite:" + filepath.Join(n.cfg.Data, db.name+".db")
		}
		opened, err := sqldb.Open(ctx, url, db.migrations, sqldb.Options{})
		if err != nil {
			return fmt.Errorf("open database of %s: %w", db.name, err)
		}
		*db.to = opened
		n.closers.Defer(opened.Close)
	}
	return n.openOthers(ctx)
}

// openOthers opens Redis and the bucket. The vault has its own Redis.
func (n *Node) openOthers(ctx context.Context) error {
	for _, r := range []struct {
		name, url string
		to        **redisx.Client
	}{
		{"vault", n.cfg.VaultRedis, &n.stores.vaultRedis},
		{"sharing", n.cfg.SharingRedis, &n.stores.sharingRedis},
	} {
		url := r.url
		if url == "" {
			url = embedded.URL
		}
		var opts []redisx.Option
		if n.tel.Tracer != nil {
			opts = append(opts, redisx.WithTracing(n.tel.Tracer))
		}
		opened, err := embedded.Open(ctx, url, r.name, opts...)
		if err != nil {
			return fmt.Errorf("open redis of %s: %w", r.name, err)
		}
		*r.to = opened
		n.closers.Defer(opened.Close)
	}
	bucket, err := openBlobs(ctx, n.cfg.Blobs, filepath.Join(n.cfg.Data, "blobs"))
	if err != nil {
		return err
	}
	n.stores.blobs = bucket
	n.closers.Defer(bucket.Close)
	return nil
}

// openBlobs opens the bucket at a URL, or the folder if there is no URL.
func openBlobs(ctx context.Context, url, folder string) (*blob.Bucket, error) {
	if url != "" {
		bucket, err := blob.OpenBucket(ctx, url)
		if err != nil {
			return nil, fmt.Errorf("open blobs: %w", err)
		}
		return bucket, nil
	}
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite, DirFileMode: 0o700})
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return bucket, nil
}
