package csvfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Report is what an import did. Rejected counts rows.
type Report struct {
	eventstore.IngestReport
	Rows int // without the header and empty ones
}

// Reject is a row that was not imported.
type Reject struct {
	File   string
	Line   int
	Reason string
	Cells  []string // as the file has them; the whole line as one where it could not be split
}

// Import reads a table and records what its rows mean. File names it in messages. A file that can be read twice (an
// io.ReadSeeker that does seek) is checked for its encoding first, so that nothing of a garbled file is recorded.
// Rejects, if not nil, gets the rows that are not imported; an error of it ends the import.
func Import(ctx context.Context, store eventstore.Store, r io.Reader, file string, profile *Profile, rejects *Rejects,
	o eventstore.IngestOptions,
) (Report, error) {
	if seeker, ok := r.(io.ReadSeeker); ok {
		if _, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			if err := CheckEncoding(seeker, profile.Encoding); err != nil {
				return Report{}, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	im := &importer{
		profile: profile, file: file, rejects: rejects, ids: newIDs(profile.Source), caller: o.Rejected,
		fields: map[domain.EventType]map[string]fieldKind{},
		rows:   newRowReader(newDecoder(r, profile.Encoding), profile.Delimiter),
	}
	if err := im.header(); err != nil {
		return Report{}, fmt.Errorf("%s: %w", file, err)
	}
	if err := im.load(ctx, store); err != nil {
		return Report{}, err
	}
	o.Rejected = im.rejected
	report, err := eventstore.Ingest(ctx, store, im.items(), o)
	if err == nil {
		err = im.err
	}
	report.Rejected += im.unreadable
	report.Rejections = append(im.rejections, report.Rejections...)
	return Report{IngestReport: report, Rows: im.count}, err
}

// pairKey is a mentor and a mentee in a program.
type pairKey struct {
	program        domain.Slug
	mentor, mentee uuid.UUID
}

type importer struct {
	profile *Profile
	table   *table
	file    string
	rows    *rowReader
	rejects *Rejects
	caller  func(eventstore.Rejection)
	ids     ids
	pairs   map[pairKey]string // the stream of their oldest mentorship, before the import
	fields  map[domain.EventType]map[string]fieldKind

	count      int
	unreadable int
	rejections []eventstore.Rejection // of rows that mean no event, the first ones
	err        error                  // of rejects
}

func (im *importer) header() error {
	first, err := im.rows.next()
	switch {
	case err == io.EOF:
		return errors.New("the file is empty; the first row names the columns")
	case err != nil:
		return err
	case first.err != nil:
		return fmt.Errorf("line %d, the header: %w", first.line, first.err)
	}
	im.table, err = im.profile.bind(first.cells)
	if err != nil {
		return fmt.Errorf("line %d: %w", first.line, err)
	}
	im.rows.want = len(im.table.header)
	if im.rejects != nil {
		im.rejects.begin(im.table.header, im.profile.Delimiter)
	}
	return nil
}

// load learns which mentorships there are already.
func (im *importer) load(ctx context.Context, store eventstore.Store) error {
	im.pairs = map[pairKey]string{}
	if im.profile.stream.category != domain.CategoryMentorship {
		return nil
	}
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypeMentorshipStarted}}
	for r, err := range store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return fmt.Errorf("read the mentorships that there are: %w", err)
		}
		e, err := eventstore.Decode(r)
		if err != nil {
			return fmt.Errorf("read the mentorships that there are: %w", err)
		}
		started, ok := e.Payload.(*domain.MentorshipStarted)
		if !ok {
			continue
		}
		key := pairKey{started.Program, started.Mentor, started.Mentee}
		if _, older := im.pairs[key]; !older {
			im.pairs[key] = r.Stream
		}
	}
	return nil
}

// origin is what a rejection needs of a row.
type origin struct{ cells []string }

func (im *importer) items() iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		for {
			r, err := im.rows.next()
			if err == nil {
				err = im.err
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(eventstore.IngestItem{}, fmt.Errorf("%s: %w", im.file, err))
				return
			}
			if blank(r) {
				continue
			}
			im.count++
			if !im.row(r, yield) {
				return
			}
		}
	}
}

// blank tells a row of empty cells, of which spreadsheets export many.
func blank(r row) bool {
	for _, c := range r.cells {
		if c != "" {
			return false
		}
	}
	return r.err == nil
}

func (im *importer) row(r row, yield func(eventstore.IngestItem, error) bool) bool {
	place := eventstore.Place{File: im.file, Line: r.line}
	err := r.err
	if want := len(im.table.header); err == nil && len(r.cells) != want {
		err = fmt.Errorf("the row has %d cells, and the header has %d", len(r.cells), want)
	}
	var item eventstore.IngestItem
	if err == nil {
		item, err = im.item(r.cells)
	}
	cells := r.cells
	if cells == nil {
		cells = []string{r.text}
	}
	if err != nil {
		const rejectionsKept = 1000
		im.unreadable++
		if len(im.rejections) < rejectionsKept {
			im.rejections = append(im.rejections, eventstore.Rejection{Place: place, Err: err})
		}
		im.rejected(eventstore.Rejection{Place: place, Err: err, Origin: origin{cells}})
		return true
	}
	item.Place, item.Origin = place, origin{cells}
	return yield(item, nil)
}

func (im *importer) rejected(r eventstore.Rejection) {
	if im.caller != nil {
		im.caller(r)
	}
	if im.rejects == nil || im.err != nil {
		return
	}
	o, _ := r.Origin.(origin)
	if err := im.rejects.add(Reject{r.Place.File, r.Place.Line, r.Err.Error(), o.cells}); err != nil {
		im.err = fmt.Errorf("write rejected rows: %w", err)
	}
}
