package criteria

import (
	"math"
	"sort"
	"time"

	"laurel/domain"
)

const dayNS = int64(24 * time.Hour)

// calendar cuts time into days, ISO weeks and months of one time zone, with integer arithmetic only. Days are numbered
// from 1970-01-01, weeks so that they start on Monday, months as 12*year + month - 1.
type calendar struct {
	zones      []zone // by start; the first starts at the least time
	firstDay   int64  // day number of monthOfDay[0]
	monthOfDay []uint16
}

// zone is a span of time with one offset from UTC.
type zone struct {
	startNS  int64
	offsetNS int64
}

// newCalendar builds the calendar of a location for all times that events can have.
func newCalendar(loc *time.Location) *calendar {
	c := &calendar{}
	min, max := domain.OccurredMin.AddDate(0, 0, -3), domain.OccurredMax.AddDate(0, 0, 3)
	for t := min; t.Before(max); {
		_, offset := t.In(loc).Zone()
		z := zone{startNS: t.UnixNano(), offsetNS: int64(offset) * int64(time.Second)}
		if len(c.zones) == 0 {
			z.startNS = math.MinInt64
		}
		if n := len(c.zones); n == 0 || c.zones[n-1].offsetNS != z.offsetNS {
			c.zones = append(c.zones, z)
		}
		_, end := t.In(loc).ZoneBounds()
		switch {
		case end.IsZero():
			t = max
		case end.After(t):
			t = end
		default: // on the last day of a leap year, where the package's own rules go on, ZoneBounds stands still
			t = t.Add(24 * time.Hour)
		}
	}
	c.firstDay = floorDiv(min.UnixNano(), dayNS)
	days := floorDiv(max.UnixNano(), dayNS) - c.firstDay + 1
	c.monthOfDay = make([]uint16, days)
	date := time.Unix(0, c.firstDay*dayNS).UTC()
	for i := 0; i < len(c.monthOfDay); {
		year, month, _ := date.Date()
		next := time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
		for n := int(next.Sub(date) / (24 * time.Hour)); n > 0 && i < len(c.monthOfDay); n-- {
			c.monthOfDay[i] = uint16(year*12 + int(month) - 1)
			i++
		}
		date = next
	}
	return c
}

// zoneAt returns the index of the zone that holds at t.
func (c *calendar) zoneAt(t int64) int {
	return sort.Search(len(c.zones), func(i int) bool { return c.zones[i].startNS > t }) - 1
}

// dayOf returns the number of the day of a local time. Unsigned, a division by a constant is one multiplication.
func (c *calendar) dayOf(local int64) int64 {
	return c.firstDay + int64(uint64(local-c.firstDay*dayNS)/uint64(dayNS))
}

// weekOf returns the number of the ISO week that a day belongs to. 1970-01-01 was a Thursday.
func weekOf(day int64) int64 { return int64(uint64(day+3+7*weekBias)/7) - weekBias }

// weekBias makes the numbers of weeks positive for a quick division.
const weekBias = 1 << 20

func (c *calendar) monthOf(day int64) int64 { return int64(c.monthOfDay[day-c.firstDay]) }

// dayStart returns the first instant at which the local day is the given one or a later one, even where a clock change
// skips its midnight.
func (c *calendar) dayStart(day int64) int64 {
	local := day * dayNS
	// No zone is further than a day from UTC: begin with the zone that holds two days before.
	for i := c.zoneAt(local - 2*dayNS); i < len(c.zones); i++ {
		start := max(local-c.zones[i].offsetNS, c.zones[i].startNS)
		if i+1 == len(c.zones) || start < c.zones[i+1].startNS {
			return start
		}
	}
	return math.MaxInt64
}

// weekStart returns the first instant of an ISO week.
func (c *calendar) weekStart(week int64) int64 { return c.dayStart(week*7 - 3) }

// monthStart returns the first instant of a month.
func (c *calendar) monthStart(month int64) int64 {
	first := time.Date(int(month/12), time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
	return c.dayStart(first.Unix() / (24 * 60 * 60))
}

// unitStarts are the first instants of the weeks or months of a calendar.
type unitStarts struct {
	first int64 // number of the first unit
	at    []int64
}

// startsOf tabulates the starts of weeks or months, for all times that events can have and a streak's grace beyond.
func (c *calendar) startsOf(every Every) unitStarts {
	lastDay := c.firstDay + int64(len(c.monthOfDay)) - 1
	u := unitStarts{}
	if every == EveryWeek {
		u.first = weekOf(c.firstDay)
		for week := u.first; week <= weekOf(lastDay)+graceMax+2; week++ {
			u.at = append(u.at, c.weekStart(week))
		}
		return u
	}
	u.first = c.monthOf(c.firstDay)
	for month := u.first; month <= c.monthOf(lastDay)+graceMax+2; month++ {
		u.at = append(u.at, c.monthStart(month))
	}
	return u
}

func (u *unitStarts) of(unit int64) int64 { return u.at[unit-u.first] }

// floorDiv divides rounding towards negative infinity; b > 0.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// addNS adds a span to a time, stopping at the greatest time: what would end later never ends.
func addNS(t, span int64) int64 {
	if span > 0 && t > math.MaxInt64-span {
		return math.MaxInt64
	}
	return t + span
}

// MonthStarts returns the first instants of the months, in the time zone of the document, from the month that one time
// is in to that of another: both are times that events can have.
func (p *Plan) MonthStarts(from, to time.Time) []time.Time {
	c := p.calendar
	var starts []time.Time
	for month := c.monthAt(from.UnixNano()); month <= c.monthAt(to.UnixNano()); month++ {
		starts = append(starts, time.Unix(0, c.monthStart(month)).UTC())
	}
	return starts
}

func (c *calendar) monthAt(t int64) int64 {
	return c.monthOf(c.dayOf(t + c.zones[c.zoneAt(t)].offsetNS))
}
