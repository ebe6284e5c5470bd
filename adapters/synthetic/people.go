package synthetic

import (
	"strconv"

	"github.com/google/uuid"
)

// The syllables that names are made of. They are chosen to be pronounceable and to name nobody in particular.
var (
	nameStarts = []string{
		"Al", "Ber", "Cal", "Dor", "El", "Fen", "Gil", "Hol", "Is", "Jor", "Kel", "Lu", "Mar", "Nor", "Or",
		"Pel",
	}
	nameMiddles = []string{"a", "e", "i", "o", "an", "en", "ia", "or"}
	nameEnds    = []string{"da", "lin", "mo", "ra", "rin", "sa", "ta", "vin"}

	surnameStarts = []string{
		"Ash", "Birch", "Clay", "Dune", "Elm", "Fern", "Glen", "Heath", "Iron", "Juniper", "Kestrel", "Lark",
		"Moss", "North", "Oak", "Pine",
	}
	surnameEnds = []string{
		"bank", "bridge", "brook", "dale", "field", "ford", "gate", "hill", "holt", "ley", "march", "mere",
		"stead", "wick", "wood", "worth",
	}
)

// personName is a name in short: an index for each syllable, and the person's number.
type personName struct {
	number uint32
	parts  uint32 // 4 bits first, 3 bits second, 3 bits third syllable; 4 bits and 4 bits of the surname
}

func (n personName) syllables() (first, last string) {
	p := n.parts
	first = nameStarts[p&15] + nameMiddles[p>>4&7] + nameEnds[p>>7&7]
	last = surnameStarts[p>>10&15] + surnameEnds[p>>14&15]
	return first, last
}

func (n personName) full() string {
	first, last := n.syllables()
	return first + " " + last
}

// appendEmail appends the address, which the number makes unique.
func (n personName) appendEmail(b []byte) []byte {
	first, last := n.syllables()
	b = appendLower(b, first)
	b = append(b, '.')
	b = appendLower(b, last)
	b = strconv.AppendUint(b, uint64(n.number), 10)
	return append(b, "@example.org"...)
}

func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// person is somebody of the history.
type person struct {
	id         uuid.UUID
	parts      uint32
	promotions uint8
	consents   uint8 // bit 0: team
	mentor     bool
}

// addPerson invents somebody.
func (g *Generator) addPerson() uint32 {
	n := personName{number: uint32(len(g.people)), parts: uint32(g.random.pcg.Uint64())}
	g.emailScratch = n.appendEmail(append(g.emailScratch[:0], "mailto:"...))
	g.people = append(g.people, person{id: uuid.NewSHA1(uuid.NameSpaceURL, g.emailScratch), parts: n.parts})
	return n.number
}
