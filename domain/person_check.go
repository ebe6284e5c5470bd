package domain

func (p *PersonRegistered) check() error {
	return checkPersonal(p.Personal.Of,
		personalText{"name", p.Personal.Name}, personalText{"email", p.Personal.Email},
		personalText{"hr_id", p.Personal.HRID})
}

func (p *PersonJoinedUnit) check() error {
	if err := firstError(required("unit", p.Unit), checkName("unit", p.Unit)); err != nil || p.Program == "" {
		return err
	}
	return p.Program.check("program")
}

func (p *SkillAttested) check() error {
	if err := firstError(required("skill", p.Skill), checkName("skill", p.Skill)); err != nil || p.Level == 0 {
		return err
	}
	return checkLevels("level", p.Level)
}

func (p *ProjectCompleted) check() error {
	return firstError(
		required("project", p.Project), checkNoAddress("project", p.Project), checkID("project", p.Project),
		checkName("skill", p.Skill),
		checkPersonal(p.Personal.Of, personalText{"title", p.Personal.Title}))
}

func (p *PromotionRecorded) check() error {
	return firstError(checkLevels("levels", p.Levels), checkName("to", p.To))
}

func (a Audience) check() error {
	return firstError(
		required("audience", string(a)),
		checkOneOf("audience", a, AudienceTeam, AudienceOrganisation, AudiencePublic))
}

func (p *ConsentGranted) check() error {
	return firstError(
		p.Audience.check(), required("text_version", p.TextVersion), checkWord("text_version", p.TextVersion))
}

func (p *ConsentWithdrawn) check() error { return p.Audience.check() }

func (v Visibility) check() error {
	return checkOneOf("visibility", v, VisibilityRoom, VisibilityProgram, VisibilityPublic)
}

func (p *PracticeShared) check() error {
	return firstError(
		required("community", p.Community), checkName("community", p.Community), checkName("skill", p.Skill),
		p.Visibility.check(),
		checkPersonal(p.Personal.Of, personalText{"title", p.Personal.Title}, personalText{"text", p.Personal.Text}))
}

func (p *PersonErased) check() error { return nil }
