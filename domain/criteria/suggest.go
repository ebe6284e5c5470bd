package criteria

import (
	"fmt"
	"slices"
	"strings"
)

// nearest is the candidate that a writer most likely meant by name, or "" when none is near: one edit is allowed for
// every three letters, letter case aside, or one of the two is the beginning of the other.
func nearest(name string, candidates []string) string {
	const lettersMax = 64
	best, bestDistance := "", 1<<30
	low := strings.ToLower(name)
	if low == "" || len(low) > lettersMax {
		return ""
	}
	for _, candidate := range candidates {
		if len(candidate) > lettersMax {
			continue
		}
		lowCandidate := strings.ToLower(candidate)
		distance := editDistance([]rune(low), []rune(lowCandidate))
		allowed := max(1, (len([]rune(low))+1)/3)
		prefix := len(low) >= 3 && len(lowCandidate) >= 3 &&
			(strings.HasPrefix(lowCandidate, low) || strings.HasPrefix(low, lowCandidate))
		if (distance <= allowed && distance < len(low) || prefix) && distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

// didYouMean is a hint naming the nearest candidate, and otherwise all of them.
func didYouMean(name string, candidates []string) string {
	if near := nearest(name, candidates); near != "" {
		return fmt.Sprintf("did you mean `%s`?", near)
	}
	if len(candidates) == 0 {
		return ""
	}
	return "use " + oneOf(candidates)
}

// oneOf joins names as "a, b or c".
func oneOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// allOf joins names as "a, b and c".
func allOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b (the
// optimal string alignment distance).
func editDistance(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// zonesKnown are names that people look for; nearest of them is suggested for a zone that does not exist.
func zonesKnown() []string {
	return slices.Clone([]string{
		"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota",
		"America/Buenos_Aires", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City",
		"America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Dubai", "Asia/Ho_Chi_Minh", "Asia/Hong_Kong",
		"Asia/Jakarta", "Asia/Jerusalem", "Asia/Kolkata", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo",
		"Australia/Melbourne", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens",
		"Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki",
		"Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Oslo",
		"Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Vienna",
		"Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu",
	})
}
