package gitlog

import (
	"context"
	"io"

	"laurel/domain"
	"laurel/eventstore"
)

// Report is what an import did.
type Report struct {
	eventstore.IngestReport
	Commits  int // in the log
	Used     int // of them with a readable trailer that counts
	People   int
	Problems []Problem
}

// Import reads a git log and records what it gives for a program. File names the log in messages.
func Import(ctx context.Context, store eventstore.Store, r io.Reader, program domain.Slug, file string,
	o eventstore.IngestOptions,
) (Report, error) {
	log, err := Parse(contextReader{ctx, r})
	if err != nil {
		return Report{}, err
	}
	report := Report{Commits: log.Seen, Used: len(log.Commits), People: len(log.People), Problems: log.Problems}
	known, err := Load(ctx, store, program, log)
	if err != nil {
		return report, err
	}
	report.IngestReport, err = eventstore.Ingest(ctx, store, Items(log, program, file, known), o)
	return report, err
}

// contextReader stops reading when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
