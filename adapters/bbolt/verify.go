package bbolt

import (
	"context"

	"laurel/eventstore"
)

func (s *Store) Verify(ctx context.Context, progress func(done, total uint64)) (eventstore.VerifyReport, error) {
	return eventstore.VerifyReport{}, nil
}
func (s *Store) Chain(ctx context.Context) (eventstore.ChainHead, error) {
	return eventstore.ChainHead{}, nil
}
func (s *Store) Backup(ctx context.Context, path string) error { return nil }
