package criteria

import "math"

// unitsOfInstant are the numbers of the calendar units of one instant, found when first asked for.
type unitsOfInstant struct {
	at                 int64
	known              bool
	zoneStart, zoneEnd int64 // where the offset from UTC holds
	offset             int64
	number             [EveryYear + 1]int64 // those that the plan needs
}

// enter finds the offset from UTC at t.
func (u *unitsOfInstant) enter(c *calendar, t int64) {
	i := c.zoneAt(t)
	u.zoneStart, u.zoneEnd, u.offset = c.zones[i].startNS, math.MaxInt64, c.zones[i].offsetNS
	if i+1 < len(c.zones) {
		u.zoneEnd = c.zones[i+1].startNS
	}
}

// unit returns the number of the calendar unit of the present instant.
func (e *Evaluator) unit(every Every, at int64) int64 {
	if u := &e.units; !u.known || u.at != at {
		e.cut(at)
	}
	return e.units.number[every]
}

// cut finds the calendar units of an instant.
func (e *Evaluator) cut(at int64) {
	u, c := &e.units, e.plan.calendar
	if at < u.zoneStart || at >= u.zoneEnd {
		u.enter(c, at)
	}
	day := c.dayOf(at + u.offset)
	u.at, u.known = at, true
	u.number[EveryDay] = day
	u.number[EveryWeek] = weekOf(day)
	month := int64(c.monthOfDay[day-c.firstDay])
	u.number[EveryMonth] = month
	if e.plan.cuts[EveryQuarter] {
		u.number[EveryQuarter] = month / 3
	}
	if e.plan.cuts[EveryYear] {
		u.number[EveryYear] = month / 12
	}
}
