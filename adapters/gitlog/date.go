package gitlog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"laurel/domain"
)

// dateLayouts are the --date formats of git log that name an instant, most likely first.
var dateLayouts = []string{
	time.RFC3339,                     // iso-strict
	"2006-01-02 15:04:05 -0700",      // iso
	"Mon Jan 2 15:04:05 2006 -0700",  // default
	"Mon, 2 Jan 2006 15:04:05 -0700", // rfc
	"2006-01-02",                     // short: midnight UTC
}

// localLayouts are the --date formats that lack a time zone; guessing one would move events silently.
var localLayouts = []string{
	"Mon Jan 2 15:04:05 2006", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "Mon, 2 Jan 2006 15:04:05",
}

// parseDate reads a commit date in any of git's formats that name an instant.
func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, errors.New("it has no CommitDate: line; save the log with --format=fuller")
	}
	at, err := parseInstant(text)
	if err != nil {
		return time.Time{}, err
	}
	at = at.UTC()
	if at.Before(domain.OccurredMin) || !at.Before(domain.OccurredMax) {
		return time.Time{}, fmt.Errorf("commit date %q is not between the years %d and %d", text,
			domain.OccurredMin.Year(), domain.OccurredMax.Year()-1)
	}
	return at, nil
}

func parseInstant(text string) (time.Time, error) {
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	// raw is "1215391801 -0700", unix the number alone; the zone does not change the instant.
	number, zone, zoned := strings.Cut(strings.TrimPrefix(text, "@"), " ")
	_, zoneErr := time.Parse("-0700", zone)
	if seconds, err := strconv.ParseInt(number, 10, 64); err == nil && (!zoned || zoneErr == nil) {
		if seconds < domain.OccurredMin.Unix() || seconds >= domain.OccurredMax.Unix() {
			return time.Time{}, fmt.Errorf("commit date %q is not between the years %d and %d", text,
				domain.OccurredMin.Year(), domain.OccurredMax.Year()-1)
		}
		return time.Unix(seconds, 0), nil
	}
	for _, layout := range localLayouts {
		if _, err := time.Parse(layout, text); err == nil {
			return time.Time{}, fmt.Errorf("commit date %q has no time zone; save the log with --date=iso-strict", text)
		}
	}
	return time.Time{}, fmt.Errorf("commit date %q cannot be read; save the log with --date=iso-strict", text)
}
