package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// jsonDepthMax bounds how deep objects and lists stand in each other; no command needs more than a few.
const jsonDepthMax = 32

// isJSON tells whether a body is JSON by its type; without a type it is.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == mediaJSON || strings.HasSuffix(media, "+json"))
}

// checkJSON refuses JSON that two readers could understand differently, or that is meant to exhaust one: members given
// twice, texts that are not UTF-8, deep nesting, something after the end.
func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		return &fault{status: http.StatusBadRequest, field: "body", text: "is not text in UTF-8"}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if err := checkValue(d, "", 0); err != nil {
		var own *fault
		if errors.As(err, &own) {
			return err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it ends too early")
		}
		return &fault{status: http.StatusBadRequest, field: "body", text: fmt.Sprintf("is no JSON: %v", err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &fault{status: http.StatusBadRequest, field: "body", text: "has something after the JSON value"}
	}
	return nil
}

func checkValue(d *json.Decoder, field string, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		if text, ok := token.(string); ok && strings.ContainsRune(text, 0) {
			return invalid(nameOr(field, "body"), "contains a zero byte")
		}
		return nil
	}
	if depth == jsonDepthMax {
		return invalid(nameOr(field, "body"), "is nested too deep; at most %d levels are allowed", jsonDepthMax)
	}
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		inner := fmt.Sprintf("%s[%d]", field, i)
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name := key.(string)
			if inner = name; field != "" {
				inner = field + "." + name
			}
			if seen[name] {
				return invalid(inner[:min(len(inner), parameterBytesMax)], "is given twice; give it once")
			}
			seen[name] = true
		}
		if len(inner) > parameterBytesMax {
			return invalid("body", "has a member whose name is too long")
		}
		if err := checkValue(d, inner, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func nameOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}
