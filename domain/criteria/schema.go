package criteria

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"laurel/domain"
)

// schemaID names the schema; it need not be fetched from anywhere.
const schemaID = "https://laurel.example/schema/criteria-v1.json"

// Schema is the JSON Schema (draft 2020-12) of criteria documents, for completion and checks in editors. It is made
// from the same tables and limits as the parser, and knows everything but the inside of expressions, repeated types
// and tiers, time zones, and what names refer to.
func Schema() []byte {
	var compact, out bytes.Buffer
	writeJSON(&compact, documentSchema())
	if err := json.Indent(&out, compact.Bytes(), "", "  "); err != nil {
		panic(fmt.Sprintf("criteria: schema: %v", err)) // it is ours, and tested
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func documentSchema() object {
	return object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", schemaID},
		{"title", "Laurel criteria"},
		{"description", "How a program recognises its mentors: measures, a score, tiers and a policy."},
		{"type", "object"},
		{"additionalProperties", false},
		{"required", texts("apiVersion", "kind", "program", "measures", "score", "tiers")},
		{"properties", object{
			{"apiVersion", describe("The version of the format.", member{"const", apiVersion})},
			{"kind", describe("What the document is.", member{"const", documentKind})},
			{"program", describe("The slug of the program.", ref("slug"), examples("git"))},
			{"title", describe("What the criteria are called.", ref("line"), examples("Mentor tiers"))},
			{"timezone", describe("IANA name of the time zone in which days, ISO weeks and months are cut.",
				member{"type", "string"}, member{"minLength", integer(1)}, member{"maxLength", integer(64)},
				member{"not", object{{"const", "Local"}}}, member{"default", "UTC"},
				examples("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"))},
			{"measures", describe("Named numbers about a mentor, computed from facts.",
				member{"type", "object"}, member{"minProperties", integer(1)}, member{"maxProperties", integer(measuresMax)},
				member{"propertyNames", object{
					{"pattern", fmt.Sprintf("^[A-Za-z_][A-Za-z0-9_]{0,%d}$", nameBytesMax-1)},
					{"not", object{{"enum", texts(namesReserved()...)}}},
				}},
				member{"additionalProperties", object{{"$ref", "#/$defs/measure"}}})},
			{"score", describe("A number computed from the measures, in CEL.", ref("expression"),
				examples("effort + outcome"))},
			{"tiers", describe("Levels of recognition, the lowest first.", member{"type", "array"},
				member{"minItems", integer(1)}, member{"maxItems", integer(tiersMax)},
				member{"items", object{{"$ref", "#/$defs/tier"}}})},
			{"policy", describe("What publication of the criteria does to awards.", closed(nil,
				member{"gained", describe("What those get who newly meet a tier.", member{"const", "award"},
					member{"default", "award"})},
				member{"lost", describe("What happens to those who no longer meet a tier.",
					member{"default", "grandfather"}, member{"oneOf", []any{
						object{{"enum", texts("grandfather", "revoke")}},
						closed([]string{"grace"}, member{"grace", describe("How long they keep it.", ref("duration"))}),
					}})},
			)...)},
		}},
		{"$defs", definitions()},
	}
}

func definitions() object {
	return object{
		{"slug", describe("Lower-case letters, digits and hyphens.", member{"type", "string"},
			member{"pattern", fmt.Sprintf("^[a-z0-9][a-z0-9-]{0,%d}$", slugBytesMax-1)})},
		{"line", describe("A text on one line.", member{"type", "string"}, member{"maxLength", integer(titleBytesMax)},
			member{"pattern", `^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$`})},
		{"expression", describe("An expression in CEL.", member{"type", texts("string", "boolean", "number")},
			member{"pattern", `\S`}, member{"maxLength", integer(expressionBytesMax)})},
		{"duration", describe("Whole days of 24 hours, 0d to 36500d.", member{"type", "string"},
			member{"pattern", "^(0|[1-9][0-9]{0,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|36500)d$"},
			examples("90d", "180d", "365d"))},
		{"points", describe("A number with at most three decimals.", numeric(0, milliMax, 3)...)},
		{"type", describe("The type of an event that is a fact of a mentor.", member{"enum", texts(factTypeNames()...)})},
		{"types", describe("The event types that the measure takes.", member{"oneOf", []any{
			object{{"$ref", "#/$defs/type"}},
			object{{"type", "array"}, {"minItems", integer(1)}, {"uniqueItems", true},
				{"items", object{{"$ref", "#/$defs/type"}}}},
		}}, examples("SessionHeld"))},
		{"where", describe("Which facts count, in CEL over one fact: "+attributesSchema()+".", ref("expression"),
			examples(`rater == "mentee"`, `channel != "reviewed" || confirmed`))},
		{"window", describe("A fact at t counts at T when t <= T < t + window.", ref("duration"),
			member{"not", object{{"const", "0d"}}})},
		{"credit", creditSchema(false)},
		{"splitCredit", creditSchema(true)},
		{"measure", describe("One number about a mentor.", member{"type", "object"},
			member{"oneOf", measureSchemas()})},
		{"tier", tierSchema()},
	}
}

func attributesSchema() string {
	var names []string
	for _, a := range Attributes() {
		names = append(names, fmt.Sprintf("%s (%s)", a.Name, a.About))
	}
	return strings.Join(names, ", ")
}

func creditSchema(split bool) object {
	of := describe("Whether the points are divided by the number of such mentors.", member{"type", "boolean"},
		member{"default", false})
	if !split {
		of = append(of, member{"const", false})
	}
	return describe("Which mentors an outcome of a mentee belongs to.", closed(nil,
		member{"within", describe("The mentorship was last active at most so long before.", ref("duration"),
			member{"default", FormatDays(creditWithinDay * int64(day))})},
		member{"at_least", describe("The mentorship started at least so long before.", ref("duration"),
			member{"default", "0d"})},
		member{"split", of})...)
}

// measureSchemas are the five kinds of measures, each with the options that go with it.
func measureSchemas() []any {
	aggregate := func(key, about string) member {
		var words []string
		for _, a := range aggregateNames() {
			if a.key == key {
				words = append(words, a.value)
			}
		}
		return member{key, describe(about, member{"enum", texts(words...)})}
	}
	types := member{"of", object{{"$ref", "#/$defs/types"}}}
	common := []member{{"where", object{{"$ref", "#/$defs/where"}}}, {"window", object{{"$ref", "#/$defs/window"}}}}
	with := func(more ...member) []member { return append(append([]member{}, common...), more...) }
	credit := member{"credit", object{{"$ref", "#/$defs/credit"}}}
	var points object
	for _, t := range FactTypes() {
		points = append(points, member{string(t), object{{"$ref", "#/$defs/points"}}})
	}
	capped := closed([]string{"per", "every", "max"},
		member{"per", describe("Whose bucket it is.", member{"enum", texts("mentee", "mentor")})},
		member{"every", describe("When a new bucket begins.", member{"enum", texts(everyNames()...)})},
		member{"max", describe("The points that a bucket credits at most.", numeric(1, milliMax, 3)...)})
	step := closed([]string{"after", "keep"},
		member{"after", describe("From this age on.", ref("duration"))},
		member{"keep", describe("The part of the points that is kept.", numeric(0, microMax, 6)...)})
	prior := closed([]string{"mean", "weight"},
		member{"mean", describe("The rating that is assumed.", numeric(1000, 5000, 3)...)},
		member{"weight", describe("How many ratings it stands for.", numeric(1, milliMax, 3)...)})
	return []any{
		closed([]string{"sum", "of"}, with(aggregate("sum", "Adds up the points of facts."),
			member{"of", describe("The points of each event type.", member{"type", "object"},
				member{"minProperties", integer(1)}, member{"additionalProperties", false}, member{"properties", points})},
			member{"caps", describe("What is credited at most.", member{"type", "array"},
				member{"maxItems", integer(capsMax)}, member{"items", capped})},
			member{"credit", object{{"$ref", "#/$defs/splitCredit"}}},
			member{"decay", describe("What is kept of points as they age.", member{"type", "array"},
				member{"maxItems", integer(decayMax)}, member{"items", step})})...),
		closed([]string{"count", "of"}, with(aggregate("count", "Counts distinct ones."), types, credit)...),
		closed([]string{"mean", "of", "prior"}, with(aggregate("mean", "The mean rating, drawn towards a prior."),
			member{"of", describe("FeedbackGiven: the only events with a rating.", member{"enum", []any{
				string(domain.TypeFeedbackGiven), texts(string(domain.TypeFeedbackGiven))}})},
			credit, member{"prior", describe("What is assumed before there is feedback.", prior...)})...),
		closed([]string{"streak", "of"}, with(aggregate("streak", "The units in a row with a fact."), types, credit,
			member{"grace", describe("How many units in a row may be missing.", append(numeric(0, graceMax, 0),
				member{"default", integer(0)})...)},
			member{"longest", describe("The longest run so far and not the latest.", member{"type", "boolean"},
				member{"default", false})})...),
		closed([]string{"share", "in"}, aggregate("share", "The largest part that one mentee has in a sum."),
			member{"in", describe("The name of the sum.", member{"type", "string"}, member{"minLength", integer(1)})}),
	}
}

func tierSchema() object {
	return describe("One level of recognition.", closed([]string{"id", "when"},
		member{"id", describe("The slug of the tier.", ref("slug"), examples("champion"))},
		member{"name", describe("What people read; the id when left out.", ref("line"), examples("Champion"))},
		member{"when", describe("Whether the tier is met, in CEL over the measures and score.", ref("expression"),
			examples("score >= 60 && mentees >= 3"))},
		member{"keep", describe("How long the tier stays after when stopped holding.", member{"default", "while-met"},
			member{"anyOf", []any{object{{"enum", texts("while-met", "forever")}},
				object{{"$ref", "#/$defs/duration"}}}})},
		member{"review", describe("Whether a human decides before the award.", member{"type", "boolean"},
			member{"default", false})},
		member{"rewards", describe("Slugs of rewards.", member{"type", "array"}, member{"uniqueItems", true},
			member{"maxItems", integer(rewardsMax)}, member{"items", object{{"$ref", "#/$defs/slug"}}})})...)
}

func describe(about string, members ...member) object {
	return append(object{{"description", about}}, members...)
}

func ref(name string) member { return member{"$ref", "#/$defs/" + name} }

func examples(list ...string) member { return member{"examples", texts(list...)} }

func texts(list ...string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func integer(n int) json.Number { return json.Number(fmt.Sprint(n)) }

// numeric bounds a number given in counts of 10^-decimals.
func numeric(low, high int64, decimals int) object {
	one := int64(1)
	return object{{"type", "number"}, {"minimum", json.Number(formatDecimal(low, decimals))},
		{"maximum", json.Number(formatDecimal(high, decimals))},
		{"multipleOf", json.Number(formatDecimal(one, decimals))}}
}

// closed are the members of a schema for an object that has no other keys.
func closed(required []string, properties ...member) object {
	out := object{{"type", "object"}, {"additionalProperties", false}}
	if len(required) > 0 {
		out = append(out, member{"required", texts(required...)})
	}
	return append(out, member{"properties", object(properties)})
}
