package web

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"laurel/domain/criteria"
)

// A form sends each knob twice: as it is wanted, and as it was in the text when the form was made. So a number that was
// changed in the text is not set back by a knob that was not touched.
const (
	knobField = "knob:"
	wasField  = "was:"
)

const (
	knobTextMax  = 32 // bytes of a number as it is sent
	knobTurnsMax = 100
)

// readDraft reads the document that was sent, and sets the knobs that were turned.
func (v *visit) readDraft() (*draft, error) {
	text, err := v.secret("document", draftBytesMax)
	if err != nil {
		return nil, err
	}
	// Browsers send lines that end in a carriage return.
	d := &draft{Text: strings.ReplaceAll(text, "\r\n", "\n"), turns: map[string]knobTurn{}}
	var turned []string
	turns := 0
	for name := range v.r.PostForm {
		if id, ok := strings.CutPrefix(name, knobField); ok {
			turned = append(turned, id)
		}
	}
	slices.Sort(turned)
	for _, id := range turned {
		wanted, err := v.text(knobField+id, knobTextMax)
		if err != nil {
			return nil, err
		}
		was, err := v.text(wasField+id, knobTextMax)
		if err != nil {
			return nil, err
		}
		if wanted == was {
			continue
		}
		if turns++; turns > knobTurnsMax {
			return nil, invalid(knobField+id, "is one of more than %d numbers that were changed at once; change them in the text",
				knobTurnsMax)
		}
		d.turn(id, wanted)
	}
	d.check()
	return d, nil
}

// turn sets one knob in the text, or notes why not.
func (d *draft) turn(id, wanted string) {
	value, err := strconv.ParseFloat(wanted, 64)
	if err != nil {
		d.turns[id] = knobTurn{wanted, "it is no number"}
		return
	}
	text, err := criteria.Set("", []byte(d.Text), id, value)
	var knob *criteria.KnobError
	var invalid *criteria.InvalidError
	switch {
	case err == nil:
		d.Text, d.Turned = string(text), true
	case errors.As(err, &knob):
		d.turns[id] = knobTurn{wanted, knob.Problem}
	case errors.As(err, &invalid) && len(invalid.Diagnostics) > 0:
		d.turns[id] = knobTurn{wanted, invalid.Diagnostics[0].Message}
	}
}
