package bbolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	"laurel/eventstore"
)

// bbolt trusts its pages: on damaged ones it panics, reads outside of the mapped file, or descends a cycle until the
// stack is used up, which no recover stops. So this file reads the pages in its own way, from their documented layout,
// and believes nothing: each opening of a log looks over everything that leads to the records, and a verification
// walks the records too.
//
// A page is a header (id 8, flags 2, count 2, overflow 4 bytes), elements of 16 bytes, and what they point to. Numbers
// are in the machine's own order.
const (
	pageHeaderBytes = 16
	elementBytes    = 16

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagMeta     = 0x04
	flagFreelist = 0x10

	elementBucket = 0x01 // flag of a leaf element that is a bucket

	metaMagic   = 0xED0CDAED
	metaVersion = 2
	metaBytes   = 64 // with its checksum

	freelistCountMax = 0xFFFF // this count means that the real one is the first id

	levelsMax = 24 // of a tree: far more than fit in any file
)

var native = binary.NativeEndian

// meta is a root of the file: bbolt keeps two and writes them in turn, one a commit.
type meta struct {
	pageSize uint32
	root     uint64
	freelist uint64
	high     uint64 // pages from here on are not in use
	txid     uint64
}

// pages reads the pages of a file that belong to one commit.
type pages struct {
	file io.ReaderAt
	size int64
	meta
	seen    []uint64        // bit set of the pages met, so that none is met twice
	windows []window        // one a level of a tree: neighbours on a level are often neighbours in the file
	free    map[uint64]bool // pages in the freelist
}

// window is a part of the file in memory.
type window struct {
	from int64
	b    []byte
}

const windowBytes = 256 << 10

func damage(offset int64, format string, args ...any) *eventstore.CorruptError {
	return &eventstore.CorruptError{Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

// readMeta reads the meta page at an offset; index is 0 or 1.
func readMeta(file io.ReaderAt, offset int64, index uint64) (meta, error) {
	b := make([]byte, pageHeaderBytes+metaBytes)
	if _, err := file.ReadAt(b, offset); err != nil {
		if errors.Is(err, io.EOF) {
			return meta{}, damage(offset, "the file ends before its meta page %d does", index)
		}
		return meta{}, err
	}
	page, m := b[:pageHeaderBytes], b[pageHeaderBytes:]
	sum := fnv.New64a()
	sum.Write(m[:metaBytes-8])
	switch {
	case native.Uint32(m) != metaMagic, native.Uint64(page) != index, native.Uint16(page[8:]) != flagMeta:
		return meta{}, damage(offset, "meta page %d is not one: this is no event log, or its beginning is lost", index)
	case native.Uint32(m[4:]) != metaVersion:
		return meta{}, damage(offset, "meta page %d has version %d, want %d", index, native.Uint32(m[4:]), metaVersion)
	case native.Uint64(m[metaBytes-8:]) != sum.Sum64():
		return meta{}, damage(offset, "meta page %d does not match its checksum", index)
	}
	return meta{
		pageSize: native.Uint32(m[8:]),
		root:     native.Uint64(m[16:]),
		freelist: native.Uint64(m[32:]),
		high:     native.Uint64(m[40:]),
		txid:     native.Uint64(m[48:]),
	}, nil
}

// readMetas reads both meta pages. bbolt makes do with one; but the other may be that of the newest commit, and then
// what was acknowledged would be gone without a word.
func readMetas(file io.ReaderAt) (newest, before meta, err error) {
	first, err := readMeta(file, 0, 0)
	if err != nil {
		return meta{}, meta{}, err
	}
	if s := first.pageSize; s < 512 || s > 1<<20 || s&(s-1) != 0 {
		return meta{}, meta{}, damage(0, "meta page 0 gives a page size of %d", s)
	}
	second, err := readMeta(file, int64(first.pageSize), 1)
	if err != nil {
		return meta{}, meta{}, err
	}
	if second.txid > first.txid {
		first, second = second, first
	}
	if first.txid != second.txid+1 || first.pageSize != second.pageSize {
		return meta{}, meta{}, damage(0, "its two meta pages are not of commits in a row")
	}
	return first, second, nil
}

// newPages prepares to read the pages of a commit.
func newPages(file io.ReaderAt, size int64, m meta) (*pages, error) {
	if m.high > 1<<44 || size < int64(m.high)*int64(m.pageSize) {
		return nil, damage(size, "it is cut short: it has %d bytes, and %d are in use", size, m.high*uint64(m.pageSize))
	}
	p := &pages{file: file, size: size, meta: m, seen: make([]uint64, m.high/64+1), windows: make([]window, levelsMax)}
	if err := p.mark(0, 2); err != nil { // the meta pages
		return nil, err
	}
	return p, nil
}

func (p *pages) offset(id uint64) int64 { return int64(id) * int64(p.pageSize) }

// mark notes that pages are in use, and refuses those that are already.
func (p *pages) mark(id, n uint64) error {
	for ; n > 0; id, n = id+1, n-1 {
		if id >= p.high {
			return damage(-1, "page %d is used, and there are only %d", id, p.high)
		}
		if p.marked(id) {
			return damage(p.offset(id), "page %d is used twice", id)
		}
		p.seen[id/64] |= 1 << (id % 64)
	}
	return nil
}

func (p *pages) marked(id uint64) bool { return p.seen[id/64]&(1<<(id%64)) != 0 }

// read returns bytes of the file, valid until the next read on that level.
func (p *pages) read(level int, offset int64, n int) ([]byte, error) {
	w := &p.windows[level]
	if offset < w.from || offset+int64(n) > w.from+int64(len(w.b)) {
		size := n
		if offset == w.from+int64(len(w.b)) { // reading on: take more at once
			size = int(min(int64(max(n, windowBytes)), p.offset(p.high)-offset))
		}
		if cap(w.b) < size {
			w.b = make([]byte, size)
		}
		w.b, w.from = w.b[:size], offset
		if _, err := p.file.ReadAt(w.b, offset); err != nil {
			w.b = w.b[:0]
			return nil, fmt.Errorf("read at offset %d: %w", offset, err)
		}
	}
	return w.b[offset-w.from:][:n], nil
}

// page is a whole page with its overflow.
type page struct {
	id     uint64
	offset int64
	flags  uint16
	count  int
	b      []byte
}

// readPage reads a page and marks it.
func (p *pages) readPage(level int, id uint64) (page, error) {
	if err := p.mark(id, 1); err != nil {
		return page{}, err
	}
	offset := p.offset(id)
	b, err := p.read(level, offset, int(p.pageSize))
	if err != nil {
		return page{}, err
	}
	overflow := uint64(native.Uint32(b[12:]))
	if native.Uint64(b) != id {
		return page{}, damage(offset, "page %d says that it is page %d", id, native.Uint64(b))
	}
	if overflow > 0 {
		if err := p.mark(id+1, overflow); err != nil {
			return page{}, err
		}
		if b, err = p.read(level, offset, int(p.pageSize)*int(1+overflow)); err != nil {
			return page{}, err
		}
	}
	return parsePage(id, offset, b)
}

func parsePage(id uint64, offset int64, b []byte) (page, error) {
	if len(b) < pageHeaderBytes {
		return page{}, damage(offset, "page %d ends too early", id)
	}
	g := page{id: id, offset: offset, flags: native.Uint16(b[8:]), count: int(native.Uint16(b[10:])), b: b}
	if (g.flags == flagBranch || g.flags == flagLeaf) && pageHeaderBytes+g.count*elementBytes > len(b) {
		return page{}, damage(offset, "page %d has more elements, %d, than fit", id, g.count)
	}
	return g, nil
}

// element is a part of a branch or leaf page.
type element struct {
	key, value  []byte
	child       uint64 // of a branch
	bucket      bool   // whether the value is a bucket
	valueOffset int64  // in the file
}

func (g *page) element(i int) (element, error) {
	at := pageHeaderBytes + i*elementBytes
	e := g.b[at:]
	var key, value int
	var pos int
	var made element
	if g.flags == flagBranch {
		pos, key, made.child = int(native.Uint32(e)), int(native.Uint32(e[4:])), native.Uint64(e[8:])
	} else {
		flags := native.Uint32(e)
		pos, key, value = int(native.Uint32(e[4:])), int(native.Uint32(e[8:])), int(native.Uint32(e[12:]))
		if made.bucket = flags == elementBucket; flags > elementBucket {
			return made, damage(g.offset+int64(at), "element %d of page %d has unknown flags", i, g.id)
		}
	}
	if key == 0 || at+pos+key+value > len(g.b) {
		return made, damage(g.offset+int64(at), "element %d of page %d lies outside of it", i, g.id)
	}
	from := at + pos
	made.key, made.value = g.b[from:from+key], g.b[from+key:from+key+value]
	made.valueOffset = g.offset + int64(from+key)
	return made, nil
}

// tree walks the tree below a page, in the order of its keys.
type tree struct {
	pages *pages
	// leaf is called for each element of each leaf; if it is nil, leaves are marked but not read.
	leaf func(e element) error
	// where names the place of damage that has none: given the first key of what cannot be read, or nil.
	where func(key []byte) eventstore.Position
	last  []byte // the key before
}

func (t *tree) walk(root uint64) error {
	levels, err := t.pages.levels(root)
	if err != nil {
		return t.place(nil, err)
	}
	return t.place(nil, t.descend(root, levels-1, nil))
}

// levels counts the levels of a tree, all of whose leaves are on one.
func (p *pages) levels(id uint64) (int, error) {
	for levels := 1; levels < levelsMax; levels++ {
		if id < 2 || id >= p.high {
			return 0, damage(-1, "page %d is used, and there are only %d", id, p.high)
		}
		b, err := p.read(0, p.offset(id), int(p.pageSize))
		if err != nil {
			return 0, err
		}
		g, err := parsePage(id, p.offset(id), b)
		if err != nil {
			return 0, err
		}
		if g.flags == flagLeaf {
			return levels, nil
		}
		if g.flags != flagBranch || g.count == 0 {
			return 0, damage(g.offset, "page %d is neither a branch nor a leaf", id)
		}
		e, err := g.element(0)
		if err != nil {
			return 0, err
		}
		id = e.child
	}
	return 0, damage(p.offset(id), "page %d is its own ancestor", id)
}

// place gives an error the position of the event that it keeps from being read.
func (t *tree) place(key []byte, err error) error {
	var corrupt *eventstore.CorruptError
	if t.where != nil && errors.As(err, &corrupt) && corrupt.Position.IsZero() {
		corrupt.Position = t.where(key)
	}
	return err
}

// descend walks a page whose first key must be the one given, if any.
func (t *tree) descend(id uint64, level int, first []byte) error {
	if level == 0 && t.leaf == nil {
		return t.pages.mark(id, 1)
	}
	g, err := t.pages.readPage(level, id)
	if err != nil {
		return err
	}
	want, name := uint16(flagLeaf), "leaf"
	if level > 0 {
		want, name = flagBranch, "branch"
	}
	if g.flags != want {
		return damage(g.offset, "page %d is no %s page", id, name)
	}
	if g.count == 0 && first != nil {
		return damage(g.offset, "page %d is empty", id)
	}
	var before []byte
	for i := range g.count {
		e, err := g.element(i)
		if err != nil {
			return err
		}
		if i == 0 && first != nil && !bytes.Equal(e.key, first) {
			return damage(g.offset, "page %d does not begin with the key that leads to it", id)
		}
		if before != nil && bytes.Compare(before, e.key) >= 0 {
			return damage(g.offset, "the keys of page %d are out of order", id)
		}
		before = e.key
		if level > 0 {
			if err := t.place(e.key, t.descend(e.child, level-1, e.key)); err != nil {
				return err
			}
			continue
		}
		if t.last != nil && bytes.Compare(t.last, e.key) >= 0 {
			return damage(g.offset, "the keys of page %d are out of order", id)
		}
		t.last = append(t.last[:0], e.key...)
		if err := t.leaf(e); err != nil {
			return err
		}
	}
	return nil
}

// readFreelist reads the list of the pages that the next commit may use.
func (p *pages) readFreelist() error {
	if p.freelist < 2 || p.freelist >= p.high {
		return damage(0, "the list of free pages is at page %d of %d", p.freelist, p.high)
	}
	g, err := p.readPage(0, p.freelist)
	if err != nil {
		return err
	}
	if g.flags != flagFreelist {
		return damage(g.offset, "page %d is no list of free pages", g.id)
	}
	ids, count := g.b[pageHeaderBytes:], uint64(g.count)
	if count == freelistCountMax {
		count, ids = native.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		return damage(g.offset, "the list of free pages has more, %d, than fit", count)
	}
	p.free = make(map[uint64]bool, count)
	for i := range count {
		id := native.Uint64(ids[i*8:])
		if id < 2 || id >= p.high || p.free[id] {
			return damage(g.offset, "the list of free pages has page %d of %d, or has it twice", id, p.high)
		}
		p.free[id] = true
	}
	return nil
}

// checkFree wants no page to be both free and in use, and, when everything in use is marked, none to be neither.
func (p *pages) checkFree(whole bool) error {
	for id := range p.high {
		switch used := p.marked(id); {
		case used && p.free[id]:
			return damage(p.offset(id), "page %d is in use and in the list of free pages", id)
		case whole && !used && !p.free[id]:
			return damage(p.offset(id), "page %d is neither in use nor in the list of free pages", id)
		}
	}
	return nil
}

// bucket is where a bucket's tree is.
type bucket struct {
	root   uint64 // 0 for a bucket that is a single page inside another
	inline []byte
	offset int64 // of inline
}

// buckets reads the bucket of buckets, which has to have those named.
func (p *pages) buckets(names ...[]byte) (map[string]bucket, error) {
	found := make(map[string]bucket)
	t := tree{pages: p, leaf: func(e element) error {
		if !e.bucket || len(e.value) < 16 {
			return damage(e.valueOffset, "%q is no bucket", e.key)
		}
		b := bucket{root: native.Uint64(e.value), offset: e.valueOffset + 16}
		if b.root == 0 {
			b.inline = bytes.Clone(e.value[16:])
		}
		found[string(e.key)] = b
		return nil
	}}
	if err := t.walk(p.root); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := found[string(name)]; !ok {
			return nil, damage(p.offset(p.root), "bucket %q is missing", name)
		}
	}
	return found, nil
}

// walkBucket walks a bucket of the layout, in which no value is a bucket.
func (t *tree) walkBucket(b bucket) error {
	if leaf := t.leaf; leaf != nil {
		t.leaf = func(e element) error {
			if e.bucket {
				return damage(e.valueOffset, "the value of key %q is a bucket", e.key)
			}
			return leaf(e)
		}
	}
	if b.root != 0 {
		return t.walk(b.root)
	}
	g, err := parsePage(0, b.offset, b.inline)
	if err != nil {
		return err
	}
	if g.flags != flagLeaf {
		return damage(b.offset, "a bucket inside page %d has no leaf", 0)
	}
	for i := range g.count {
		e, err := g.element(i)
		if err != nil {
			return err
		}
		if t.last != nil && bytes.Compare(t.last, e.key) >= 0 {
			return damage(b.offset, "the keys of a bucket are out of order")
		}
		t.last = append(t.last[:0], e.key...)
		if t.leaf == nil {
			continue
		}
		if err := t.leaf(e); err != nil {
			return t.place(e.key, err)
		}
	}
	return nil
}
