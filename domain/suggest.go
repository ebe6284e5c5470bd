package domain

import "unicode/utf8"

// suggestBytesMax bounds the words that Suggest compares, as the work grows with the product of their lengths.
const suggestBytesMax = 64

// Suggest returns the known word that a misspelt one most likely meant, or "" when none is near: a word that differs
// in letter case only, or else the one at the least edit distance (insertion, deletion, substitution, or two neighbours
// swapped), at most one edit for every three letters. Among equals the first known one wins.
func Suggest(word string, known []string) string {
	if word == "" || len(word) > suggestBytesMax {
		return ""
	}
	folded := foldASCII(word)
	best, bestDistance := "", max(1, utf8.RuneCountInString(word)/3)+1
	for _, k := range known {
		if len(k) > suggestBytesMax {
			continue
		}
		f := foldASCII(k)
		if f == folded {
			return k
		}
		if d := editDistance(folded, f); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// foldASCII lowers letters and drops the separators that people mix up, so that goal_met and GoalMet are one word.
func foldASCII(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_' || c == '-' || c == ' ':
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// editDistance is the optimal string alignment distance, by the usual dynamic programme over three rows.
func editDistance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	before, previous, current := make([]int, len(rb)+1), make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		current[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(rb)]
}
