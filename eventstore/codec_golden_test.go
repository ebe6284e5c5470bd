package eventstore

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
)

// writeMissing makes golden files for types and versions that have none. A file that exists is never written again:
// logs out there hold payloads like it.
var writeMissing = flag.Bool("write-missing", false, "write golden files that are missing, from the samples")

func goldenPath(t domain.EventType, schema int) string {
	return filepath.Join("testdata", "events", fmt.Sprintf("%s.v%d.json", t, schema))
}

// grownPath is the golden file of a type's newest version with the fields that it has got since its first golden file.
func grownPath(t domain.EventType) string {
	return filepath.Join("testdata", "events", fmt.Sprintf("%s.v%d.1.json", t, domain.SchemaOf(t)))
}

func sampleOf(t domain.EventType) domain.Payload { return payloadOf(samples, t) }

func payloadOf(samples []domain.Payload, t domain.EventType) domain.Payload {
	for _, p := range samples {
		if p.EventType() == t {
			return p
		}
	}
	return nil
}

func TestGoldenFilesDecodeForEver(t *testing.T) {
	for _, eventType := range domain.EventTypes() {
		want := sampleOf(eventType)
		if want == nil {
			t.Errorf("%s has no sample; add one to samples", eventType)
			continue
		}
		if first := payloadOf(firstSamples, eventType); first != nil {
			checkGolden(t, grownPath(eventType), domain.SchemaOf(eventType), want)
			want = first
		}
		for schema := 1; schema <= domain.SchemaOf(eventType); schema++ {
			checkGolden(t, goldenPath(eventType, schema), schema, want)
		}
	}
}

func checkGolden(t *testing.T, path string, schema int, want domain.Payload) {
	t.Helper()
	eventType := want.EventType()
	newest := domain.SchemaOf(eventType)
	canonical, err := EncodePayload(want)
	if err != nil {
		t.Errorf("encode the sample of %s: %v", eventType, err)
		return
	}
	golden, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && *writeMissing && schema == newest {
		golden = append(canonical, '\n')
		err = os.WriteFile(path, golden, 0o644)
	}
	if err != nil {
		t.Errorf("%s version %d has no golden file (run the test with -write-missing): %v", eventType, schema, err)
		return
	}
	golden = bytes.TrimSuffix(golden, []byte("\n"))
	got, err := DecodeStrict(eventType, schema, golden)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s decodes to %+v, want %+v", path, got, want)
	}
	again, err := EncodePayload(got)
	if err != nil || !bytes.Equal(again, canonical) {
		t.Errorf("%s encodes to %s, %v, want %s", path, again, err, canonical)
	}
	if schema == newest && !bytes.Equal(golden, canonical) {
		t.Errorf("%s holds %s, want the canonical %s", path, golden, canonical)
	}
}

func TestGoldenFilesAreAllOfKnownTypes(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "events", "*"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, eventType := range domain.EventTypes() {
		for schema := 1; schema <= domain.SchemaOf(eventType); schema++ {
			known[goldenPath(eventType, schema)] = true
		}
		known[grownPath(eventType)] = payloadOf(firstSamples, eventType) != nil
	}
	for _, path := range paths {
		if !known[path] {
			t.Errorf("%s is of no known type and version: a type or version must never be taken away", path)
		}
	}
}

// A sample that leaves a field empty would leave it out of the golden file.
func TestSamplesSetEveryField(t *testing.T) {
	var unset func(v reflect.Value, path string)
	unset = func(v reflect.Value, path string) {
		if v.IsZero() && !(v.Kind() == reflect.Struct && v.NumField() == 0) {
			t.Errorf("%s is not set in its sample", path)
		}
		if v.Kind() == reflect.Struct && v.Type().PkgPath() == "laurel/domain" {
			for i := range v.NumField() {
				unset(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	for _, p := range samples {
		unset(reflect.ValueOf(p).Elem(), string(p.EventType()))
	}
}

func TestEveryOlderVersionHasAnUpcast(t *testing.T) {
	for _, eventType := range domain.EventTypes() {
		if got, want := len(upcasts[eventType]), domain.SchemaOf(eventType)-1; got != want {
			t.Errorf("%s has %d upcasts, want %d, one from each older version", eventType, got, want)
		}
	}
}

// Whatever CheckPayload lets pass can be encoded, and decodes to the same also where decoding is strict.
func TestWhatPassesTheCheckStaysDecodable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := domain.NewPayload(rapid.SampledFrom(domain.EventTypes()).Draw(t, "type"))
		v := reflect.ValueOf(p).Elem()
		v.Set(reflect.ValueOf(sampleOf(p.EventType())).Elem())
		disturb(t, v)
		if domain.CheckPayload(p) != nil {
			return
		}
		data, err := EncodePayload(p)
		if err != nil {
			t.Fatalf("%+v passes the check and is not encoded: %v", p, err)
		}
		got, err := DecodeStrict(p.EventType(), domain.SchemaOf(p.EventType()), data)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%+v is encoded as %s and decodes to %+v, %v", p, data, got, err)
		}
	})
}

// disturb changes some of a payload's fields.
func disturb(t *rapid.T, v reflect.Value) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.Kind() != reflect.Struct && !rapid.Bool().Draw(t, "change "+name) {
			continue
		}
		switch {
		case f.Kind() == reflect.String:
			f.SetString(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9-]{1,8}`)).Draw(t, name))
		case f.CanInt():
			f.SetInt(rapid.Int64Range(-1, 6000).Draw(t, name))
		case f.Kind() == reflect.Bool:
			f.SetBool(rapid.Bool().Draw(t, name))
		case f.Kind() == reflect.Array:
			f.Set(reflect.ValueOf(rapid.SampledFrom([]uuid.UUID{{}, ada, ben, cyd}).Draw(t, name)))
		case f.Type() == reflect.TypeFor[time.Time]():
			at := time.Unix(rapid.Int64Range(-2e9, 7e9).Draw(t, name), rapid.Int64Range(0, 1e9).Draw(t, name+" ns"))
			f.Set(reflect.ValueOf(at.UTC()))
		case f.Kind() == reflect.Struct:
			disturb(t, f)
		}
	}
}
