package projections_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"laurel/domain"
	"laurel/projections"
)

// rewardsTexts writes each reward with its capacity and the awards for which it is reserved.
func rewardsTexts(rewards []projections.Reward) []string {
	var texts []string
	for i := range rewards {
		r := &rewards[i]
		var reserved []string
		for _, reservation := range r.Reserved {
			for _, name := range []string{"a1", "a2"} {
				if reservation.Award == named(name) {
					reserved = append(reserved, name)
				}
			}
		}
		text := fmt.Sprintf("%s %s [%s]", r.Reward, r.Title, strings.Join(reserved, " "))
		if free, limited := r.Free(); limited {
			text += fmt.Sprintf(" %d free", free)
		}
		texts = append(texts, text)
	}
	return texts
}

// Given what a program offers and who reserved it, then this is left as of a time, as known at a position.
func TestRewardsAsOf(t *testing.T) {
	h := &history{t: t}
	const stream = "program-alpha"
	reserve := func(id, award string, day int) {
		h.add(id, stream, day, &domain.RewardReserved{Reward: "talk", Award: named(award), Person: named("ann")})
	}
	h.add("d1", stream, 0, &domain.RewardDefined{Reward: "talk", Title: "Talk", Capacity: 1})
	h.add("d2", stream, 1, &domain.RewardDefined{Reward: "book", Title: "Book"})
	reserve("r1", "a1", 2)
	h.add("d3", stream, 3, &domain.RewardDefined{Reward: "talk", Title: "Long talk", Capacity: 2})
	reserve("r2", "a2", 4) // position 5
	h.add("f1", stream, 5, &domain.RewardReleased{Reward: "talk", Award: named("a1"), ReasonCode: "given-back"})
	reserve("r3", "a1", 6) // position 7
	h.add("other", "program-beta", 6, &domain.RewardDefined{Reward: "mug", Title: "Mug"})
	h.add("v1", stream, 7, &domain.EventVoided{EventID: named("r2"), Reason: "mistake"})
	h.add("v2", stream, 7, &domain.EventVoided{EventID: named("f1"), Reason: "mistake"})
	h.add("late", stream, 0, &domain.RewardDefined{Reward: "talk", Title: "Short talk", Capacity: 9})
	for _, c := range []struct {
		name       string
		day, known int
		want       []string
	}{
		{"defined", 0, 1, []string{"talk Talk [] 1 free"}},
		{"without a limit", 1, 2, []string{"book Book []", "talk Talk [] 1 free"}},
		{"reserved", 2, 5, []string{"book Book []", "talk Talk [a1] 0 free"}},
		{"defined again", 3, 5, []string{"book Book []", "talk Long talk [a1] 1 free"}},
		{"both", 4, 5, []string{"book Book []", "talk Long talk [a1 a2] 0 free"}},
		{"released", 5, 7, []string{"book Book []", "talk Long talk [a2] 1 free"}},
		{"reserved again", 6, 7, []string{"book Book []", "talk Long talk [a2 a1] 0 free"}},
		{"not known to be released", 6, 5, []string{"book Book []", "talk Long talk [a1 a2] 0 free"}},
		{"voids count at no time", 4, 9, []string{"book Book []", "talk Long talk [a1] 1 free"}},
		{"a voided release never was", 5, 10, []string{"book Book []", "talk Long talk [a1] 1 free"}},
		{"a definition for an earlier time", 0, 11, []string{"talk Short talk [] 9 free"}},
		{"does not replace a later one", 3, 11, []string{"book Book []", "talk Long talk [a1] 1 free"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rewards := projections.NewRewards("alpha")
			if err := rewards.Apply(h.events[:c.known]); err != nil {
				t.Fatal(err)
			}
			if got := rewardsTexts(rewards.AsOf(feedbackDay(c.day))); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRewardValidAt(t *testing.T) {
	r := projections.Reward{ValidFrom: feedbackDay(2), ValidTo: feedbackDay(4)}
	for day, want := range map[int]bool{1: false, 2: true, 3: true, 4: false} {
		if got := r.ValidAt(feedbackDay(day)); got != want {
			t.Errorf("day %d: got %t", day, got)
		}
	}
	r = projections.Reward{}
	if !r.ValidAt(feedbackDay(0)) {
		t.Error("a reward without bounds is not valid")
	}
}
