package render

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	barEvery = 100 * time.Millisecond // how often a bar is drawn
	logEvery = 5 * time.Second        // how often a line is logged where there is no terminal
	barWidth = 24
)

// Progress shows how far long work has come: a bar on a terminal, a line now and then elsewhere. It never blocks the
// work and starts no goroutine. A nil Progress shows nothing.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	now      func() time.Time
	what     string
	unit     string
	total    int64 // 0: unknown
	done     int64
	started  time.Time
	shown    time.Time
	drawn    bool
}

// NewProgress starts to show progress on w. The total may be 0 when it is not known.
func NewProgress(w io.Writer, terminal bool, now func() time.Time, what, unit string, total int64) *Progress {
	start := now()
	return &Progress{w: w, terminal: terminal, now: now, what: what, unit: unit, total: total, started: start,
		shown: start}
}

// Add counts n more units done.
func (p *Progress) Add(n int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	p.show()
}

// SetOf says that n units of a total are done.
func (p *Progress) SetOf(n, total int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = n, total
	p.show()
}

func (p *Progress) show() {
	now, every := p.now(), logEvery
	if p.terminal {
		every = barEvery
	}
	if now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", p.line(now))
		p.drawn = true
		return
	}
	fmt.Fprintln(p.w, p.line(now))
}

func (p *Progress) line(now time.Time) string {
	rate := ""
	if s := now.Sub(p.started).Seconds(); s > 0 {
		rate = fmt.Sprintf(", %.0f %s/s", float64(p.done)/s, p.unit)
	}
	if p.total <= 0 {
		return fmt.Sprintf("%s: %d %s%s", p.what, p.done, p.unit, rate)
	}
	part := min(1, float64(p.done)/float64(p.total))
	bar := ""
	if p.terminal {
		full := int(part * barWidth)
		bar = " [" + strings.Repeat("=", full) + strings.Repeat(" ", barWidth-full) + "]"
	}
	return fmt.Sprintf("%s:%s %3.0f %% (%d of %d %s%s)", p.what, bar, part*100, p.done, p.total, p.unit, rate)
}

// Done removes the bar.
func (p *Progress) Done() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
