package host

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // opens s3:// addresses
)

// Files opens the place where finished downloads lie: a bucket, or a
// folder that only this user may look into.
func Files(ctx context.Context, named, data string, end *Closers) (*blob.Bucket, error) {
	bucket, err := openBucket(ctx, named, data)
	if err != nil {
		return nil, fmt.Errorf("the place for downloads can't be opened: %w", err)
	}
	end.Add(bucket.Close)
	return bucket, nil
}

func openBucket(ctx context.Context, named, data string) (*blob.Bucket, error) {
	if strings.HasPrefix(named, "s3:") {
		return blob.OpenBucket(ctx, named)
	}
	folder := named
	if u, err := url.Parse(named); err == nil && u.Scheme == "file" {
		folder = u.Path
	}
	if folder == "" {
		beside, err := DataFolder(data)
		if err != nil {
			return nil, err
		}
		folder = filepath.Join(beside, "files")
		// A private database may come to lie beside it, run by somebody else.
		if err := os.MkdirAll(beside, 0o755); err != nil { //nolint:gosec // all that lies in it is private
			return nil, err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	// Files begin beside where they end: a rename across disks would fail, and
	// what a killed portal leaves is found and swept.
	return fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
}
