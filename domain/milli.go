package domain

import (
	"strconv"
)

// Milli is a number in thousandths: 1500 is 1.5. In JSON it is a plain decimal number with at most three decimals.
type Milli int64

// milliDigitsMax bounds the digits before the point, so that thousandths stay far inside an int64.
const milliDigitsMax = 15

// ParseMilli reads a decimal number such as 4, 4.5 or -0.125. Exponents, NaN, infinities, more than three decimals and
// more than 15 digits before the point are refused.
func ParseMilli(text string) (Milli, error) {
	s, negative := text, false
	if s != "" && s[0] == '-' {
		s, negative = s[1:], true
	}
	digits, decimals, n := 0, -1, int64(0)
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			if decimals >= 0 {
				decimals++
			} else {
				digits++
			}
			if decimals > 3 || digits > milliDigitsMax {
				return 0, milliError(text)
			}
			n = n*10 + int64(c-'0')
		case c == '.' && decimals < 0 && digits > 0:
			decimals = 0
		default:
			return 0, milliError(text)
		}
	}
	if digits == 0 || decimals == 0 || digits > 1 && s[0] == '0' {
		return 0, milliError(text)
	}
	for d := max(decimals, 0); d < 3; d++ {
		n *= 10
	}
	if negative {
		n = -n
	}
	return Milli(n), nil
}

func milliError(text string) error {
	return invalid("", quote(text)+" is not a decimal number with at most three decimals", "write for example 4 or 4.25")
}

// Append appends the number as JSON, without needless zeros.
func (m Milli) Append(b []byte) []byte {
	u := uint64(m)
	if m < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/1000, 10)
	if f := u % 1000; f != 0 {
		b = append(b, '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b
}

func (m Milli) String() string { return string(m.Append(nil)) }

// Float returns the nearest double.
func (m Milli) Float() float64 { return float64(m) / 1000 }

// MarshalJSON implements json.Marshaler.
func (m Milli) MarshalJSON() ([]byte, error) { return m.Append(nil), nil }

// UnmarshalJSON implements json.Unmarshaler. It fails as ParseMilli does.
func (m *Milli) UnmarshalJSON(data []byte) error {
	v, err := ParseMilli(string(data))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// Rating is a rating in thousandths, RatingMin to RatingMax. In JSON it is a number from 1 to 5 with at most three
// decimals.
type Rating int32

// The bounds of a Rating.
const (
	RatingMin Rating = 1000
	RatingMax Rating = 5000
)

// ParseRating reads a rating as ParseMilli does, and refuses what is not between 1 and 5.
func ParseRating(text string) (Rating, error) {
	m, err := ParseMilli(text)
	if err != nil {
		return 0, invalid("rating", quote(text)+" is not a rating", "write 1 to 5 with at most three decimals, such as 4.5")
	}
	if m < Milli(RatingMin) || m > Milli(RatingMax) {
		return 0, ratingError(m)
	}
	return Rating(m), nil
}

// Valid tells whether the rating is in bounds.
func (r Rating) Valid() bool { return RatingMin <= r && r <= RatingMax }

// Append appends the rating as JSON.
func (r Rating) Append(b []byte) []byte { return Milli(r).Append(b) }

func (r Rating) String() string { return Milli(r).String() }

// MarshalJSON implements json.Marshaler. It fails on a rating that is out of bounds.
func (r Rating) MarshalJSON() ([]byte, error) {
	if !r.Valid() {
		return nil, ratingError(Milli(r))
	}
	return r.Append(nil), nil
}

// UnmarshalJSON implements json.Unmarshaler. It fails as ParseRating does.
func (r *Rating) UnmarshalJSON(data []byte) error {
	v, err := ParseRating(string(data))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

func ratingError(m Milli) error {
	return invalid("rating", m.String()+" is out of range", "ratings go from 1 to 5")
}
