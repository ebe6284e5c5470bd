package domain

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// freeText are the names of fields that hold what people wrote or are called: they stand under "personal" only.
var freeText = []string{"name", "email", "hr_id", "note", "wording", "text", "comment", "first_name", "last_name",
	"phone", "address", "description", "message", "body"}

// plainStrings are the string fields outside of "personal", each known to hold no free text about people. A new field
// must be put here, or under "personal", after some thought.
var plainStrings = []string{
	"PersonJoinedUnit.unit", "SkillAttested.skill", "ProjectCompleted.project", "ProjectCompleted.skill",
	"PromotionRecorded.to", "ConsentGranted.text_version", "PracticeShared.community", "PracticeShared.skill",
	"SessionHeld.channel", "SessionHeld.skill", "GoalSet.goal", "GoalSet.skill", "GoalMet.goal", "GoalMet.skill",
	"MilestoneReached.skill", "ThreadPosted.thread", "FeedbackRequested.request", "FeedbackGiven.request",
	"FeedbackReminded.request", "ProgramOpened.title", "ProgramOpened.kind", "RewardDefined.title", "RewardDefined.kind",
	"RewardReleased.reason_code", "RoadmapDefined.title", "FeedbackRhythmSet.every",
	"CriteriaProposed.hash", "CriteriaProposed.document", "CriteriaProposed.position", "CriteriaApproved.hash",
	"CriteriaApproved.position",
	"CriteriaActivated.hash", "CriteriaActivated.document", "CriteriaWithdrawn.hash",
	"AwardProposed.criteria", "AwardProposed.position", "AwardGranted.criteria", "AwardGranted.position",
	"AwardDeclined.reason_code", "AwardKept.criteria", "AwardRevoked.criteria", "AwardRevoked.reason_code",
	"AwardExpired.criteria", "AwardExpired.reason_code",
	"AcknowledgementPublished.text_version", "EventVoided.reason",
}

// fields lists the fields of a payload's struct with their JSON names.
func fields(t reflect.Type) map[string]reflect.StructField {
	m := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			m[name] = f
		}
	}
	return m
}

func TestPersonalFieldsStandUnderPersonal(t *testing.T) {
	seen := map[string]bool{}
	for _, eventType := range EventTypes() {
		p := NewPayload(eventType)
		if p.EventType() != eventType {
			t.Errorf("NewPayload(%s) is a %s", eventType, p.EventType())
		}
		all := fields(reflect.TypeOf(p).Elem())
		if _, ok := all[""]; ok {
			t.Errorf("%s has a field without a JSON name", eventType)
		}
		_, owned := p.(HasPersonal)
		personal, ok := all["personal"]
		if ok != owned {
			t.Errorf("%s has personal fields: %v, and implements HasPersonal: %v", eventType, ok, owned)
		}
		if ok {
			checkPersonalStruct(t, p.(HasPersonal), personal)
		}
		for name, f := range all {
			if slices.Contains(freeText, name) {
				t.Errorf("%s.%s belongs under personal", eventType, name)
			}
			if f.Type == reflect.TypeFor[string]() {
				seen[string(eventType)+"."+name] = true
				if !slices.Contains(plainStrings, string(eventType)+"."+name) {
					t.Errorf("%s.%s is a string outside of personal; see plainStrings", eventType, name)
				}
			}
		}
	}
	for _, name := range plainStrings {
		if !seen[name] {
			t.Errorf("plainStrings has %s, which is gone", name)
		}
	}
}

func checkPersonalStruct(t *testing.T, p HasPersonal, f reflect.StructField) {
	t.Helper()
	inner := fields(f.Type)
	of, ok := inner["of"]
	if !ok || of.Type != reflect.TypeFor[uuid.UUID]() || of.Tag.Get("json") != "of" {
		t.Errorf("%s.personal has no of", p.EventType())
	}
	if f.Tag.Get("json") != "personal,omitzero" {
		t.Errorf("%s.personal has the tag %s", p.EventType(), f.Tag)
	}
	v := reflect.ValueOf(p).Elem().FieldByIndex(f.Index)
	v.FieldByIndex(of.Index).Set(reflect.ValueOf(ada))
	if p.PersonalOf() != ada {
		t.Errorf("%s.PersonalOf is not personal.of", p.EventType())
	}
	for name, f := range inner {
		if name != "of" && f.Type != reflect.TypeFor[string]() {
			t.Errorf("%s.personal.%s is no text", p.EventType(), name)
		}
	}
}

// examples returns a payload of each type that passes its check, so that one broken field is the only one.
func examples(t *testing.T) map[EventType]string {
	t.Helper()
	hash := "sha256:" + strings.Repeat("0a", 32)
	id := ada.String()
	of := `"personal":{"of":"` + id + `"}`
	award := `{"program":"git","person":"` + id + `","tier":"champion","earned_at":"2026-01-01T00:00:00Z","criteria":"` +
		hash + `","position":"1"}`
	return map[EventType]string{
		TypePersonRegistered: `{` + of + `}`, TypePersonJoinedUnit: `{"unit":"u"}`, TypeSkillAttested: `{"skill":"s"}`,
		TypeProjectCompleted: `{"project":"p",` + of + `}`, TypePromotionRecorded: `{"levels":1}`,
		TypeConsentGranted: `{"audience":"team","text_version":"1"}`, TypeConsentWithdrawn: `{"audience":"team"}`,
		TypePracticeShared: `{"community":"c",` + of + `}`, TypePersonErased: `{}`,
		TypeMentorshipStarted: `{"program":"git","mentor":"` + id + `","mentee":"` + ben.String() + `"}`,
		TypeSessionHeld:       `{` + of + `}`, TypeSessionConfirmed: `{"session":"` + id + `"}`,
		TypeGoalSet: `{"goal":"g",` + of + `}`, TypeGoalMet: `{"goal":"g"}`,
		TypeRoadmapAssigned:   `{"roadmap":"r","milestones":["m"]}`,
		TypeMilestoneReached:  `{"roadmap":"r","milestone":"m"}`,
		TypeThreadPosted:      `{"thread":"t","visibility":"room",` + of + `}`,
		TypeFeedbackRequested: `{"request":"r","from":"` + id + `","about":"` + ben.String() + `"}`,
		TypeFeedbackGiven:     `{"by":"` + id + `","about":"` + ben.String() + `","rater":"mentee","rating":4,` + of + `}`,
		TypeFeedbackReminded:  `{"request":"r"}`,
		TypeMentorshipPaused:  `{}`, TypeMentorshipResumed: `{}`, TypeMentorshipEnded: `{}`,
		TypeProgramOpened: `{"title":"t"}`, TypeRewardDefined: `{"reward":"r","title":"t"}`, TypeProgramClosed: `{}`,
		TypeRewardReserved: `{"reward":"r","award":"` + id + `","person":"` + id + `"}`,
		TypeRewardReleased: `{"reward":"r","award":"` + id + `"}`,
		TypeRoadmapDefined: `{"roadmap":"r","title":"t","milestones":["m"]}`, TypeFeedbackRhythmSet: `{}`,
		TypeCriteriaProposed:  `{"hash":"` + hash + `","document":"d","by":"` + id + `"}`,
		TypeCriteriaApproved:  `{"hash":"` + hash + `","by":"` + id + `"}`,
		TypeCriteriaActivated: `{"hash":"` + hash + `","effective_at":"2026-01-01T00:00:00Z"}`,
		TypeCriteriaWithdrawn: `{"hash":"` + hash + `","by":"` + id + `"}`,
		TypeAwardProposed:     award, TypeAwardGranted: award, TypeAwardDeclined: `{"by":"` + id + `"}`,
		TypeAwardKept: `{"criteria":"` + hash + `"}`, TypeAwardRevoked: `{}`, TypeAwardExpired: `{}`,
		TypeRewardClaimed:            `{"reward":"r","by":"` + id + `"}`,
		TypeAcknowledgementPublished: `{"audience":"team","names":["` + id + `"],"text_version":"1"}`,
		TypeEventVoided:              `{"event_id":"` + id + `","reason":"r"}`,
	}
}

// Whatever text a field takes, it has a bound and is UTF-8; whatever time, it is in range.
func TestEveryFieldIsBounded(t *testing.T) {
	for eventType, example := range examples(t) {
		make := func() (Payload, reflect.Value) {
			p := NewPayload(eventType)
			if err := json.Unmarshal([]byte(example), p); err != nil {
				t.Fatalf("%s: %v", eventType, err)
			}
			return p, reflect.ValueOf(p).Elem()
		}
		p, v := make()
		if err := CheckPayload(p); err != nil {
			t.Errorf("the example of %s: %v", eventType, err)
		}
		var walk func(index []int, typ reflect.Type, path string)
		walk = func(index []int, typ reflect.Type, path string) {
			refuse := func(what string, set func(reflect.Value)) {
				p, v := make()
				set(v.FieldByIndex(index))
				if err := CheckPayload(p); ErrorCode(err) != CodeInvalid {
					t.Errorf("%s takes %s: %v", path, what, err)
				}
			}
			switch {
			case typ.Kind() == reflect.String:
				refuse("2 MiB", func(f reflect.Value) { f.SetString(strings.Repeat("a", 2<<20)) })
				refuse("what is not UTF-8", func(f reflect.Value) { f.SetString("a\xff") })
			case typ == reflect.TypeFor[time.Time]():
				refuse("the year 9999", func(f reflect.Value) {
					f.Set(reflect.ValueOf(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)))
				})
			case typ.Kind() == reflect.Int || typ.Kind() == reflect.Int32:
				refuse("2,000,000,000", func(f reflect.Value) { f.SetInt(2_000_000_000) })
				refuse("-1", func(f reflect.Value) { f.SetInt(-1) })
			case typ.Kind() == reflect.Slice && typ.Elem().Kind() != reflect.Uint8:
				refuse("5,000 items", func(f reflect.Value) { f.Set(reflect.MakeSlice(typ, 5000, 5000)) })
			case typ.Kind() == reflect.Struct:
				for i := range typ.NumField() {
					f := typ.Field(i)
					walk(append(index[:len(index):len(index)], i), f.Type, path+"."+f.Name)
				}
			}
		}
		walk(nil, v.Type(), string(eventType))
	}
	if got, want := len(examples(t)), len(EventTypes()); got != want {
		t.Errorf("%d examples of %d types", got, want)
	}
}

func TestCategories(t *testing.T) {
	if c, ok := CategoryOf(TypeGoalMet); c != CategoryMentorship || !ok {
		t.Errorf("GoalMet: %q, %v", c, ok)
	}
	if c, ok := CategoryOf(TypeEventVoided); c != "" || !ok {
		t.Errorf("EventVoided: %q, %v", c, ok)
	}
	for _, eventType := range EventTypes() {
		if _, ok := CategoryOf(eventType); !ok {
			t.Errorf("%s has no category", eventType)
		}
	}
	if _, ok := CategoryOf("Zebra"); ok || NewPayload("Zebra") != nil {
		t.Error("there is a Zebra")
	}
}
