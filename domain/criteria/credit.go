package criteria

// credit reports whether the mentor is credited with the outcome, and how many mentors are.
func credit(candidates []Candidate, mentor uint32, c Credit) (credited bool, mentors Milli) {
	last := NoBond
	within, atLeast := uint32(c.WithinNS/minuteNS), uint32(c.AtLeastNS/minuteNS)
	for i := range candidates {
		k := &candidates[i]
		if k.StartedMin < atLeast || k.ActiveMin > within {
			continue
		}
		if k.Mentor != last || mentors == 0 {
			last = k.Mentor
			mentors++
		}
		credited = credited || k.Mentor == mentor
	}
	return credited, mentors
}
