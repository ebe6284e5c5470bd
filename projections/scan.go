package projections

import (
	"bytes"
	"encoding/json"
	"errors"
)

var (
	errNotObject = errors.New("the payload is not a JSON object")
	errRange     = errors.New("the number is out of range")
)

// scanObject calls field with each top-level key of a JSON object and the raw text of its value. It checks only as much
// of the syntax as it needs to find its way: payloads were checked when they were recorded. An empty payload has no
// fields.
func scanObject(data []byte, field func(key, value []byte) error) error {
	i := skipSpace(data, 0)
	if i == len(data) {
		return nil
	}
	if data[i] != '{' {
		return errNotObject
	}
	i = skipSpace(data, i+1)
	if i < len(data) && data[i] == '}' {
		return nil
	}
	for {
		if i >= len(data) || data[i] != '"' {
			return errNotObject
		}
		end := stringEnd(data, i)
		if end < 0 {
			return errNotObject
		}
		key := data[i+1 : end-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			var text string
			if err := json.Unmarshal(data[i:end], &text); err != nil {
				return errNotObject
			}
			key = []byte(text)
		}
		i = skipSpace(data, end)
		if i >= len(data) || data[i] != ':' {
			return errNotObject
		}
		i = skipSpace(data, i+1)
		end = valueEnd(data, i)
		if end < 0 {
			return errNotObject
		}
		if err := field(key, data[i:end]); err != nil {
			return err
		}
		i = skipSpace(data, end)
		if i >= len(data) {
			return errNotObject
		}
		switch data[i] {
		case '}':
			return nil
		case ',':
			i = skipSpace(data, i+1)
		default:
			return errNotObject
		}
	}
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns the index after the string that begins at i, or -1.
func stringEnd(data []byte, i int) int {
	from := i + 1
	n := bytes.IndexByte(data[min(from, len(data)):], '"')
	if n < 0 {
		return -1
	}
	if bytes.IndexByte(data[from:from+n], '\\') < 0 {
		return from + n + 1 // nearly always
	}
	for i = from; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// valueEnd returns the index after the value that begins at i, or -1.
func valueEnd(data []byte, i int) int {
	if i >= len(data) {
		return -1
	}
	switch data[i] {
	case '"':
		return stringEnd(data, i)
	case '{', '[':
		depth := 0
		for ; i < len(data); i++ {
			switch data[i] {
			case '"':
				end := stringEnd(data, i)
				if end < 0 {
					return -1
				}
				i = end - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return -1
	default:
		start := i
		for i < len(data) && data[i] != ',' && data[i] != '}' && data[i] != ' ' && data[i] != '\n' && data[i] != '\t' && data[i] != '\r' {
			i++
		}
		if i == start {
			return -1
		}
		return i
	}
}

// text returns the string that a raw value holds. Most have no escapes and are returned as they stand, sharing data.
func text(value []byte) ([]byte, error) {
	if len(value) < 2 || value[0] != '"' {
		return nil, errors.New("want a string")
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return nil, errors.New("want a string")
	}
	return []byte(s), nil
}

// truth reports whether a raw value is true.
func truth(value []byte) bool { return len(value) == 4 && value[0] == 't' }

// whole reads an integer within an int16.
func whole(value []byte) (int16, error) {
	milli, err := thousandths(value, 0)
	return int16(milli), err
}

// thousandths reads a decimal number with at most the given number of decimals, scaled up by that many powers of ten.
// The result is within an int16.
func thousandths(value []byte, decimals int) (int64, error) {
	n, i, negative, point := int64(0), 0, false, -1
	if len(value) > 0 && value[0] == '-' {
		negative, i = true, 1
	}
	if i == len(value) {
		return 0, errors.New("want a number")
	}
	for ; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '.' && point < 0:
			point = i
		case c >= '0' && c <= '9':
			if point >= 0 && i-point > decimals {
				if c != '0' {
					return 0, errors.New("the number has too many decimals")
				}
				continue
			}
			if n = n*10 + int64(c-'0'); n > 1<<20 {
				return 0, errRange
			}
		default:
			return scientific(value, decimals)
		}
	}
	have := 0
	if point >= 0 {
		have = min(len(value)-1-point, decimals)
	}
	for ; have < decimals; have++ {
		n *= 10
	}
	if negative {
		n = -n
	}
	if n < -1<<15 || n >= 1<<15 {
		return 0, errRange
	}
	return n, nil
}

// scientific reads what thousandths reads, written with an exponent.
func scientific(value []byte, decimals int) (int64, error) {
	var f float64
	if err := json.Unmarshal(value, &f); err != nil {
		return 0, errors.New("want a number")
	}
	for range decimals {
		f *= 10
	}
	if f != float64(int64(f)) || f < -1<<15 || f >= 1<<15 {
		return 0, errors.New("the number is out of range or has too many decimals")
	}
	return int64(f), nil
}
