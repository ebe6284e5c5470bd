package csvfile

import (
	"fmt"
	"strings"
	"time"
)

// dateTokens are the parts of a date format and what package time calls them, longest first.
var dateTokens = []struct{ token, layout string }{
	{"YYYY", "2006"}, {"YY", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"DD", "02"},
	{"D", "2"}, {"hh", "15"}, {"h", "3"}, {"mm", "04"}, {"ss", "05"}, {"AM", "PM"}, {"ZZ", "-0700"},
}

// dateFormat is a format of dates.
type dateFormat struct {
	text   string
	layout string
	zoned  bool // says its own time zone
}

const formatRFC3339 = "rfc3339"

// parseDateFormat reads a format such as DD.MM.YYYY hh:mm.
func parseDateFormat(text string) (dateFormat, error) {
	if strings.EqualFold(text, formatRFC3339) {
		return dateFormat{text, time.RFC3339, true}, nil
	}
	f := dateFormat{text: text}
	seen := map[byte]bool{}
	for rest := text; rest != ""; {
		found := false
		for _, t := range dateTokens {
			if after, ok := strings.CutPrefix(rest, t.token); ok {
				f.layout += t.layout
				f.zoned = f.zoned || t.token == "ZZ"
				seen[t.token[0]] = true
				rest, found = after, true
				break
			}
		}
		if found {
			continue
		}
		c := rest[0]
		if c >= 'a' && c <= 'z' && c != 'h' || c >= 'A' && c <= 'Z' && c != 'T' || c >= '0' && c <= '9' || c >= 0x80 {
			return f, fmt.Errorf("%q is not part of a date format; use YYYY, MM, DD, hh, mm, ss, ZZ and what stands between "+
				"them, or rfc3339", rest[:1])
		}
		f.layout += rest[:1]
		rest = rest[1:]
	}
	for _, part := range []struct {
		token byte
		name  string
	}{{'Y', "year (YYYY)"}, {'M', "month (MM)"}, {'D', "day (DD)"}} {
		if !seen[part.token] {
			return f, fmt.Errorf("the format has no %s", part.name)
		}
	}
	return f, nil
}

// parseDate reads a date in the first format that fits.
func (p *Profile) parseDate(text string) (time.Time, error) {
	for _, f := range p.formats {
		at, err := time.ParseInLocation(f.layout, text, p.location)
		if err != nil {
			continue
		}
		if !f.zoned {
			// A time that the clock change leaves out comes back as another one.
			if wall, err := time.Parse(f.layout, text); err == nil && wall.Format(wallLayout) != at.Format(wallLayout) {
				return at, fmt.Errorf("%q does not exist in %s: the clock was put forward", text, p.location)
			}
		}
		return at.UTC(), nil
	}
	formats := make([]string, len(p.formats))
	for i, f := range p.formats {
		formats[i] = f.text
	}
	return time.Time{}, fmt.Errorf("%q is not a date of the form %s", shorten(text), strings.Join(formats, " or "))
}

const wallLayout = "2006-01-02T15:04:05"
