package naive

import (
	"fmt"
	"sort"
	"time"
)

// bucket names the calendar unit of t in the zone: two instants are in the same unit if their names are equal.
func bucket(t time.Time, every string, zone *time.Location) string {
	local := t.In(zone)
	switch every {
	case "ever":
		return "ever"
	case "day":
		return local.Format("2006-01-02")
	case "week":
		year, week := local.ISOWeek()
		return fmt.Sprintf("%d-W%d", year, week)
	case "month":
		return local.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%d-Q%d", local.Year(), (local.Month()+2)/3)
	case "year":
		return local.Format("2006")
	}
	panic("unknown unit " + every)
}

// unit numbers the local weeks or months, so that neighbours differ by one.
func unit(t time.Time, every string, zone *time.Location) int64 {
	local := t.In(zone)
	if every == "month" {
		return int64(local.Year())*12 + int64(local.Month()) - 1
	}
	// 0001-01-01 was a Monday. Hours: the span does not fit a time.Duration, so count seconds.
	date := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	return (date.Unix() - first.Unix()) / 86400 / 7
}

// unitStart is the first instant of unit n, searched between two instants before and after it.
func unitStart(n int64, every string, zone *time.Location) time.Time {
	lo := time.Date(1, 1, 1+int(n)*7-3, 0, 0, 0, 0, time.UTC)
	if every == "month" {
		lo = time.Date(int(n/12), time.Month(n%12+1), 1-3, 0, 0, 0, 0, time.UTC)
	}
	span := int64(6 * day)
	i := sort.Search(int(span), func(i int) bool { return unit(lo.Add(time.Duration(i)), every, zone) >= n })
	return lo.Add(time.Duration(i))
}
