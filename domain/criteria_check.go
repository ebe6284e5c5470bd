package domain

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// checkHash checks the name of a criteria document: "sha256:" and 64 lower-case hexadecimal digits.
func checkHash(field, hash string) error {
	digits, ok := strings.CutPrefix(hash, "sha256:")
	if ok && len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == "" {
		return nil
	}
	if hash == "" {
		return invalid(field, "is missing", "give sha256: and 64 hexadecimal digits")
	}
	return invalid(field, quote(hash)+" is not a hash", "write sha256: and 64 lower-case hexadecimal digits")
}

func checkOptionalHash(field, hash string) error {
	if hash == "" {
		return nil
	}
	return checkHash(field, hash)
}

// checkImpact checks the report of what criteria would change.
func checkImpact(impact json.RawMessage) error {
	if len(impact) > 0 && (!json.Valid(impact) || bytes.TrimLeft(impact, " \t\r\n")[0] != '{') {
		return invalid("impact", "is not a JSON object", "give the report as {...}, or leave it out")
	}
	return nil
}

func checkDocument(document string) error {
	if len(document) > DocumentBytesMax {
		return invalid("document", "has "+itoa(len(document))+" bytes", "at most "+itoa(DocumentBytesMax)+" are allowed")
	}
	if !utf8.ValidString(document) {
		return invalid("document", "is not valid UTF-8", "convert the text to UTF-8")
	}
	return nil
}

func (p *CriteriaProposed) check() error {
	return firstError(
		checkImpact(p.Impact),
		checkHash("hash", p.Hash), required("document", p.Document), checkDocument(p.Document),
		requiredID("by", p.By), checkID("position", p.Position))
}

func (p *CriteriaApproved) check() error {
	return firstError(
		checkHash("hash", p.Hash), requiredID("by", p.By), checkImpact(p.Impact), checkID("position", p.Position))
}

func (p *CriteriaActivated) check() error {
	return firstError(checkHash("hash", p.Hash), checkTime("effective_at", p.EffectiveAt), checkDocument(p.Document))
}

func (p *CriteriaWithdrawn) check() error {
	return firstError(checkHash("hash", p.Hash), requiredID("by", p.By))
}
