package criteria

// bucket is what a cap has used up in one calendar unit. Clock changes can take the calendar back by a unit, so the
// unit before is remembered too. Units are kept plus unitBias, so that 0 is none.
type bucket struct {
	unit, before     int64
	used, usedBefore Milli
}

// unitBias makes the numbers of all units positive: days, the most of them, begin at -25,570.
const unitBias = 1 << 20

// turn returns what is used of a unit other than the present one: of the next, or of the one before.
func (b *bucket) turn(unit int64) *Milli {
	if unit < b.unit {
		if b.before != unit {
			b.before, b.usedBefore = unit, 0
		}
		return &b.usedBefore
	}
	b.before, b.usedBefore = b.unit, b.used
	b.unit, b.used = unit, 0
	return &b.used
}

// underCaps returns what every cap's bucket leaves of the points, and the cap that leaves the least, and uses it up in
// every bucket.
func (s *state) underCaps(e *Evaluator, m *measurePlan, at int64, mentee uint32, points Milli) (credited Milli, byCap int) {
	if e.units.at != at || !e.units.known {
		e.cut(at)
	}
	var used [capsMax]*Milli
	credited = points
	for c := range m.caps {
		limit := &m.caps[c]
		b := &s.buckets[c][0]
		if limit.Per == PerMentee {
			b = &s.buckets[c][mentee]
		}
		unit := e.units.number[limit.Every] + unitBias
		used[c] = &b.used
		if b.unit != unit {
			used[c] = b.turn(unit)
		}
		if left := limit.Max - *used[c]; left < credited {
			credited, byCap = left, c
		}
	}
	if credited > 0 {
		for c := range m.caps {
			*used[c] += credited
		}
	}
	return credited, byCap
}
