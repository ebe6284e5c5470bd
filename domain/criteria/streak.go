package criteria

import "slices"

// addToStreak makes a unit active, and reports whether that may change the value.
func (s *state) addToStreak(m *measurePlan, at, unit int64) bool {
	n := len(s.entries)
	if _, queued := s.pushUnit(at, unit); queued {
		switch {
		case n > 0 && unit < s.latest:
			s.tangled = true
		case n == 0 || unit-s.latest > m.apartMax:
			s.runStart = n
			s.latest = unit
		default:
			s.latest = unit
		}
	} else if !s.over {
		return false
	}
	s.ends = m.starts.of(s.latest + m.apartMax + 1)
	s.over = false
	s.countRun(m)
	return true
}

func (s *state) expireStreak(m *measurePlan, t int64) {
	if s.ends <= t {
		s.over, s.ends = true, never
	}
	if m.windowNS > 0 {
		for s.heads[0] < len(s.entries) && addNS(s.entries[s.heads[0]].at, m.windowNS) <= t {
			s.heads[0]++
		}
	}
	s.countRun(m)
}

// nextOfStreak returns when a streak next changes by itself.
func (s *state) nextOfStreak(m *measurePlan) int64 {
	if m.windowNS > 0 && s.heads[0] < len(s.entries) {
		return min(s.ends, addNS(s.entries[s.heads[0]].at, m.windowNS))
	}
	return s.ends
}

// countRun sets a streak's value.
func (s *state) countRun(m *measurePlan) {
	head := 0
	if m.windowNS > 0 {
		head = s.heads[0]
	}
	latest := len(s.entries) - max(s.runStart, head)
	if s.tangled || m.windowNS > 0 && m.Longest {
		latest, s.longest = s.runsOf(head, m.apartMax)
	}
	s.longest = max(s.longest, latest)
	switch {
	case m.Longest:
		s.value = Milli(s.longest) * 1000
	case s.over:
		s.value = 0
	default:
		s.value = Milli(latest) * 1000
	}
}

// runsOf counts the latest and the longest run among the units in the queue, from nothing.
func (s *state) runsOf(head int, apartMax int64) (latest, longest int) {
	units := s.scratch[:0]
	for _, en := range s.entries[head:] {
		units = append(units, en.amount)
	}
	slices.Sort(units)
	units = slices.Compact(units)
	s.scratch = units
	for i, u := range units {
		if i > 0 && u-units[i-1] <= apartMax {
			latest++
		} else {
			latest = 1
		}
		longest = max(longest, latest)
	}
	return latest, longest
}
