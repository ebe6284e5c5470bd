// Package domain holds what Laurel knows about mentorship: the events that can happen, the commands that ask for them,
// and the pure functions that decide between the two. It has no clock, no context, no input or output and no logging:
// times and ids arrive in the command.
//
// # Deciding
//
// Everything that happens belongs to one stream: that of a person, a mentorship, a program, the criteria of a program,
// or an award. A stream's Decider starts from an Initial state and goes round: Decide turns a command into events, or
// says why not; the events are recorded; Evolve turns each into the next state. Folding Evolve over a stream from the
// beginning gives the same state again, which is how a stream is taken up later.
//
//	decider := domain.MentorshipDecider(id)
//	state := decider.Fold(decider.Initial, recorded...)
//	events, err := decider.Decide(state, domain.HoldSession{CommandMeta: meta, Channel: "call", Minutes: 45})
//
// Commands are imperative: HoldSession. Events are past tense, and named by their payload: SessionHeld. Record is the
// command for events that are ready-made elsewhere; the same rules judge them, with the leniency of
// CommandMeta.Imported. An event's id is chosen by who sends the command, so that sending it twice records it once.
//
// # The life of a mentorship
//
//	            MentorshipStarted                      MentorshipEnded
//	(nothing) ---------------------> started -------------------------------> ended
//	                                 |     ^                                    ^
//	                MentorshipPaused |     | MentorshipResumed                  |
//	                                 v     |                                    |
//	                                 paused ------------------------------------+
//
// MentorshipDecider tells what may happen in each. PersonDecider and ProgramDecider do so for their streams.
//
// # The life of criteria
//
//	          CriteriaProposed           CriteriaApproved            CriteriaActivated
//	(nothing) ----------------> proposed ----------------> approved ------------------> activated
//	                            ^  |  ^                      |  |                           |
//	                            |  |  |  others activated    |  |                           |
//	                            |  |  +----------------------+  |                           |
//	           CriteriaProposed |  | CriteriaWithdrawn          | CriteriaWithdrawn         | CriteriaWithdrawn,
//	                            |  v                            v                           v before it is effective
//	                            +-------------------------- withdrawn <---------------------+
//
// Many proposals may be open side by side. What is in force at a time follows from the activations alone: see
// Criteria.InForce. What was activated before is activated again to roll back. CriteriaDecider tells the rules.
//
// # The life of an award
//
//	          AwardProposed            AwardGranted, by a reviewer           AwardKept
//	(nothing) -------------> proposed ----------------------------> granted -----------> kept
//	    |                     |    |                                 ^   |                 |
//	    |       AwardDeclined |    | AwardRevoked, AwardExpired:     |   | AwardRevoked,   |
//	    |                     v    v the proposal lapses             |   v AwardExpired    v
//	    |              declined    revoked or expired                |   revoked or expired
//	    +------------------------------------------------------------+
//	      AwardGranted, where nobody has to review
//
// While an award is granted or kept, its rewards are claimed and it is acknowledged. AwardDecider tells the rules.
//
// # Corrections
//
// Nothing is ever changed or taken away. EventVoided says of an event of the same stream that it does not count: the
// state becomes what it would be without it, and its id stays taken. A void cannot be voided; the right event is
// recorded anew.
//
// # Personal fields
//
// Names, e-mail addresses and free text stand under the key "personal" of a payload, beside the person to whom they
// belong; see HasPersonal. Nothing that is scored is personal. Reasons are codes, and whoever acts is named by uuid.
//
// PersonErased says that what belongs to a person is to be forgotten: for good, whatever time is asked about, since an
// erasure cannot be voided. The events stay as they are. Read models and whatever prints events leave it out; only what
// copies the log with the intent to forget makes it disappear.
//
// # Failures
//
// A refusal is an *Error with a Code, the field at fault, what is wrong, and what would be right. CheckPayload finds
// what could never be right; the deciders find what is not right here and now.
package domain

import (
	"time"

	"github.com/google/uuid"
)

// EventType is the PascalCase name of a kind of event, such as SessionHeld.
type EventType string

// The event types, by the stream that they belong to.
const (
	// Streams person-<uuid>.
	TypePersonRegistered  EventType = "PersonRegistered"
	TypePersonJoinedUnit  EventType = "PersonJoinedUnit"
	TypeSkillAttested     EventType = "SkillAttested"
	TypeProjectCompleted  EventType = "ProjectCompleted"
	TypePromotionRecorded EventType = "PromotionRecorded"
	TypeConsentGranted    EventType = "ConsentGranted"
	TypeConsentWithdrawn  EventType = "ConsentWithdrawn"
	TypePracticeShared    EventType = "PracticeShared"
	TypePersonErased      EventType = "PersonErased"

	// Streams mentorship-<uuid>.
	TypeMentorshipStarted EventType = "MentorshipStarted"
	TypeSessionHeld       EventType = "SessionHeld"
	TypeSessionConfirmed  EventType = "SessionConfirmed"
	TypeGoalSet           EventType = "GoalSet"
	TypeGoalMet           EventType = "GoalMet"
	TypeRoadmapAssigned   EventType = "RoadmapAssigned"
	TypeMilestoneReached  EventType = "MilestoneReached"
	TypeThreadPosted      EventType = "ThreadPosted"
	TypeFeedbackRequested EventType = "FeedbackRequested"
	TypeFeedbackGiven     EventType = "FeedbackGiven"
	TypeFeedbackReminded  EventType = "FeedbackReminded"
	TypeMentorshipPaused  EventType = "MentorshipPaused"
	TypeMentorshipResumed EventType = "MentorshipResumed"
	TypeMentorshipEnded   EventType = "MentorshipEnded"

	// Streams program-<slug>.
	TypeProgramOpened     EventType = "ProgramOpened"
	TypeRewardDefined     EventType = "RewardDefined"
	TypeRewardReserved    EventType = "RewardReserved"
	TypeRewardReleased    EventType = "RewardReleased"
	TypeRoadmapDefined    EventType = "RoadmapDefined"
	TypeFeedbackRhythmSet EventType = "FeedbackRhythmSet"
	TypeProgramClosed     EventType = "ProgramClosed"

	// Streams criteria-<slug>.
	TypeCriteriaProposed  EventType = "CriteriaProposed"
	TypeCriteriaApproved  EventType = "CriteriaApproved"
	TypeCriteriaActivated EventType = "CriteriaActivated"
	TypeCriteriaWithdrawn EventType = "CriteriaWithdrawn"

	// Streams award-<uuid>.
	TypeAwardProposed            EventType = "AwardProposed"
	TypeAwardGranted             EventType = "AwardGranted"
	TypeAwardDeclined            EventType = "AwardDeclined"
	TypeAwardKept                EventType = "AwardKept"
	TypeAwardRevoked             EventType = "AwardRevoked"
	TypeAwardExpired             EventType = "AwardExpired"
	TypeRewardClaimed            EventType = "RewardClaimed"
	TypeAcknowledgementPublished EventType = "AcknowledgementPublished"

	// Any stream.
	TypeEventVoided EventType = "EventVoided"
)

// Metadata is what every event carries beside its payload. It never holds personal fields.
type Metadata struct {
	OccurredAt    time.Time // when it happened, UTC; see OccurredMin and OccurredMax
	Actor         string    // who recorded it: a person's uuid, or a system such as "import:git"
	Source        string    // the system that the event came from, such as "git"
	CorrelationID string    // groups the events of one business action, such as one commit
	CausationID   string    // the event or command that led to this one
	Schema        int       // version of the payload's schema, 1 or more
}

// OccurredMin and OccurredMax bound when an event may have happened: OccurredMin <= t < OccurredMax. They keep every
// instant that the engine computes with inside an int64 of nanoseconds.
var (
	OccurredMin = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	OccurredMax = time.Date(2150, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Payload is the typed content of one event.
type Payload interface {
	EventType() EventType
}

// Event is a fact of the domain that is decided but not yet recorded.
type Event struct {
	ID      uuid.UUID
	Meta    Metadata
	Payload Payload
}
