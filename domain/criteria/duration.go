package criteria

import (
	"strconv"
	"strings"
	"time"
)

// durationDaysMax bounds every duration of a document: a hundred years.
const durationDaysMax = 36500

const day = 24 * time.Hour

// parseDays reads a duration such as 90d: whole days of 24 hours, 0 to durationDaysMax, no sign and no leading zero.
func parseDays(text string) (days int, ok bool) {
	digits, found := strings.CutSuffix(text, "d")
	if !found || digits == "" || len(digits) > 5 || (digits[0] == '0' && digits != "0") {
		return 0, false
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	days, _ = strconv.Atoi(digits)
	return days, days <= durationDaysMax
}

// daysHint suggests the whole days that a duration in another unit stands for.
func daysHint(text string) string {
	const right = "write whole days, 0d to 36500d, such as 90d"
	text = strings.TrimSpace(strings.ToLower(text))
	cut := 0
	for cut < len(text) && text[cut] >= '0' && text[cut] <= '9' {
		cut++
	}
	n, err := strconv.Atoi(text[:cut])
	if err != nil || n > durationDaysMax {
		return right
	}
	var per int
	switch strings.TrimSpace(text[cut:]) {
	case "", "day", "days", "d":
		per = 1
	case "w", "week", "weeks":
		per = 7
	case "m", "mo", "month", "months":
		per = 30
	case "y", "year", "years":
		per = 365
	case "h", "hour", "hours":
		if n%24 != 0 {
			return right
		}
		n, per = n/24, 1
	default:
		return right
	}
	if n*per > durationDaysMax {
		return right
	}
	return right + "; did you mean `" + strconv.Itoa(n*per) + "d`?"
}

// formatDays is the inverse of parseDays for a duration in nanoseconds.
func FormatDays(ns int64) string {
	return strconv.FormatInt(ns/int64(day), 10) + "d"
}
