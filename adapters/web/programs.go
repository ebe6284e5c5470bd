package web

import (
	"errors"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/serving"
)

func (s *Server) programPages() []route {
	return []route{
		{"GET /programs", access.ProgramsRead, onAll, (*visit).programList},
		{"POST /programs", access.ProgramsOpen, onAll, (*visit).openProgram},
		{"GET /programs/{slug}", access.ProgramsRead, onSlug, (*visit).programPage},
		{"POST /programs/{slug}/close", access.ProgramsManage, onSlug, (*visit).closeProgram},
		{"POST /programs/{slug}/roadmap", access.ProgramsManage, onSlug, (*visit).defineRoadmap},
		{"POST /programs/{slug}/rhythm", access.ProgramsManage, onSlug, (*visit).changeRhythm},
	}
}

// lookAnyway is look for pages that also say something where there is no program yet.
func (v *visit) lookAnyway() (*serving.View, error) {
	view, err := v.look()
	if none := (*serving.ProgramError)(nil); errors.As(err, &none) && len(none.Programs) == 0 {
		return v.lookAcross()
	}
	return view, err
}

// programList lists the programs.
func (v *visit) programList() error {
	view, err := v.lookAnyway()
	if err != nil {
		return err
	}
	shown := struct {
		Programs []projections.Program
		Open     bool // the visitor may open one
	}{view.Programs.List(view.AsOf), view.Present && v.who.May(access.ProgramsOpen, access.Target{})}
	return v.render("programs", frameOf{Title: "Programs", Room: "/programs", Live: view.Program != "", Page: &shown,
		Lead: "A program has its own mentorships, criteria, roadmaps and rewards."})
}

func (v *visit) openProgram() error {
	d := &deed{done: "recorded", back: (*visit).programList}
	d.do = func(meta domain.CommandMeta) error {
		c := domain.OpenProgram{CommandMeta: meta}
		var slug string
		if err := v.fill(field{"program", &slug}, field{"title", &c.Title}, field{"kind", &c.Kind}); err != nil {
			return err
		}
		program, err := domain.ParseSlug(slug)
		if err != nil {
			return invalid("program", "is no slug; name it such as git or spring-2026")
		}
		d.to = "/programs/" + slug
		return v.handle(domain.ProgramStream(program), c)
	}
	return v.act(d)
}

// programShown is what the page of a program shows.
type programShown struct {
	projections.Program
	Manage bool // the visitor may change it now
}

func (v *visit) programPage() error {
	view, err := v.lookAnyway()
	if err != nil {
		return err
	}
	program, ok := view.Programs.Find(domain.Slug(v.r.PathValue("slug")), view.AsOf)
	if !ok {
		return missing("the program was not opened by then")
	}
	shown := programShown{program, view.Present && program.Status == projections.ProgramOpen &&
		v.who.May(access.ProgramsManage, access.Target{Program: program.Program})}
	return v.render("program", frameOf{Title: program.Title, Room: "/programs", Live: view.Program != "", Page: &shown})
}

// onProgramAct carries out a command on the program in the path.
func (v *visit) onProgramAct(command func(domain.CommandMeta) (domain.Command, error)) error {
	slug := v.r.PathValue("slug")
	return v.act(&deed{to: "/programs/" + slug, done: "recorded", back: (*visit).programPage, do: func(meta domain.CommandMeta) error {
		c, err := command(meta)
		if err != nil {
			return err
		}
		return v.handle(domain.ProgramStream(domain.Slug(slug)), c)
	}})
}

func (v *visit) closeProgram() error {
	return v.onProgramAct(func(meta domain.CommandMeta) (domain.Command, error) {
		return domain.CloseProgram{CommandMeta: meta}, nil
	})
}

// milestonesBytesMax bounds the field with the milestones of a roadmap.
const milestonesBytesMax = domain.MilestonesMax * (domain.NameBytesMax + 1)

func (v *visit) defineRoadmap() error {
	return v.onProgramAct(func(meta domain.CommandMeta) (domain.Command, error) {
		c := domain.DefineRoadmap{CommandMeta: meta}
		var slug string
		err := v.fill(field{"roadmap", &slug}, field{"title", &c.Title})
		if err != nil {
			return nil, err
		}
		c.Roadmap = domain.Slug(slug)
		c.Milestones, err = v.slugs("milestones", milestonesBytesMax)
		return c, err
	})
}

func (v *visit) changeRhythm() error {
	return v.onProgramAct(func(meta domain.CommandMeta) (domain.Command, error) {
		c := domain.SetFeedbackRhythm{CommandMeta: meta, AtEnd: v.ticked("at_end")}
		err := v.fill(field{"every", &c.Every})
		if err != nil {
			return nil, err
		}
		if c.AfterSessions, err = v.number("after_sessions"); err != nil {
			return nil, err
		}
		if c.DueDays, err = v.number("due_days"); err != nil {
			return nil, err
		}
		if asks := c.AfterSessions != 0 || c.AtEnd || c.Every != ""; !asks && c.DueDays != 0 {
			return nil, invalid("due_days", "has nothing to hold for; choose when feedback is asked for")
		}
		return c, nil
	})
}
