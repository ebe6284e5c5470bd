package projections

import "fmt"

// codes numbers the words of a dictionary. Few words make up most of a log: the latest are found without the map.
type codes struct {
	of     map[string]uint16
	latest [16]struct {
		word string
		code uint16
	}
}

func newCodes() codes { return codes{of: map[string]uint16{"": 0}} }

func (c *codes) encode(dictionary *[]string, word, what string) (uint16, error) {
	if word == "" {
		return 0, nil
	}
	latest := &c.latest[(len(word)+int(word[0]))%len(c.latest)]
	if latest.word == word {
		return latest.code, nil
	}
	code, known := c.of[word]
	if !known {
		if len(*dictionary) > codesMax {
			return 0, fmt.Errorf("facts: the log has more than %d different %s: name them alike", codesMax, what)
		}
		code = uint16(len(*dictionary))
		*dictionary = append(*dictionary, word)
		c.of[word] = code
	}
	latest.word, latest.code = word, code
	return code, nil
}
