package domain

import "github.com/google/uuid"

// ProposeAward puts an award before a reviewer.
type ProposeAward struct {
	CommandMeta
	AwardCase
}

// GrantAward gives an award that needs no review.
type GrantAward struct {
	CommandMeta
	AwardCase
}

// ReviewAward grants or declines a proposed award. Granting repeats the case of the proposal.
type ReviewAward struct {
	CommandMeta
	By         uuid.UUID
	Grant      bool
	ReasonCode string // of declining
}

// KeepAward notes that an award stands although the criteria would not give it.
type KeepAward struct {
	CommandMeta
	Criteria string
	By       uuid.UUID
}

// RevokeAward takes an award back, or lets a proposal lapse.
type RevokeAward struct {
	CommandMeta
	Criteria   string
	By         uuid.UUID
	ReasonCode string
}

// ExpireAward ends an award that ran out, or lets a proposal lapse.
type ExpireAward struct {
	CommandMeta
	Criteria   string
	ReasonCode string
}

// ClaimReward takes up a reward of the award. It is to be reserved first; see ReserveReward.
type ClaimReward struct {
	CommandMeta
	Reward Slug
	By     uuid.UUID
}

// PublishAcknowledgement names people before an audience. That each of them consents is for the caller to know.
type PublishAcknowledgement struct {
	CommandMeta
	Audience    Audience
	Names       []uuid.UUID
	TextVersion string
}

func (c ProposeAward) payload() Payload { return &AwardProposed{c.AwardCase} }
func (c GrantAward) payload() Payload   { return &AwardGranted{c.AwardCase} }

// payload lacks what the proposal says, where the award is granted: see Award.decide.
func (c ReviewAward) payload() Payload {
	if c.Grant {
		return &AwardGranted{AwardCase{By: c.By}}
	}
	return &AwardDeclined{By: c.By, ReasonCode: c.ReasonCode}
}

func (c KeepAward) payload() Payload { return &AwardKept{Criteria: c.Criteria, By: c.By} }

func (c RevokeAward) payload() Payload {
	return &AwardRevoked{Criteria: c.Criteria, By: c.By, ReasonCode: c.ReasonCode}
}

func (c ExpireAward) payload() Payload {
	return &AwardExpired{Criteria: c.Criteria, ReasonCode: c.ReasonCode}
}

func (c ClaimReward) payload() Payload { return &RewardClaimed{Reward: c.Reward, By: c.By} }

func (c PublishAcknowledgement) payload() Payload {
	return &AcknowledgementPublished{Audience: c.Audience, Names: c.Names, TextVersion: c.TextVersion}
}
