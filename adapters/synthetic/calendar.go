package synthetic

import (
	"math/bits"
	"sort"
	"time"
)

// The span of a history, whatever the clock says: ten years.
var (
	spanStart = time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	spanEnd   = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

const (
	dayNanos       = int64(24 * time.Hour)
	workStartNanos = int64(7 * time.Hour)
	workNanos      = int64(14 * time.Hour)
)

// monthWeights are the rhythm of a year: quiet in summer and around its end.
var monthWeights = [12]uint64{90, 105, 110, 100, 105, 95, 60, 50, 115, 120, 110, 70}

// weekdayWeights are the rhythm of a week, from Sunday.
var weekdayWeights = [7]uint64{8, 95, 110, 105, 100, 75, 10}

// calendar spreads a number of events over the days of the span, by weight.
type calendar struct {
	ends []uint64 // for each day, the number of events up to its end
	day  int
}

func newCalendar(events uint64) calendar {
	var sums []uint64
	total := uint64(0)
	for d := spanStart; d.Before(spanEnd); d = d.AddDate(0, 0, 1) {
		years := uint64(d.Year() - spanStart.Year())
		weight := monthWeights[d.Month()-1] * weekdayWeights[d.Weekday()] * (40 + 12*years)
		if d.Month() == time.December && d.Day() > 23 || d.Month() == time.January && d.Day() == 1 {
			weight /= 5
		}
		total += weight
		sums = append(sums, total)
	}
	c := calendar{ends: make([]uint64, len(sums))}
	for i, sum := range sums {
		high, low := bits.Mul64(events, sum)
		c.ends[i], _ = bits.Div64(high, low, total)
	}
	return c
}

// at returns when the event with this ordinal is recorded, in Unix nanoseconds. Ordinals come in ascending order, and
// so do the times. Part, below 2^16, says where in its share of the day the event lies.
func (c *calendar) at(ordinal, part uint64) int64 {
	if ordinal >= c.ends[c.day] {
		rest := c.ends[c.day+1:]
		c.day += 1 + sort.Search(len(rest), func(i int) bool { return rest[i] > ordinal })
	}
	begin := uint64(0)
	if c.day > 0 {
		begin = c.ends[c.day-1]
	}
	share := uint64(workNanos) / (c.ends[c.day] - begin)
	inDay := (ordinal-begin)*share + share*part>>16
	const precision = uint64(time.Millisecond)
	return spanStart.UnixNano() + int64(c.day)*dayNanos + workStartNanos + int64(inDay-inDay%precision)
}
