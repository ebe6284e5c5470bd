package packet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// Limits on packets that come from anybody.
const (
	archiveBytesMax   = 1<<32 - 2 // of the whole file, so that it needs no ZIP64 directory
	directoryBytesMax = 1 << 20
	filesMax          = 2000
	documentsMax      = filesMax - 10 // criteria, beside which there are a few other files

	smallBytesMax    = 1 << 20  // manifest, README, a criteria document
	documentBytesMax = 1 << 30  // standings, awards, audit, and the history of criteria
	eventsBytesMax   = 64 << 30 // which are read in a stream
	lineBytesMax     = 17 << 20 // of an event: a store takes appends of 16 MiB

	expansionMax  = 200     // how many times its packed size a file may be; events and standings are about ten times
	expansionFree = 1 << 20 // bytes that a file may have whatever it expands to
)

// archive is the zip file of a packet, with what a packet may have in it.
type archive struct {
	files map[string]*zip.File
	names []string // in the order of the directory
}

// wrong is something that is wrong with a packet, as far as it can be told without computing anything.
type wrong struct {
	file string // "" for the whole packet
	text string
}

func (w *wrong) Error() string {
	if w.file == "" {
		return w.text
	}
	return w.file + ": " + w.text
}

func wrongf(file, format string, args ...any) error {
	return &wrong{file, fmt.Sprintf(format, args...)}
}

// documentFile matches the names of criteria documents.
var documentFile = regexp.MustCompile(`^criteria/[0-9a-f]{64}\.json$`)

// bytesMaxOf is how large a file of that name may be; 0 where a packet has none.
func bytesMaxOf(name string) uint64 {
	switch name {
	case readmeName, manifestName:
		return smallBytesMax
	case criteriaName, standingsName, awardsName, auditName:
		return documentBytesMax
	case eventsName:
		return eventsBytesMax
	}
	if documentFile.MatchString(name) {
		return smallBytesMax
	}
	return 0
}

// openArchive looks a zip file over before anything in it is unpacked. It fails with *wrong, or an error of reading.
func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	if size > archiveBytesMax {
		return nil, wrongf("", "it has %d bytes, and at most %d are allowed", size, int64(archiveBytesMax))
	}
	if err := checkDirectory(r, size); err != nil {
		return nil, err
	}
	r = io.NewSectionReader(r, 0, size) // places outside of the file are past its end, wherever they are said to be
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, notZip(err)
	}
	a := &archive{files: map[string]*zip.File{}}
	type extent struct{ from, to int64 }
	var taken []extent
	for _, f := range z.File {
		limit := bytesMaxOf(f.Name)
		switch {
		case limit == 0:
			return nil, wrongf("", "it holds a file %.80q, which no packet has", f.Name)
		case a.files[f.Name] != nil:
			return nil, wrongf(f.Name, "it is there more than once")
		case f.Flags&1 != 0 || f.Method != zip.Deflate && f.Method != zip.Store:
			return nil, wrongf(f.Name, "it is packed in a way that packets are not")
		case f.UncompressedSize64 > limit:
			return nil, wrongf(f.Name, "it has %d bytes, and at most %d are allowed", f.UncompressedSize64, limit)
		case f.UncompressedSize64 > expansionFree && f.UncompressedSize64/expansionMax > f.CompressedSize64:
			return nil, wrongf(f.Name, "it expands more than %d times", expansionMax)
		}
		at, err := f.DataOffset()
		if err != nil {
			return nil, notZip(err)
		}
		taken = append(taken, extent{at, at + int64(min(f.CompressedSize64, archiveBytesMax))})
		a.files[f.Name] = f
		a.names = append(a.names, f.Name)
	}
	slices.SortFunc(taken, func(a, b extent) int { return int(min(max(a.from-b.from, -1), 1)) })
	for i := range taken {
		if taken[i].to > size || i > 0 && taken[i].from < taken[i-1].to {
			return nil, wrongf("", "files in it overlap")
		}
	}
	return a, nil
}

// checkDirectory bounds how much the zip file makes its reader keep: the directory at its end has to be plain.
func checkDirectory(r io.ReaderAt, size int64) error {
	const endBytes = 22
	end := make([]byte, endBytes)
	if size < endBytes {
		return wrongf("", "it is no zip file")
	}
	if _, err := r.ReadAt(end, size-endBytes); err != nil {
		return err
	}
	if !bytes.HasPrefix(end, []byte("PK\x05\x06")) {
		return wrongf("", "it is no zip file that ends where it should")
	}
	files, bytes := binary.LittleEndian.Uint16(end[10:]), binary.LittleEndian.Uint32(end[12:])
	if files > filesMax || bytes > directoryBytesMax {
		return wrongf("", "it says that it holds %d files, and at most %d are allowed", files, filesMax)
	}
	return nil
}

// notZip tells what is wrong with the file from what is wrong with reading it.
func notZip(err error) error {
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, zip.ErrChecksum) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return wrongf("", "it is no zip file, or a damaged one")
	}
	return err
}

// open unpacks a file. Reading it fails where it is longer or shorter than the directory says, or damaged.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, wrongf(name, "it is missing")
	}
	r, err := f.Open()
	if err != nil {
		return nil, wrongf(name, "it cannot be unpacked: %v", err)
	}
	return &unpacked{name: name, r: r, left: f.UncompressedSize64}, nil
}

// unpacked is a file that is being unpacked, no further than its size says.
type unpacked struct {
	name string
	r    io.ReadCloser
	left uint64
}

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if uint64(n) > u.left {
		return 0, wrongf(u.name, "it is longer than the zip file says")
	}
	u.left -= uint64(n)
	if err != nil && err != io.EOF {
		return n, wrongf(u.name, "it is damaged: %v", err)
	}
	return n, err
}

func (u *unpacked) Close() error { return u.r.Close() }

// small reads a file that is small by its limit.
func (a *archive) small(name string) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
